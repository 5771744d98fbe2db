import type { Kysely } from 'kysely';
import { afterAll } from 'vitest';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { coreRows } from './core-rows.ts';
import { createTestDatabase } from './local-services.ts';

export type OwnCore = {
  url: string;
  db: Kysely<CoreTables>;
  store: CoreStore;
  rows: ReturnType<typeof coreRows>;
};

/** A core's database of one test file's own, dropped after its last test. `max` connections. */
export async function ownCore({ max = 10 } = {}): Promise<OwnCore> {
  const database = await createTestDatabase();
  const db = openDatabase<CoreTables>(database.url, { max });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  await migrate(db, coreMigrations);
  const store = createCoreStore(db);
  return { url: database.url, db, store, rows: coreRows(store) };
}
