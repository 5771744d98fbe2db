import type { BundleRows, LoggedRelease } from '../../../activities/ports/repair-store.ts';
import type { BundleId } from '../../../schemas/bundle.ts';
import type { ReleaseEvent } from '../../../schemas/events.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { ReleaseGroup, ReleaseId } from '../../../schemas/release.ts';
import type { Instant } from '../../../schemas/text.ts';
import { groupIdOf } from '../group-id.ts';

const unheardOf = (bundleId: BundleId, releaseId: ReleaseId): LoggedRelease => ({
  ...{ bundleId, releaseId, seal: null, channels: [], key: null, committedAt: null, group: null, acts: [] },
  ...{ rolledBack: null, withdrawn: null },
});

/** Collects what was ever ordered. The log is kept for ever, and it was not restored with the database. */
export function readOrders() {
  const releases = new Map<ReleaseId, LoggedRelease>();
  /** Of each member of a group: the releases of that group, and their one commit. */
  const together = new Map<ReleaseId, { members: ReleaseId[]; committedAt: Instant }>();

  function groupOf(releaseId: ReleaseId): ReleaseGroup | null {
    const members = (together.get(releaseId)?.members ?? []).map((id) => {
      const { bundleId, seal } = releases.get(id) ?? {};
      return bundleId && seal ? { bundleId, seal } : null;
    });
    const known = members.filter((member) => member !== null);
    if (known.length < 2 || known.length < members.length) return null;
    return { groupId: groupIdOf(known), members: known.map(({ bundleId }) => bundleId).sort() };
  }
  return {
    add(event: ReleaseEvent): void {
      const { releaseId } = event.data;
      const logged = releases.get(releaseId) ?? unheardOf(event.subject, releaseId);
      if (event.type === 'release.prepare.v1') {
        logged.seal = event.data.seal;
        const known = new Set(logged.channels.map(({ channel }) => channel));
        logged.channels.push(...event.data.channels.filter(({ channel }) => !known.has(channel)));
      }
      if (event.type === 'release.go.v1') {
        logged.seal = event.data.seal;
        logged.key = event.data.key;
        logged.committedAt ??= event.data.committedAt;
        const { group: members, committedAt } = event.data;
        for (const member of members) together.set(member, { members, committedAt });
      }
      if (event.type === 'release.amended.v1') {
        const { act, on, by, reason } = event.data;
        const known = logged.acts.some(
          ({ amendment }) => amendment.byReleaseId === by.releaseId && amendment.act === act,
        );
        const amendment = { act, on, byBundleId: by.bundleId, byReleaseId: by.releaseId };
        if (!known) logged.acts.push({ amendment, reason });
      }
      if (event.type === 'release.rolled-back.v1') logged.rolledBack ??= event.data.reason;
      if (event.type === 'release.withdrawn.v1') logged.withdrawn ??= event.data.reason;
      releases.set(releaseId, logged);
    },
    all: (): LoggedRelease[] =>
      [...releases.values()].map((logged) => ({
        ...logged,
        committedAt: logged.committedAt ?? together.get(logged.releaseId)?.committedAt ?? null,
        group: groupOf(logged.releaseId),
      })),
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
  // One whose upload is kept may be newer than any that the rows have as accepted.
  const [held, accepted] = [
    rows?.revisions.find((each) => each.seal === seal)?.revision ?? 0,
    rows?.revision?.revision ?? 0,
  ];
  if (known && held < accepted) return null; // of an earlier revision; the rows go on from a later one
  const ended = (!withdrawn || over) && (!rolledBack || over || rows?.last?.state === 'rolled-back');
  if (known && ended && held === accepted) return null;
  const then = withdrawn ? ['并已撤回', 'and withdrawn'] : rolledBack ? ['并已回退', 'and rolled back'] : ['', ''];
  if (held === 0 || held < accepted) {
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
