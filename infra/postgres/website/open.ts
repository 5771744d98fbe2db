import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { TransientFailure } from '../../../activities/ports/event-bus.ts';
import type { SiteInbox } from '../../../services/website/site-store.ts';
import { openDatabase } from '../client.ts';
import { createInbox } from '../inbox.ts';
import { migrate } from '../migrate.ts';
import { createPublicReads, createSiteRecords } from './reads.ts';
import type { Tx, WebsiteTables } from './tables.ts';
import { createSiteWrites } from './writes.ts';

/** Opens the website's database and brings it to the newest schema. */
export async function openWebsiteDatabase(url: string) {
  const db = openDatabase<WebsiteTables>(url);
  await migrate(db, join(import.meta.dirname, 'migrations'));
  const inbox = createInbox(db);
  return {
    inbox: waitingForReplays(inbox),
    /**
     * Runs `work` while nobody else changes the site. Orders that come meanwhile stay in the bus: an old release that
     * is being replayed must not come after its own withdrawal. A second replay waits for the first; should this
     * process die, its connection ends and the others go on.
     */
    replaying: <T>(work: (inbox: SiteInbox<Tx>) => Promise<T>): Promise<T> =>
      db.connection().execute(async (session) => {
        await sql`select pg_advisory_lock(${replayLock})`.execute(session);
        try {
          return await work(inbox);
        } finally {
          await unlock(session);
        }
      }),
    writes: createSiteWrites(),
    records: createSiteRecords(db),
    reads: createPublicReads(db),
    /** Rejects while the database is away. */
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => db.destroy(),
  };
}
export type WebsiteDatabase = Awaited<ReturnType<typeof openWebsiteDatabase>>;

const replayLock = 5497853034214n; // any number that nothing else in this database locks

const unlock = (session: Kysely<WebsiteTables>) => sql`select pg_advisory_unlock(${replayLock})`.execute(session);

const waitingForReplays = ({ onceEach }: SiteInbox<Tx>): SiteInbox<Tx> => ({
  onceEach: (eventIds, effect) =>
    onceEach(eventIds, async (fresh, tx) => {
      // The lock ends with the transaction. A replay that waits for its own lock is let past: these come again.
      const { rows } = await sql<{ free: boolean }>`
        select pg_try_advisory_xact_lock_shared(${replayLock}) as free`.execute(tx);
      if (!rows[0]?.free) throw new TransientFailure('the site is being replayed from the log');
      await effect(fresh, tx);
    }),
});
