import { type Kysely, sql } from 'kysely';
import type { BackupManifest } from '../../schemas/backup.ts';
import type { CoreTables } from '../postgres/core/tables.ts';

type Tx = Kysely<CoreTables>;
export type Table = Omit<BackupManifest['tables'][number], 'rows'> & { key: string[] };

/** The migrator's own tables: a restore runs the migrations, which fills them. */
const migratorTables = ['kysely_migration', 'kysely_migration_lock'];

/**
 * Every table of the schema, asked of the database itself: a table of tomorrow's migration is in tomorrow's backup.
 * `columns` without the generated ones; `key` orders the rows, so that the same rows make the same file.
 */
export async function tablesOf(tx: Tx): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select c.relname as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      coalesce((select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
       from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
       where i.indrelid = c.oid and i.indisprimary), '{}') as key
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname <> all (${sql.val(migratorTables)})
    order by 1`.execute(tx);
  return rows;
}

/** A sequence that never gave a number has no last value, and needs nothing. */
export async function sequencesOf(tx: Tx): Promise<BackupManifest['sequences']> {
  const { rows } = await sql<BackupManifest['sequences'][number]>`
    select sequencename as name, last_value::text as "lastValue" from pg_sequences
    where schemaname = current_schema() and last_value is not null order by 1`.execute(tx);
  return rows;
}

/** In order; none where no process of ours ever started on this database. */
export async function migrationsOf(tx: Tx): Promise<string[]> {
  const { rows: found } = await sql<{
    there: boolean;
  }>`select to_regclass('kysely_migration') is not null as there`.execute(tx);
  if (!found[0]?.there) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by 1`.execute(tx);
  return rows.map(({ name }) => name);
}

/** Name of the first table with a row in it; null where the database holds nothing. */
export async function firstOccupied(tx: Tx): Promise<string | null> {
  for (const { name } of await tablesOf(tx)) {
    const { rows } = await sql<{ found: boolean }>`select exists (select from ${sql.table(name)}) as found`.execute(tx);
    if (rows[0]?.found) return name;
  }
  return null;
}

/** What rows refer to in the two stores: submitted parts and inside channels' objects; sealed objects. */
export async function blobsNamedIn(tx: Tx): Promise<Record<'blobs' | 'staging', string[]>> {
  const objects = sql`staging, jsonb_array_elements(channels) as channel, jsonb_array_elements(channel -> 'objects') as object`;
  const inside = sql`select object ->> 'sha256' from ${objects} where object -> 'ciphertext' = 'null'`;
  const named = async (query: ReturnType<typeof sql>) => {
    const { rows } = await sql<{
      sha256: string;
    }>`select distinct sha256 from (${query}) as named (sha256) order by 1`.execute(tx);
    return rows.map(({ sha256 }) => sha256);
  };
  return {
    blobs: await named(sql`
      select part ->> 'sha256' from revision, jsonb_array_elements(content -> 'parts') as part union ${inside}`),
    staging: await named(sql`select object -> 'ciphertext' ->> 'sha256' from ${objects}
      where object -> 'ciphertext' <> 'null'`),
  };
}
