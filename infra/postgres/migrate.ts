import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';

/**
 * Brings a database to the newest schema, or to that of the migration `upTo`: every `NNNN-name.sql` of the directory, in
 * order, once, forward only. Kysely's migrator takes a lock, so several processes may start at the same time. Given a
 * transaction, all of it is part of that.
 */
export async function migrate<DB>(db: Kysely<DB>, directory: string, upTo?: string): Promise<void> {
  const migrator = new Migrator({
    db,
    migrationTableSchema: 'public', // a restore may have left another schema with such a table beside it
    provider: {
      async getMigrations() {
        const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
        const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
        return Object.fromEntries(
          files.map((file, index) => [
            file.replace(/\.sql$/, ''),
            { up: async (trx: Kysely<unknown>) => void (await sql.raw(texts[index] ?? '').execute(trx)) },
          ]),
        );
      },
    },
  });
  const { error } = await (upTo === undefined ? migrator.migrateToLatest() : migrator.migrateTo(upTo));
  if (error) throw error;
}
