import { type Kysely, sql } from 'kysely';
import type { EmergencyRows } from '../../../activities/ports/desk-store.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import type { CoreTables } from './tables.ts';

/** Uses of the emergency lane with what the gates decided on the revision that was reviewed last. */
export async function emergenciesOf(
  db: Kysely<CoreTables>,
  which: { bundleId: BundleId } | { year: number },
): Promise<EmergencyRows[]> {
  const chosen =
    'year' in which
      ? sql<boolean>`extract(year from declared_at at time zone 'Asia/Shanghai') = ${which.year}`
      : sql<boolean>`emergency.bundle_id = ${which.bundleId}`;
  const rows = await db
    .selectFrom('emergency')
    .leftJoin('emergency_report as report', 'report.bundle_id', 'emergency.bundle_id')
    .select(['emergency.bundle_id', 'reason', 'declared_by', 'declared_at'])
    .select(['report.text', 'reported_by', 'reported_at'])
    .where(chosen)
    .orderBy('declared_at')
    .execute();
  return Promise.all(
    rows.map(async (row) => {
      const reviewed = await db
        .selectFrom('transition')
        .innerJoin('revision', (join) =>
          join
            .onRef('revision.bundle_id', '=', 'transition.bundle_id')
            .onRef('revision.revision', '=', 'transition.revision'),
        )
        .select(['transition.revision', 'transition.at', 'content'])
        .where('transition.bundle_id', '=', row.bundle_id)
        .where('state', '=', 'in-review')
        .orderBy('transition.revision', 'desc')
        .orderBy('transition')
        .limit(1)
        .executeTakeFirstOrThrow();
      const gates = await db
        .selectFrom('decision')
        .select(['gate', 'decision', 'reviewer_id as reviewerId', 'acting_for as actingFor', 'decided_at as decidedAt'])
        .where('bundle_id', '=', row.bundle_id)
        .where('revision', '=', reviewed.revision)
        .orderBy('decided_at')
        .execute();
      const release = await db
        .selectFrom('release')
        .select('committed_at')
        .where('bundle_id', '=', row.bundle_id)
        .orderBy('committed_at')
        .limit(1)
        .executeTakeFirst();
      return {
        bundleId: BundleId.parse(row.bundle_id),
        documentNumber: reviewed.content.manifest.documentNumber,
        reason: row.reason,
        declaredBy: row.declared_by,
        declaredAt: row.declared_at,
        submittedAt: reviewed.at,
        gates,
        releasedAt: release?.committed_at ?? null,
        report:
          row.text !== null && row.reported_by !== null && row.reported_at !== null
            ? { text: row.text, by: row.reported_by, at: row.reported_at }
            : null,
      };
    }),
  );
}
