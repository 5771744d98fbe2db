import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase } from '../client.ts';
import { createInbox } from '../inbox.ts';
import { migrate } from '../migrate.ts';
import { createPublicReads, createSiteRecords } from './reads.ts';
import type { WebsiteTables } from './tables.ts';
import { createSiteWrites } from './writes.ts';

/** Opens the website's database and brings it to the newest schema. */
export async function openWebsiteDatabase(url: string) {
  const db = openDatabase<WebsiteTables>(url);
  await migrate(db, join(import.meta.dirname, 'migrations'));
  return {
    inbox: createInbox(db),
    writes: createSiteWrites(),
    records: createSiteRecords(db),
    reads: createPublicReads(db),
    /** Rejects while the database is away. */
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => db.destroy(),
  };
}
