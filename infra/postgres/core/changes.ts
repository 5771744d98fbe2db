import type { Kysely } from 'kysely';
import type { ChangeStore } from '../../../activities/ports/change-store.ts';
import { PartChange } from '../../../schemas/revision-change.ts';
import type { CoreTables } from './tables.ts';

export const createChangeStore = (db: Kysely<CoreTables>): ChangeStore => ({
  async acceptedBefore({ bundleId, revision }) {
    // What the workflow took, not what somebody tried to submit.
    const row = await db
      .selectFrom('transition')
      .select(({ fn }) => fn.max('revision').as('revision'))
      .where('bundle_id', '=', bundleId)
      .where('revision', '<', revision)
      .executeTakeFirst();
    return row?.revision ?? null;
  },

  async addChange({ bundleId, revision }, fromRevision, changes) {
    await db
      .insertInto('revision_change')
      .values({ bundle_id: bundleId, revision, from_revision: fromRevision, changes: JSON.stringify(changes) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async changes(bundleId) {
    const rows = await db
      .selectFrom('revision_change')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .orderBy('revision')
      .execute();
    const decisions = await db
      .selectFrom('decision')
      .select(['revision', 'gate', 'decision', 'carried_from'])
      .where('bundle_id', '=', bundleId)
      .execute();
    return rows.map((row) => {
      const kept = decisions
        .filter(({ revision, carried_from }) => revision === row.revision && carried_from === row.from_revision)
        .map(({ gate }) => gate);
      const signed = decisions.filter(
        ({ revision, decision }) => revision === row.from_revision && decision === 'signed',
      );
      return {
        revision: row.revision,
        fromRevision: row.from_revision,
        at: row.at,
        changes: PartChange.array().parse(row.changes),
        kept: kept.sort(),
        fell: signed
          .map(({ gate }) => gate)
          .filter((gate) => !kept.includes(gate))
          .sort(),
      };
    });
  },
});
