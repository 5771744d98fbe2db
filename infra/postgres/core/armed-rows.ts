import { type Kysely, sql } from 'kysely';
import type { ItemRole, Manifest } from '../../../schemas/bundle.ts';
import type { FindingKey, GateId, Obligations } from '../../../schemas/finding.ts';
import type { FindingAnswer } from '../../../schemas/gate.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { CoreTables } from './tables.ts';

/** What one armed bundle rests on. `revision_row` is null where no revision has the armed seal. */
export type ArmedRow = {
  bundle_id: string;
  revision: number;
  seal: string;
  t0: string;
  group_id: string | null;
  revision_row: {
    gates: Record<GateId, Bilingual>;
    obligations: Obligations;
    policyKind: Manifest['policyKind'];
    acts: string[];
    roles: ItemRole[];
  } | null;
  /** The newest revision that the workflow accepted. */
  accepted: number | null;
  signed: { gate: GateId; answers: FindingAnswer[] }[];
  /** Findings that two people let pass: who asked, and who confirmed. */
  overridden: FindingKey[];
  /** The release that is staged for this revision. */
  staged: string | null;
  /** Milliseconds until T0, by one look at the database's clock for all rows: of one T0 all have come, or none has. */
  wait_ms: number;
};

/** What happens to a plan that another transaction has locked: left out, or waited for. */
export type Contended = 'skipped' | 'awaited';

/**
 * Locks plans of the bundles and their groups, in one order: a second committer, or a hold that comes now, waits; what
 * came before is seen. The lock is a statement of its own, since only the next one sees what was written while it waited.
 */
export async function lockPlans(
  tx: Kysely<CoreTables>,
  bundleIds: string[],
  contended: Contended,
): Promise<Pick<ArmedRow, 'bundle_id' | 'group_id'>[]> {
  // What was committed at T0 outlives the server: this transaction's commit waits for the disk. No plan, no commit. A worker
  // that falls silent between two statements loses the locks, and its transaction with them: a hold must not wait for it.
  const { rows } = await sql<Pick<ArmedRow, 'bundle_id' | 'group_id'>>`
    select bundle_id, group_id, set_config('synchronous_commit', 'on', true),
      set_config('idle_in_transaction_session_timeout', '3s', true)
    from plan
    where bundle_id = any(${bundleIds}::uuid[])
      or group_id in (select group_id from plan where bundle_id = any(${bundleIds}::uuid[]))
    order by bundle_id
    for update ${contended === 'skipped' ? sql`skip locked` : sql``}`.execute(tx);
  return rows;
}

/**
 * All that the commit checks and no more, in one statement: at T0 a hundred bundles ask at once. By id alone: PostgreSQL would think a
 * condition on groups true of half of all plans there ever were.
 */
export async function readArmed(tx: Kysely<CoreTables>, bundleIds: string[]): Promise<ArmedRow[]> {
  const { rows } = await sql<ArmedRow>`
    select plan.bundle_id, plan.revision, plan.seal, plan.t0, plan.group_id,
      (select json_build_object('obligations', obligations,
          'gates', (select coalesce(json_object_agg(gate ->> 'id', gate -> 'name'), '{}') from jsonb_array_elements(gates) as gate),
          'policyKind', content #> '{manifest,policyKind}',
          'acts', jsonb_path_query_array(content, '$.manifest.acts[*].act'),
          'roles', jsonb_path_query_array(content, '$.manifest.items[*].role'))
        from revision where (bundle_id, revision, seal) = (plan.bundle_id, plan.revision, plan.seal)) as revision_row,
      (select max(transition.revision) from transition where bundle_id = plan.bundle_id) as accepted,
      (select coalesce(json_agg(json_build_object('gate', gate, 'answers', answers)), '[]')
        from decision where (bundle_id, revision, seal) = (plan.bundle_id, plan.revision, plan.seal)
          and decision = 'signed') as signed,
      (select coalesce(json_agg(finding), '[]')
        from (select finding from override
          where (bundle_id, revision, seal) = (plan.bundle_id, plan.revision, plan.seal)
          group by finding having count(distinct person_id) = 2) as by_two) as overridden,
      (select release_id from staging where (bundle_id, revision) = (plan.bundle_id, plan.revision)) as staged,
      ceil(extract(epoch from (plan.t0 - statement_timestamp())) * 1000)::float8 as wait_ms
    from plan
    where plan.bundle_id = any(${bundleIds}::uuid[])
    order by plan.bundle_id`.execute(tx);
  return rows;
}
