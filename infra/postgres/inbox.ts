import type { Kysely, Transaction } from 'kysely';

/** Each consumer's database has this table (see its first migration). */
export type InboxTable = { inbox: { event_id: string; handled_at: string } };

/**
 * Exactly-once effects on top of at-least-once delivery: the rows and the effect commit together. The unique row makes
 * a concurrent duplicate wait for the first and then find it done.
 */
export function createInbox<DB>(db: Kysely<DB & InboxTable>) {
  /** Several events in one transaction. `effect` is given those that are new, if any; resolves to them. */
  const onceEach = (
    eventIds: readonly string[],
    effect: (fresh: ReadonlySet<string>, tx: Transaction<DB & InboxTable>) => Promise<void>,
  ): Promise<ReadonlySet<string>> =>
    db.transaction().execute(async (tx) => {
      const handled_at = new Date().toISOString();
      const inserted = await (tx as unknown as Transaction<InboxTable>)
        .insertInto('inbox')
        // Sorted: two that share events and insert them in different orders would wait for each other.
        .values([...eventIds].sort().map((event_id) => ({ event_id, handled_at })))
        .onConflict((conflict) => conflict.column('event_id').doNothing())
        .returning('event_id')
        .execute();
      const fresh = new Set(inserted.map(({ event_id }) => event_id));
      if (fresh.size > 0) await effect(fresh, tx);
      return fresh;
    });
  return {
    onceEach,
    async once(
      eventId: string,
      effect: (tx: Transaction<DB & InboxTable>) => Promise<void>,
    ): Promise<'handled' | 'duplicate'> {
      const fresh = await onceEach([eventId], (_, tx) => effect(tx));
      return fresh.size > 0 ? 'handled' : 'duplicate';
    },
  };
}
