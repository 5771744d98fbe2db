import type { BundleId } from '../../schemas/bundle.ts';

type Tables = Record<string, Map<string, unknown>>;

/**
 * Tables in memory with what their users rely on in PostgreSQL: a transaction happens as a whole or not at all, and one
 * at a time. Rows are never changed in place: a new row takes the place of the old one.
 */
export function createMemoryDatabase<T extends Tables>(empty: T) {
  let committed = empty;
  let writes = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    /** What is committed now. */
    get rows(): T {
      return committed;
    },
    /** Grows with every commit. */
    get version(): number {
      return writes;
    },
    /** All tables as they were when `rows` was read: a backup that is put back. */
    restore(rows: T): void {
      committed = rows;
      writes += 1;
    },
    /** Where `work` rejects, nothing of it stays. */
    transaction<R>(work: (draft: T) => R | Promise<R>): Promise<R> {
      const mine = last.then(async () => {
        const touched: Tables = {};
        // Only what it touches is copied: a simulation makes hundreds of thousands of transactions.
        const table = (all: T, name: string) => {
          touched[name] ??= new Map(all[name]);
          return touched[name];
        };
        const result = await work(new Proxy(committed, { get: (all, name) => table(all, String(name)) }));
        committed = { ...committed, ...touched };
        writes += 1;
        return result;
      });
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
export type MemoryDatabase<T extends Tables> = ReturnType<typeof createMemoryDatabase<T>>;

/** The inbox of `infra/postgres/inbox.ts`: the row and the effect commit together. */
export const createMemoryInbox = <T extends Tables & { inbox: Map<string, true> }>(db: MemoryDatabase<T>) => {
  const onceEach = (
    eventIds: readonly string[],
    effect: (fresh: ReadonlySet<string>, tx: T) => Promise<void>,
  ): Promise<ReadonlySet<string>> =>
    db.transaction(async (tx) => {
      const fresh = new Set(eventIds.filter((eventId) => !tx.inbox.has(eventId)));
      for (const eventId of fresh) tx.inbox.set(eventId, true);
      if (fresh.size > 0) await effect(fresh, tx);
      return fresh;
    });
  return {
    onceEach,
    once: async (eventId: string, effect: (tx: T) => Promise<void>): Promise<'handled' | 'duplicate'> =>
      (await onceEach([eventId], (_, tx) => effect(tx))).size > 0 ? 'handled' : 'duplicate',
  };
};

/** The key of a row, from the columns of its primary key. */
export const key = (...columns: (string | number)[]) => columns.join(' ');
export const rowsOf = <T extends { bundleId: BundleId }>(rows: Map<string, T>, bundleId: BundleId): T[] =>
  [...rows.values()].filter((row) => row.bundleId === bundleId);
