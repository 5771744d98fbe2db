import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { BundleId } from '../../../schemas/bundle.ts';
import type { ReleaseEvent } from '../../../schemas/events.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Instant } from '../../../schemas/text.ts';

/** What the log of orders says of one release. */
export type Logged = {
  bundleId: BundleId;
  releaseId: ReleaseId;
  committedAt: Instant | null;
  rolledBack: string | null;
  withdrawn: string | null;
};

/** Collects what was ever ordered. The log is kept for ever, and it was not restored with the database. */
export function readOrders() {
  const releases = new Map<ReleaseId, Logged>();
  return {
    add(event: ReleaseEvent): void {
      const { releaseId } = event.data;
      const logged = releases.get(releaseId) ?? {
        bundleId: event.subject,
        releaseId,
        committedAt: null,
        rolledBack: null,
        withdrawn: null,
      };
      if (event.type === 'release.go.v1') logged.committedAt ??= event.data.committedAt;
      if (event.type === 'release.rolled-back.v1') logged.rolledBack ??= event.data.reason;
      if (event.type === 'release.withdrawn.v1') logged.withdrawn ??= event.data.reason;
      releases.set(releaseId, logged);
    },
    all: (): Logged[] => [...releases.values()],
  };
}

/** Where the log knows more than the rows: after a restore from a backup, everything that happened since. */
export function logDrift(logged: Logged, rows: BundleRows | null): Drift | null {
  const { bundleId, releaseId, committedAt, rolledBack, withdrawn } = logged;
  if (!committedAt) return null; // it never went out, so nothing public hangs on it
  const drift = (zh: string, en: string, repair: Drift['repair']): Drift => ({
    kind: 'log-ahead',
    bundleId,
    releaseId,
    channel: null,
    message: { zh, en },
    repair,
  });
  if (!rows?.revision) {
    return drift(
      `消息日志中有 ${committedAt} 发布的政策包，记录中已不存在：内容只能从渠道和备份以外找回`,
      `the log has a release of ${committedAt} that the rows know nothing of: its content can't be brought back from here`,
      null,
    );
  }
  if (rows.staging?.releaseId !== releaseId) return null; // an earlier revision; the rows go on from a later one
  const over = rows.last?.state === 'withdrawn' || rows.last?.state === 'withdrawing';
  if (rows.release && (!withdrawn || over) && (!rolledBack || over || rows.last?.state === 'rolled-back')) return null;
  const then = withdrawn ? ['并已撤回', 'and withdrawn'] : rolledBack ? ['并已回退', 'and rolled back'] : ['', ''];
  return drift(
    `消息日志中已于 ${committedAt} 发布${then[0]}，记录中没有`,
    `by the log it was released at ${committedAt} ${then[1]}, which the rows have lost`,
    'adopt',
  );
}
