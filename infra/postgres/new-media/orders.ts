import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { StagedObject } from '../../../schemas/release.ts';
import type { DeliveryStore } from '../../../services/new-media/delivery-store.ts';
import type { NewMediaTables } from './tables.ts';

type Orders = Pick<DeliveryStore, 'accept' | 'accounts' | 'objects' | 'close' | 'accountsWithPosts'>;

/** What was ordered of this service, and for which accounts. */
export function createOrders(db: Kysely<NewMediaTables>): Orders {
  const accountsOf = async (source: Kysely<NewMediaTables>, releaseId: string) => {
    const rows = await source
      .selectFrom('delivery')
      .select('account')
      .where('release_id', '=', releaseId)
      .orderBy('position')
      .orderBy('account')
      .execute();
    return rows.map(({ account }) => account);
  };

  return {
    accept: ({ releaseId, bundleId, objects }, accounts) =>
      db.transaction().execute(async (tx) => {
        // The row decides between an order and what closes it: whoever comes second waits here and sees the first.
        const inserted = await tx
          .insertInto('release')
          .values({ release_id: releaseId, bundle_id: bundleId, objects: JSON.stringify(objects) })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 1n && accounts.length > 0) {
          const rows = accounts.map((account, position) => ({
            release_id: releaseId,
            bundle_id: bundleId,
            account,
            position,
          }));
          await tx
            .insertInto('delivery')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        const { closed_at } = await tx
          .selectFrom('release')
          .select('closed_at')
          .where('release_id', '=', releaseId)
          .executeTakeFirstOrThrow();
        return closed_at === null ? { accounts: await accountsOf(tx, releaseId) } : null;
      }),

    accounts: (releaseId) => accountsOf(db, releaseId),

    async objects(releaseId) {
      const row = await db
        .selectFrom('release')
        .select('objects')
        .where('release_id', '=', releaseId)
        .executeTakeFirst();
      return z.array(StagedObject).parse(row?.objects ?? []);
    },

    async close({ releaseId, bundleId }) {
      await db
        .insertInto('release')
        .values({ release_id: releaseId, bundle_id: bundleId, objects: null, closed_at: sql`clock_timestamp()` })
        .onConflict((conflict) =>
          conflict.column('release_id').doUpdateSet({ closed_at: sql`coalesce(release.closed_at, clock_timestamp())` }),
        )
        .execute();
      return { accounts: await accountsOf(db, releaseId) };
    },

    async accountsWithPosts(releases) {
      if (releases.length === 0) return [];
      const rows = await db
        .selectFrom('delivery')
        .select('account')
        .distinct()
        .where('release_id', 'in', releases)
        .where('live_at', 'is not', null)
        .where('withdrawn_at', 'is', null)
        .orderBy('account')
        .execute();
      return rows.map(({ account }) => account);
    },
  };
}
