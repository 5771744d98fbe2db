import { join } from 'node:path';
import { openDatabase } from '../client.ts';
import { migrate } from '../migrate.ts';
import { createDeliveryStore } from './store.ts';
import type { NewMediaTables } from './tables.ts';

/** Opens the new-media service's database and brings it to the newest schema. */
export async function openNewMediaDatabase(url: string) {
  const db = openDatabase<NewMediaTables>(url);
  await migrate(db, join(import.meta.dirname, 'migrations'));
  return { store: createDeliveryStore(db), close: () => db.destroy() };
}
