import { type Kysely, sql } from 'kysely';
import type { AccessStore } from '../../../activities/ports/access-store.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { ReadRecord } from '../../../schemas/desk.ts';
import type { CoreTables } from './tables.ts';

const today = sql<string>`(clock_timestamp() at time zone 'Asia/Shanghai')::date`;

export const createAccessStore = (db: Kysely<CoreTables>): AccessStore => ({
  async exposures(bundleIds) {
    if (bundleIds.length === 0) return [];
    // What the last transition is about is the revision that people see.
    const { rows } = await sql<{ bundle_id: string; revision: number; is_public: boolean }>`
      select distinct on (revision.bundle_id) revision.bundle_id, coalesce(transition.revision, revision.revision) as revision,
        release.release_id is not null and transition.state not in ('rolled-back', 'withdrawing', 'withdrawn') as is_public
      from revision
        left join transition on transition.bundle_id = revision.bundle_id
        left join release on release.bundle_id = transition.bundle_id and release.revision = transition.revision
      where revision.bundle_id = any(${bundleIds}::uuid[])
      order by revision.bundle_id, transition.transition desc nulls last, revision.revision desc`.execute(db);
    return rows.map(({ bundle_id, revision, is_public }) => ({
      bundleId: BundleId.parse(bundle_id),
      revision,
      isPublic: is_public,
    }));
  },

  async record(personId, what, read) {
    if (read.length === 0) return;
    await db
      .insertInto('access')
      .values(
        read.map(({ bundleId, revision }) => ({
          bundle_id: bundleId,
          revision,
          person_id: personId,
          day: today,
          what,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async of(bundleId) {
    const rows = await db
      .selectFrom('access')
      .select(['revision', 'person_id as personId', 'what', 'at', sql<string>`day::text`.as('day')])
      .where('bundle_id', '=', bundleId)
      .orderBy('at')
      .execute();
    return rows.map((row) => ReadRecord.parse(row));
  },
});
