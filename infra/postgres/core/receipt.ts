import type { Kysely, Selectable } from 'kysely';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import { ChannelReceipt } from '../../../schemas/receipt.ts';
import { gatherWhole } from '../../gather.ts';
import { createInbox } from '../inbox.ts';
import type { CoreTables } from './tables.ts';

export const receiptOf = (row: Selectable<CoreTables['receipt']>): ChannelReceipt =>
  ChannelReceipt.parse({
    releaseId: row.release_id,
    bundleId: row.bundle_id,
    channel: row.channel,
    state: row.state,
    attempt: row.attempt,
    about: row.about,
    at: row.at,
    digests: row.digests,
    url: row.url,
    detail: row.detail,
  });

/** At one T0 the receipts of many bundles come together: they share a transaction, and the one turn in the audit chain. */
export function createReceiptRows(db: Kysely<CoreTables>): Pick<CoreStore, 'receipts' | 'addReceipt'> {
  const inbox = createInbox(db);
  const add = gatherWhole(
    async (told: { eventId: string; receipt: ChannelReceipt }[]) => {
      await inbox.onceEach(
        told.map(({ eventId }) => eventId),
        async (fresh, tx) => {
          const rows = told.filter(({ eventId }) => fresh.has(eventId)).map(({ receipt }) => rowOf(receipt));
          await tx
            .insertInto('receipt')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        },
      );
      return Array.from<void>({ length: told.length });
    },
    { most: 100 },
  );
  return {
    async receipts(bundleId) {
      const rows = await db.selectFrom('receipt').selectAll().where('bundle_id', '=', bundleId).orderBy('at').execute();
      return rows.map(receiptOf);
    },
    addReceipt: (eventId, receipt) => add({ eventId, receipt }),
  };
}

const rowOf = ({ releaseId, bundleId, channel, state, attempt, about, at, digests, url, detail }: ChannelReceipt) => ({
  ...{ release_id: releaseId, bundle_id: bundleId, channel, state, attempt, about, at, url },
  digests: JSON.stringify(digests),
  detail: detail && JSON.stringify(detail),
});
