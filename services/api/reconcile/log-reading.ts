import type { BundleRows, LoggedRelease } from '../../../activities/ports/repair-store.ts';
import type { ReleaseEvent } from '../../../schemas/events.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { ReleaseId } from '../../../schemas/release.ts';

/** Collects what was ever ordered. The log is kept for ever, and it was not restored with the database. */
export function readOrders() {
  const releases = new Map<ReleaseId, LoggedRelease>();
  return {
    add(event: ReleaseEvent): void {
      const { releaseId } = event.data;
      const logged = releases.get(releaseId) ?? {
        bundleId: event.subject,
        releaseId,
        seal: null,
        channels: [],
        key: null,
        committedAt: null,
        rolledBack: null,
        withdrawn: null,
      };
      if (event.type === 'release.prepare.v1') {
        logged.seal = event.data.seal;
        const known = new Set(logged.channels.map(({ channel }) => channel));
        logged.channels.push(...event.data.channels.filter(({ channel }) => !known.has(channel)));
      }
      if (event.type === 'release.go.v1') {
        logged.seal = event.data.seal;
        logged.key = event.data.key;
        logged.committedAt ??= event.data.committedAt;
      }
      if (event.type === 'release.rolled-back.v1') logged.rolledBack ??= event.data.reason;
      if (event.type === 'release.withdrawn.v1') logged.withdrawn ??= event.data.reason;
      releases.set(releaseId, logged);
    },
    all: (): LoggedRelease[] => [...releases.values()],
  };
}

/** Where the log knows more than the rows: after a restore from a backup, everything that happened since. */
export function logDrift(logged: LoggedRelease, rows: BundleRows | null): Drift | null {
  const { bundleId, releaseId, seal, committedAt, rolledBack, withdrawn } = logged;
  if (!committedAt) return null; // it never went out, so nothing public hangs on it
  const drift = (zh: string, en: string, repair: Drift['repair']): Drift => ({
    kind: 'log-ahead',
    bundleId,
    releaseId,
    channel: null,
    message: { zh, en },
    repair,
  });
  const over = rows?.last?.state === 'withdrawn' || rows?.last?.state === 'withdrawing';
  const known = rows?.releaseIds.includes(releaseId) ?? false;
  if (known && rows?.revision?.seal !== seal) return null; // of an earlier revision; the rows go on from a later one
  const ended = (!withdrawn || over) && (!rolledBack || over || rows?.last?.state === 'rolled-back');
  if (known && ended) return null;
  const then = withdrawn ? ['并已撤回', 'and withdrawn'] : rolledBack ? ['并已回退', 'and rolled back'] : ['', ''];
  if (rows?.revision?.seal !== seal) {
    return drift(
      `消息日志中有 ${committedAt} 发布${then[0]}的一版，记录中已没有这一版：内容要从备份以外找回，渠道上的要由人决定去留`,
      `the log has a release of ${committedAt} ${then[1]} whose revision the rows have lost: its content has to come from elsewhere, and a person decides what becomes of what is public`,
      null,
    );
  }
  return drift(
    `消息日志中已于 ${committedAt} 发布${then[0]}，记录中没有`,
    `by the log it was released at ${committedAt} ${then[1]}, which the rows have lost`,
    'adopt',
  );
}
