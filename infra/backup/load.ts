import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Kysely, sql } from 'kysely';
import { from as copyFrom } from 'pg-copy-streams';
import { coreMigrations } from '../postgres/core/migrations.ts';
import type { CoreTables } from '../postgres/core/tables.ts';
import { migrate } from '../postgres/migrate.ts';
import { migrationsOf } from './catalogue.ts';
import type { CheckedBackup } from './check.ts';
import { tablePath } from './files.ts';
import { BackupRefusal } from './refusal.ts';
import type { Session } from './session.ts';

type Tx = Kysely<CoreTables>;

/** @throws BackupRefusal where the backup has migrations that this software does not know */
export async function requireKnownMigrations({ manifest, directory }: CheckedBackup): Promise<void> {
  const known = new Set((await readdir(coreMigrations)).map((file) => file.replace(/\.sql$/, '')));
  const unknown = manifest.migrations.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new BackupRefusal(
    {
      zh: `备份由更新的版本（${manifest.software}）写成，这个版本没有迁移 ${unknown.join('、')}。`,
      en: `A newer version (${manifest.software}) wrote the backup; this one lacks the migrations ${unknown.join(', ')}.`,
    },
    { zh: '先升级，再恢复。', en: 'Upgrade first, then restore.' },
    directory,
  );
}

/**
 * Fills an empty schema, inside `tx`, with the rows as they were: the schema of the backup, then every row under every
 * constraint, with triggers of ours silent, since what they would write is among the rows. Brings the schema to the
 * newest at the end. Reads in the format that was written; the manifest says which columns.
 */
export async function loadRows(
  { client }: Session,
  tx: Tx,
  { directory, manifest }: CheckedBackup,
  told: (table: string) => void,
) {
  await migrate(tx, coreMigrations, manifest.migrations.at(-1));
  if ((await migrationsOf(tx)).join() !== manifest.migrations.join()) throw differs('kysely_migration');
  const triggers = await silence(tx);
  const references = await deferReferences(tx);
  for (const { name, columns, rows } of manifest.tables) {
    told(name);
    const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
    const into = client.query(copyFrom(`copy ${client.escapeIdentifier(name)} (${list}) from stdin`));
    await pipeline(createReadStream(join(directory, tablePath(name))), into);
    if (into.rowCount !== rows) throw differs(name);
  }
  for (const { name, lastValue } of manifest.sequences)
    await sql`select setval(${name}, ${lastValue}::bigint)`.execute(tx);
  await sql`set constraints all immediate`.execute(tx); // here a row that refers to nothing is refused
  await references.restore();
  await triggers.restore();
  await migrate(tx, coreMigrations);
}

const differs = (table: string) =>
  new BackupRefusal(
    { zh: `表 ${table} 的内容与清单不符。`, en: `Table ${table} is not what the manifest says.` },
    { zh: '换另一份备份。', en: 'Take another copy of the backup, or an earlier one.' },
    tablePath(table),
  );

type Undo = { restore(): Promise<void> };

/** By the owner's right, since the application's role may not set `session_replication_role`; each is put back as it was. */
async function silence(tx: Tx): Promise<Undo> {
  const { rows } = await sql<{ table: string; trigger: string; enabled: 'O' | 'A' | 'R' }>`
    select c.relname as table, t.tgname as trigger, t.tgenabled as enabled
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal and t.tgenabled <> 'D'`.execute(tx);
  const how = { O: 'enable', A: 'enable always', R: 'enable replica' };
  const set = async (verb: (enabled: 'O' | 'A' | 'R') => string) => {
    for (const { table, trigger, enabled } of rows) {
      await sql`alter table ${sql.table(table)} ${sql.raw(verb(enabled))} trigger ${sql.id(trigger)}`.execute(tx);
    }
  };
  await set(() => 'disable');
  return { restore: () => set((enabled) => how[enabled]) };
}

/** References are checked once all tables are there, so that the order of the tables does not matter. */
async function deferReferences(tx: Tx): Promise<Undo> {
  const { rows } = await sql<{ table: string; name: string }>`
    select c.relname as table, k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = current_schema()::regnamespace and k.contype = 'f' and not k.condeferrable`.execute(tx);
  const set = async (when: string) => {
    for (const { table, name } of rows) {
      await sql`alter table ${sql.table(table)} alter constraint ${sql.id(name)} ${sql.raw(when)}`.execute(tx);
    }
  };
  await set('deferrable initially deferred');
  return { restore: () => set('not deferrable') };
}
