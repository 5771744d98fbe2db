import { type Kysely, sql } from 'kysely';
import type { CommitAnswer, Sealed } from '../../../activities/releases/types.ts';
import { permanent } from '../../../schemas/failures.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { CoreTables } from './tables.ts';

/**
 * The commit of DESIGN §4.4: one transaction that re-checks seal, gates, hold and clock, and inserts the unique release
 * row. Whoever commits second gets the row of the first.
 */
export const commitRelease = (db: Kysely<CoreTables>, sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer> =>
  db.transaction().execute(async (tx) => {
    const { bundleId, revision, seal } = sealed;
    await sql`set local synchronous_commit = on`.execute(tx); // what was committed at T0 outlives the server
    // The row lock makes a second committer, or a hold that comes now, wait; what came before is seen.
    const plan = await tx
      .selectFrom('plan')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .forUpdate()
      .executeTakeFirst();
    const done = await tx
      .selectFrom('release')
      .select(['committed_at'])
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', revision)
      .executeTakeFirst();
    if (done) return { outcome: 'committed', committedAt: done.committed_at };
    if (!plan) throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
    // What the workflow accepted counts, not what somebody tried to submit meanwhile.
    const accepted = await tx
      .selectFrom('transition')
      .select(({ fn }) => fn.max('revision').as('revision'))
      .where('bundle_id', '=', bundleId)
      .executeTakeFirstOrThrow();
    if (plan.seal !== seal || plan.revision !== revision || (accepted.revision ?? revision) !== revision) {
      throw permanent('SealStale', { zh: '签发之后又有新版本', en: 'There is a newer revision than the armed one' });
    }
    await assertGates(tx, sealed);

    const { rows } = await sql<{ now: string; wait_ms: number }>`
      select now, ceil(extract(epoch from (${plan.t0}::timestamptz - now)) * 1000)::float8 as wait_ms
      from (select clock_timestamp() as now) as clock`.execute(tx);
    const clock = rows[0];
    if (!clock) throw new RangeError('The database has no clock');
    if (clock.wait_ms > 0) return { outcome: 'early', waitMs: clock.wait_ms };
    const release = await tx
      .insertInto('release')
      .values({ release_id: releaseId, bundle_id: bundleId, revision, seal, t0: plan.t0, committed_at: clock.now })
      .returning('committed_at')
      .executeTakeFirstOrThrow();
    return { outcome: 'committed', committedAt: release.committed_at };
  });

async function assertGates(tx: Kysely<CoreTables>, { bundleId, revision, seal }: Sealed): Promise<void> {
  const row = await tx
    .selectFrom('revision')
    .select(['gates', 'content'])
    .where('bundle_id', '=', bundleId)
    .where('revision', '=', revision)
    .where('seal', '=', seal)
    .executeTakeFirst();
  if (!row) throw permanent('SealStale', { zh: '没有这个封签的版本', en: 'There is no revision with this seal' });
  const roles = new Set(row.content.manifest.items.map((item) => item.role));
  if (!roles.has('interpretation-plan') || !roles.has('interpretation-material')) {
    throw permanent('BundleIncomplete', { zh: '缺少解读方案或解读材料', en: 'Plan or materials are missing' });
  }
  const signed = await tx
    .selectFrom('decision')
    .select('gate')
    .where('bundle_id', '=', bundleId)
    .where('revision', '=', revision)
    .where('seal', '=', seal)
    .where('decision', '=', 'signed')
    .execute();
  const passed = new Set(signed.map(({ gate }) => gate));
  const open = row.gates.filter((gate) => !passed.has(gate.id));
  if (open.length === 0) return;
  throw permanent('GatesNotPassed', {
    zh: `尚未通过：${open.map((gate) => gate.name.zh).join('、')}`,
    en: `Not signed: ${open.map((gate) => gate.name.en).join(', ')}`,
  });
}
