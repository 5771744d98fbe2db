import { type Kysely, sql } from 'kysely';
import type { CommitAnswer, Sealed } from '../../../activities/releases/types.ts';
import { permanent } from '../../../schemas/failures.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import { type RestoreMark, releaseModeOff } from './restore-mark.ts';
import { assertSignedWhole } from './signed-whole.ts';
import type { CoreTables } from './tables.ts';

type Plan = { bundle_id: string; revision: number; seal: string; t0: string; group_id: string | null };

/**
 * The commit of DESIGN §4.4: one transaction that re-checks seal, gates, findings, hold and clock of a bundle, or of every
 * bundle of its group, and inserts the release rows. Whoever commits second gets the row of the first.
 */
export const commitRelease = (db: Kysely<CoreTables>, sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer> =>
  db.transaction().execute(async (tx) => {
    await sql`set local synchronous_commit = on`.execute(tx); // what was committed at T0 outlives the server
    const plans = await lockPlans(tx, sealed.bundleId);
    const done = await tx
      .selectFrom('release')
      .select('committed_at')
      .where('release_id', '=', releaseId)
      .executeTakeFirst();
    if (done) return { outcome: 'committed', committedAt: done.committed_at };
    const restored = await releaseModeOff(tx);
    if (restored) throw unreconciled(restored);
    const own = plans.find((plan) => plan.bundle_id === sealed.bundleId);
    if (!own) throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
    if (own.seal !== sealed.seal || own.revision !== sealed.revision) throw stale(own);
    await assertGroupWhole(tx, own, plans);
    for (const plan of plans) {
      await assertAccepted(tx, plan);
      await assertSignedWhole(tx, plan);
    }

    const { rows } = await sql<{ now: string; wait_ms: number }>`
      select now, ceil(extract(epoch from (${own.t0}::timestamptz - now)) * 1000)::float8 as wait_ms
      from (select clock_timestamp() as now) as clock`.execute(tx);
    const clock = rows[0];
    if (!clock) throw new RangeError('The database has no clock');
    if (clock.wait_ms > 0) return { outcome: 'early', waitMs: clock.wait_ms };
    // The key of a release, and so its staging, is the member's own; without it there is nothing to show.
    const staged = await tx
      .selectFrom('staging')
      .innerJoin('plan', (join) =>
        join.onRef('plan.bundle_id', '=', 'staging.bundle_id').onRef('plan.revision', '=', 'staging.revision'),
      )
      .select(['staging.release_id', 'staging.bundle_id'])
      .where(
        'plan.bundle_id',
        'in',
        plans.map(({ bundle_id }) => bundle_id),
      )
      .execute();
    const inserted = await tx
      .insertInto('release')
      .values(
        plans.map(({ bundle_id, revision, seal, t0, group_id }) => {
          const release = staged.find((row) => row.bundle_id === bundle_id);
          if (!release) throw permanent('WrongPhase', about(bundle_id, '没有预置', 'has nothing staged'));
          return { release_id: release.release_id, bundle_id, revision, seal, t0, committed_at: clock.now, group_id };
        }),
      )
      .returning(['release_id', 'committed_at'])
      .execute();
    const release = inserted.find(({ release_id }) => release_id === releaseId);
    if (!release) throw permanent('SealStale', { zh: '预置的不是这一版', en: 'What is staged is another revision' });
    return { outcome: 'committed', committedAt: release.committed_at };
  });

/**
 * The plans of the bundle and its group, locked in one order: a second committer, or a hold that comes now, waits; what
 * came before is seen.
 */
async function lockPlans(tx: Kysely<CoreTables>, bundleId: string): Promise<Plan[]> {
  const own = await tx.selectFrom('plan').select('group_id').where('bundle_id', '=', bundleId).executeTakeFirst();
  let plans = tx.selectFrom('plan').select(['bundle_id', 'revision', 'seal', 't0', 'group_id']);
  plans = own?.group_id ? plans.where('group_id', '=', own.group_id) : plans.where('bundle_id', '=', bundleId);
  return plans.orderBy('bundle_id').forUpdate().execute();
}

/** 同批发布: every member is armed, for the same instant, and nobody else goes along. */
async function assertGroupWhole(tx: Kysely<CoreTables>, own: Plan, plans: Plan[]): Promise<void> {
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

/** What the workflow accepted counts, not what somebody tried to submit meanwhile. */
async function assertAccepted(tx: Kysely<CoreTables>, plan: Plan): Promise<void> {
  const accepted = await tx
    .selectFrom('transition')
    .select(({ fn }) => fn.max('revision').as('revision'))
    .where('bundle_id', '=', plan.bundle_id)
    .executeTakeFirstOrThrow();
  if ((accepted.revision ?? plan.revision) !== plan.revision) throw stale(plan);
}

const unreconciled = ({ restoredAt }: RestoreMark) =>
  permanent('RestoreUnreconciled', {
    zh: `数据库于 ${restoredAt} 恢复自备份，核对（lockstep reconcile）完成前不发布`,
    en: `The database was restored at ${restoredAt}; nothing is released before lockstep reconcile has been cleared`,
  });
const stale = ({ bundle_id }: Plan) =>
  permanent('SealStale', about(bundle_id, '签发之后又有新版本', 'has a newer revision than the armed one'));
const about = (bundleId: string, zh: string, en: string): Bilingual => ({
  zh: `政策包 ${bundleId} ${zh}`,
  en: `Bundle ${bundleId} ${en}`,
});
