import type { CommitAnswer, Sealed } from '../../../activities/releases/types.ts';
import { permanent } from '../../../schemas/failures.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Bilingual, Instant } from '../../../schemas/text.ts';
import type { ArmedRow } from './armed-rows.ts';
import type { RestoreMark } from './restore-mark.ts';
import { assertSignedWhole } from './signed-whole.ts';

export type CommitRequest = { sealed: Sealed; releaseId: ReleaseId };

/** What the database says of all that is asked for at once, their groups included. */
export type CommitRows = {
  /** Bundles whose plan nobody else can change now. */
  locked: string[];
  released: { release_id: string; committed_at: Instant; t0: Instant }[];
  restored: RestoreMark | null;
  armed: ArmedRow[];
  groups: { group_id: string; bundle_id: string }[];
};

/** `due`: these bundles go now. `unsettled`: one of their plans is not locked, so nothing can be said of it. */
export type MayCommit =
  | Extract<CommitAnswer, { outcome: 'committed' }>
  | { outcome: 'early'; t0: Instant }
  | { outcome: 'due'; t0: Instant; bundleIds: string[] }
  | { outcome: 'unsettled' };

/** Decides on one request from the rows alone. @throws a permanent failure where it may not go. */
export function mayCommit({ sealed, releaseId }: CommitRequest, rows: CommitRows): MayCommit {
  const done = rows.released.find(({ release_id }) => release_id === releaseId);
  if (done) return { outcome: 'committed', committedAt: done.committed_at, t0: done.t0 };
  if (rows.restored) throw unreconciled(rows.restored);
  const own = rows.armed.find((row) => row.bundle_id === sealed.bundleId);
  if (!own) throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
  const going = own.group_id ? rows.armed.filter(({ group_id }) => group_id === own.group_id) : [own];
  if (going.some(({ bundle_id }) => !rows.locked.includes(bundle_id))) return { outcome: 'unsettled' };
  if (own.seal !== sealed.seal || own.revision !== sealed.revision) throw stale(own);
  // Its members are armed one after another: until T0 whoever is missing may still come.
  if (own.group_id && own.wait_ms <= 0) assertGroupWhole(own, going, rows.groups);
  for (const row of going) {
    // What the workflow accepted counts, not what somebody tried to submit meanwhile.
    if ((row.accepted ?? row.revision) !== row.revision) throw stale(row);
    assertSignedWhole(row);
  }
  if (own.wait_ms > 0) return { outcome: 'early', t0: own.t0 };
  // The key of a release, and so its staging, is the member's own; without it there is nothing to show.
  const bare = going.find(({ staged }) => staged === null);
  if (bare) throw permanent('WrongPhase', about(bare.bundle_id, '没有预置', 'has nothing staged'));
  if (own.staged !== releaseId) {
    throw permanent('SealStale', { zh: '预置的不是这一版', en: 'What is staged is another revision' });
  }
  return { outcome: 'due', t0: own.t0, bundleIds: going.map(({ bundle_id }) => bundle_id) };
}

/** 同批发布: every member is armed, for the same instant, and nobody else goes along. */
function assertGroupWhole(own: ArmedRow, plans: ArmedRow[], groups: CommitRows['groups']): void {
  const members = groups.filter(({ group_id }) => group_id === own.group_id);
  const stranger = plans.find((plan) => !members.some(({ bundle_id }) => bundle_id === plan.bundle_id));
  if (stranger) throw permanent('WrongPhase', about(stranger.bundle_id, '不在同批名单中', 'is not of the group'));
  for (const { bundle_id } of members) {
    const plan = plans.find((candidate) => candidate.bundle_id === bundle_id);
    if (!plan) throw permanent('WrongPhase', about(bundle_id, '没有待发布', 'is not armed'), armAnew);
    if (Date.parse(plan.t0) !== Date.parse(own.t0)) {
      throw permanent('WrongPhase', about(bundle_id, '的发布时刻不同', 'has another instant'), armAnew);
    }
  }
}

const armAnew: Bilingual = {
  zh: '同批要一起签发（lockstep release group），或用 lockstep release resume --alone 单独发布',
  en: 'Arm the group anew (lockstep release group), or let this one go on alone (lockstep release resume --alone)',
};
const unreconciled = ({ restoredAt }: RestoreMark) =>
  permanent('RestoreUnreconciled', {
    zh: `数据库于 ${restoredAt} 恢复自备份，核对（lockstep reconcile）完成前不发布`,
    en: `The database was restored at ${restoredAt}; nothing is released before lockstep reconcile has been cleared`,
  });
const stale = ({ bundle_id }: ArmedRow) =>
  permanent('SealStale', about(bundle_id, '签发之后又有新版本', 'has a newer revision than the armed one'));
const about = (bundleId: string, zh: string, en: string): Bilingual => ({
  zh: `政策包 ${bundleId} ${zh}`,
  en: `Bundle ${bundleId} ${en}`,
});
