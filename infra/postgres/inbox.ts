import type { Kysely, Transaction } from 'kysely';

/** Each consumer's database has this table (see its first migration). */
export type InboxTable = { inbox: { event_id: string; handled_at: string } };

/**
 * Exactly-once effects on top of at-least-once delivery: the row and the effect commit together. The unique row makes
 * a concurrent duplicate wait for the first and then find it done.
 */
export function createInbox<DB>(db: Kysely<DB & InboxTable>) {
  return {
    once: (
      eventId: string,
      effect: (tx: Transaction<DB & InboxTable>) => Promise<void>,
    ): Promise<'handled' | 'duplicate'> =>
      db.transaction().execute(async (tx) => {
        const inserted = await (tx as unknown as Transaction<InboxTable>)
          .insertInto('inbox')
          .values({ event_id: eventId, handled_at: new Date().toISOString() })
          .onConflict((conflict) => conflict.column('event_id').doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 0n) return 'duplicate';
        await effect(tx);
        return 'handled';
      }),
  };
}
