import { type Kysely, sql } from 'kysely';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { CommitAnswer } from '../../../activities/releases/types.ts';
import { permanentCause } from '../../../schemas/failures.ts';
import type { Instant } from '../../../schemas/text.ts';
import { gather } from '../../gather.ts';
import { type Contended, lockPlans, readArmed } from './armed-rows.ts';
import { type CommitRequest, type CommitRows, mayCommit } from './may-commit.ts';
import { releaseModeOff } from './restore-mark.ts';
import type { CoreTables } from './tables.ts';

/** What became of one of several requests. `unsettled`: another transaction has to end first. */
type Verdict = CommitAnswer | { outcome: 'refused'; refusal: unknown } | { outcome: 'unsettled' };
const unsettled: Verdict = { outcome: 'unsettled' };

/**
 * The commit of DESIGN §4.4. Requests of one moment share a transaction, and each gets the answer that it would get alone:
 * one that has to wait for somebody, or whose batch failed, is made again alone, so that it holds up no other.
 */
export function createCommit(db: Kysely<CoreTables>): CoreStore['commit'] {
  const together = gather((requests: CommitRequest[]) => commitReleases(db, requests, 'skipped'), {
    most: 200,
    patienceMs: 1_000, // for a connection that died in silence
  });
  return async (sealed, releaseId) => {
    const request = { sealed, releaseId };
    const amongOthers = await together(request).catch(() => unsettled);
    const [verdict = unsettled] =
      amongOthers.outcome === 'unsettled' ? await commitReleases(db, [request], 'awaited') : [amongOthers];
    if (verdict.outcome === 'refused') throw verdict.refusal;
    if (verdict.outcome === 'unsettled') throw new Error('Plans were armed while their group was locked: ask again');
    return verdict;
  };
}

/**
 * One transaction that re-checks seal, gates, findings, hold and clock of the bundles, and of every bundle of their groups,
 * and inserts the release rows of those that may go. Whoever commits second gets the row of the first.
 */
const commitReleases = (db: Kysely<CoreTables>, requests: CommitRequest[], contended: Contended): Promise<Verdict[]> =>
  db.transaction().execute(async (tx) => {
    const bundleIds = requests.map(({ sealed }) => sealed.bundleId);
    const plans = await lockPlans(tx, bundleIds, contended);
    const locked = plans.map(({ bundle_id }) => bundle_id);
    const released = await readReleased(tx, requests);
    const restored = await releaseModeOff(tx);
    const groups = await readGroups(
      tx,
      plans.flatMap(({ group_id }) => group_id ?? []),
    );
    const members = groups.map(({ bundle_id }) => bundle_id); // among them those whose plan was passed over
    const armed = await readArmed(tx, [...bundleIds, ...locked, ...members]);
    const verdicts = requests.map((request) => {
      try {
        return mayCommit(request, { locked, released, restored, armed, groups });
      } catch (refusal) {
        if (!permanentCause(refusal)) throw refusal;
        return { outcome: 'refused' as const, refusal };
      }
    });
    const due = verdicts.flatMap((verdict) => (verdict.outcome === 'due' ? verdict.bundleIds : []));
    const committedAt = due.length > 0 ? await insertReleases(tx, due) : '';
    // Read last: whoever waits so long should not come later by what the others took.
    const now = verdicts.some(({ outcome }) => outcome === 'early') ? await readClock(tx) : '';
    return verdicts.map((verdict): Verdict => {
      if (verdict.outcome === 'due') return { outcome: 'committed', committedAt, t0: verdict.t0 };
      if (verdict.outcome !== 'early') return verdict;
      return { outcome: 'early', t0: verdict.t0, waitMs: Math.max(1, Date.parse(verdict.t0) - Date.parse(now)) };
    });
  });

async function readReleased(tx: Kysely<CoreTables>, requests: CommitRequest[]): Promise<CommitRows['released']> {
  const releaseIds = requests.map(({ releaseId }) => releaseId);
  const { rows } = await sql<CommitRows['released'][number]>`
    select release_id, committed_at, t0 from release where release_id = any(${releaseIds}::uuid[])`.execute(tx);
  return rows;
}

const readGroups = async (tx: Kysely<CoreTables>, groupIds: string[]) =>
  groupIds.length === 0
    ? []
    : tx
        .selectFrom('release_group')
        .select(['group_id', 'bundle_id'])
        .where('group_id', 'in', groupIds)
        .orderBy('bundle_id')
        .execute();

/** The rows by which they are public, all of one instant, which is read as late as can be. */
async function insertReleases(tx: Kysely<CoreTables>, bundleIds: string[]): Promise<Instant> {
  const { rows } = await sql<{ committed_at: Instant }>`
    with clock as materialized (select clock_timestamp() as now)
    insert into release (release_id, bundle_id, revision, seal, t0, committed_at, group_id)
    select staging.release_id, plan.bundle_id, plan.revision, plan.seal, plan.t0, clock.now, plan.group_id
    from clock, plan join staging on (staging.bundle_id, staging.revision) = (plan.bundle_id, plan.revision)
    where plan.bundle_id = any(${bundleIds}::uuid[])
    returning committed_at`.execute(tx);
  if (!rows[0] || rows.length !== new Set(bundleIds).size) throw new RangeError('Not all that is due was armed');
  return rows[0].committed_at;
}

async function readClock(tx: Kysely<CoreTables>): Promise<Instant> {
  const { rows } = await sql<{ now: Instant }>`select clock_timestamp() as now`.execute(tx);
  if (!rows[0]) throw new RangeError('The database has no clock');
  return rows[0].now;
}
