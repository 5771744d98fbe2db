import { sql } from 'kysely';
import type { Tx } from './tables.ts';

type Switch = { bundleId: string; releaseId: string | null };

/**
 * Points bundles at releases (or at nothing) and numbers the switches: the last statement of its transaction, since the
 * lock on the number is held until the commit. Not 1, 2, 3: a database that was rebuilt must not give out numbers that a
 * running instance has seen already.
 */
export async function switchTo(switches: readonly Switch[], tx: Tx): Promise<void> {
  if (switches.length === 0) return;
  const bundleIds = switches.map(({ bundleId }) => bundleId);
  const releaseIds = switches.map(({ releaseId }) => releaseId);
  await sql`
    with taken as (
      update pointer_version
      set version = greatest(version + ${switches.length}, (extract(epoch from clock_timestamp()) * 1000)::bigint)
      returning version
    )
    insert into pointer (bundle_id, release_id, version)
    select each.bundle_id, each.release_id, taken.version - ${switches.length} + each.place
    from taken, unnest(${bundleIds}::uuid[], ${releaseIds}::uuid[]) with ordinality as each (bundle_id, release_id, place)
    on conflict (bundle_id) do update set release_id = excluded.release_id, version = excluded.version`.execute(tx);
}
