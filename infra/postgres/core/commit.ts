import { type Kysely, sql } from 'kysely';
import type { CommitAnswer, Sealed } from '../../../activities/releases/types.ts';
import { permanent } from '../../../schemas/failures.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Bilingual, Instant } from '../../../schemas/text.ts';
import { type ArmedRow, lockPlans, readArmed } from './armed-rows.ts';
import { type RestoreMark, releaseModeOff } from './restore-mark.ts';
import { assertSignedWhole } from './signed-whole.ts';
import type { CoreTables } from './tables.ts';

/**
 * The commit of DESIGN §4.4: one transaction that re-checks seal, gates, findings, hold and clock of a bundle, or of every
 * bundle of its group, and inserts the release rows. Whoever commits second gets the row of the first.
 */
export const commitRelease = (db: Kysely<CoreTables>, sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer> =>
  db.transaction().execute(async (tx) => {
    const locked = await lockPlans(tx, sealed.bundleId);
    const done = await tx
      .selectFrom('release')
      .select('committed_at')
      .where('release_id', '=', releaseId)
      .executeTakeFirst();
    if (done) return { outcome: 'committed', committedAt: done.committed_at };
    const restored = await releaseModeOff(tx);
    if (restored) throw unreconciled(restored);
    const armed = await readArmed(tx, locked);
    const own = armed.find((row) => row.bundle_id === sealed.bundleId);
    if (!own) throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
    if (own.seal !== sealed.seal || own.revision !== sealed.revision) throw stale(own);
    await assertGroupWhole(tx, own, armed);
    for (const row of armed) {
      // What the workflow accepted counts, not what somebody tried to submit meanwhile.
      if ((row.accepted ?? row.revision) !== row.revision) throw stale(row);
      assertSignedWhole(row);
    }
    if (own.wait_ms > 0) return { outcome: 'early', waitMs: own.wait_ms };
    // The key of a release, and so its staging, is the member's own; without it there is nothing to show.
    const bare = armed.find(({ staged }) => staged === null);
    if (bare) throw permanent('WrongPhase', about(bare.bundle_id, '没有预置', 'has nothing staged'));
    if (own.staged !== releaseId) {
      throw permanent('SealStale', { zh: '预置的不是这一版', en: 'What is staged is another revision' });
    }
    return { outcome: 'committed', committedAt: await insertReleases(tx, locked) };
  });

/** The rows by which they are public, all of one instant, which is read as late as can be. */
async function insertReleases(tx: Kysely<CoreTables>, bundleIds: string[]): Promise<Instant> {
  const { rows } = await sql<{ committed_at: Instant }>`
    with clock as materialized (select clock_timestamp() as now)
    insert into release (release_id, bundle_id, revision, seal, t0, committed_at, group_id)
    select staging.release_id, plan.bundle_id, plan.revision, plan.seal, plan.t0, clock.now, plan.group_id
    from clock, plan join staging on (staging.bundle_id, staging.revision) = (plan.bundle_id, plan.revision)
    where plan.bundle_id = any(${bundleIds}::uuid[])
    returning committed_at`.execute(tx);
  if (!rows[0]) throw new RangeError('Nothing was armed');
  return rows[0].committed_at;
}

/** 同批发布: every member is armed, for the same instant, and nobody else goes along. */
async function assertGroupWhole(tx: Kysely<CoreTables>, own: ArmedRow, plans: ArmedRow[]): Promise<void> {
  if (!own.group_id) return;
  const members = await tx
    .selectFrom('release_group')
    .select('bundle_id')
    .where('group_id', '=', own.group_id)
    .orderBy('bundle_id')
    .execute();
  const stranger = plans.find((plan) => !members.some(({ bundle_id }) => bundle_id === plan.bundle_id));
  if (stranger) throw permanent('WrongPhase', about(stranger.bundle_id, '不在同批名单中', 'is not of the group'));
  for (const { bundle_id } of members) {
    const plan = plans.find((candidate) => candidate.bundle_id === bundle_id);
    if (!plan) throw permanent('WrongPhase', about(bundle_id, '没有待发布', 'is not armed'));
    if (Date.parse(plan.t0) !== Date.parse(own.t0)) {
      throw permanent('WrongPhase', about(bundle_id, '的发布时刻不同', 'has another instant'));
    }
  }
}

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
