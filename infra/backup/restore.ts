import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { genesis } from '../../activities/audit/chain.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { CliRestore } from '../../schemas/backup.ts';
import { Digest, type Instant } from '../../schemas/text.ts';
import { readEvidenceFiles } from '../audit/evidence-files.ts';
import { createFileBlobStore } from '../blobs/file-store.ts';
import { addEventKeys } from '../kafka/event-keys.ts';
import { createAuditStore } from '../postgres/core/audit.ts';
import type { CoreTables } from '../postgres/core/tables.ts';
import { installAuditSet, rowsBeyond, signedHeads, verifyStored } from './audit-set.ts';
import { firstOccupied } from './catalogue.ts';
import { type CheckedBackup, checkBackup } from './check.ts';
import { eventKeysPath } from './files.ts';
import { loadRows, requireKnownMigrations } from './load.ts';
import type { Progress } from './progress.ts';
import { BackupRefusal } from './refusal.ts';
import { type Session, withSession } from './session.ts';

export type RestoreTarget = {
  databaseUrl: string;
  blobs: BlobStore;
  staging: BlobStore;
  dataDir: string;
  configDir: string;
};
type Options = {
  /** Take the place of what the database holds; that stays in a schema of its own. */
  replace: boolean;
  /** A person's id, or `system`. */
  restoredBy: string;
} & Progress;

/**
 * Brings a backup back: everything is checked first, and the rows come, are verified and marked as restored in one
 * transaction, so that no instant has them without the mark that keeps releases off. Broken off anywhere, it is run again.
 * @throws BackupRefusal before anything was changed
 */
export async function restoreBackup(target: RestoreTarget, from: string, options: Options): Promise<CliRestore> {
  const backup = await checkBackup(from, options);
  await requireKnownMigrations(backup);
  const here = await readEvidenceFiles(target.dataDir);
  const restored = await withSession(target.databaseUrl, (session) =>
    session.db.transaction().execute(async (tx) => {
      await requireAlone(tx);
      const replacedSchema = await makeRoom(tx, options.replace);
      const verified = await loadAndVerify(session, tx, backup, options);
      const blobs = await putBlobs(target, backup, options);
      return { replacedSchema, blobs, ...verified, restoredAt: await mark(tx, backup, options.restoredBy) };
    }),
  );
  const checkpointsAside = await installAuditSet(join(from, 'audit'), target.dataDir, restored.restoredAt);
  await addEventKeys(join(from, eventKeysPath), target.dataDir);
  const { manifest } = backup;
  return CliRestore.parse({
    ...restored,
    checkpointsAside,
    backupAt: manifest.takenAt,
    audit: manifest.audit,
    lostRows: rowsBeyond(manifest.audit?.size ?? 0, signedHeads(here)),
    configurationDiffers: await configurationThatDiffers(backup, target.configDir),
    missing: manifest.missing,
  });
}

/** The rows, in an empty schema, and their chain as it was signed. Also what a drill does. */
export async function loadAndVerify(
  session: Session,
  tx: Kysely<CoreTables>,
  backup: CheckedBackup,
  { report, signal }: Progress,
) {
  const { manifest, directory } = backup;
  const step = report.step('数据库 database');
  let loaded = 0;
  await loadRows(session, tx, backup, (table) => {
    signal.throwIfAborted();
    step.progress(table, loaded++ / manifest.tables.length);
  });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  step.done(`${rows} 行 rows`);
  const chain = report.step('审计链 audit chain');
  const signed = signedHeads(await readEvidenceFiles(join(directory, 'audit')));
  const { size, head } = manifest.audit ?? { size: 0, head: genesis };
  const verdict = await verifyStored(createAuditStore(tx), signed);
  if (!verdict.ok || verdict.size !== size || verdict.head !== head) {
    chain.failed('');
    const told = verdict.ok ? null : verdict;
    throw new BackupRefusal(
      {
        zh: `备份中的审计链核验不通过，什么都没有改动：${told ? `第 ${told.firstBad} 行，${told.why.zh}` : '链头与清单不符'}。`,
        en: `The audit chain in the backup does not verify, and nothing was changed: ${told ? `row ${told.firstBad}: ${told.why.en}` : 'its head is not that of the manifest'}.`,
      },
      { zh: '换更早的备份，并查明是谁改动的。', en: 'Take an earlier backup, and find out who changed it.' },
      directory,
    );
  }
  chain.done(`${verdict.size} 行 rows，检查点 checkpoints ${signed.length}`);
  return { rows, checkpoints: signed.length };
}

/** A process of ours that goes on beside a restore would work on rows that are about to go. */
async function requireAlone(tx: Kysely<CoreTables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select distinct coalesce(nullif(application_name, ''), usename::text) as name from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(tx);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new BackupRefusal(
    { zh: `数据库正在被使用：${names}。`, en: `The database is in use: ${names}.` },
    { zh: '停掉本系统的所有进程再恢复。', en: 'Stop every process of this system, then restore.' },
  );
}

/** An empty schema. What was there is kept beside it: rows that only this database had may be wanted as evidence. */
async function makeRoom(tx: Kysely<CoreTables>, replace: boolean): Promise<string | null> {
  const occupied = await firstOccupied(tx);
  if (occupied !== null && !replace) {
    throw new BackupRefusal(
      {
        zh: `数据库不是空的（表 ${occupied} 有内容），没有动它。`,
        en: `The database is not empty (table ${occupied} has rows); it was left alone.`,
      },
      {
        zh: '确实要用备份代替它，请加 --replace；原来的内容会留在另一个 schema 里。',
        en: 'Add --replace to put the backup in its place; what it holds stays in a schema of its own.',
      },
    );
  }
  if (occupied === null) await sql`drop schema public cascade`.execute(tx);
  const { rows } = await sql<{ name: string }>`
    select 'replaced_' || to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD"t"HH24MISSMS') as name`.execute(tx);
  const kept = occupied === null ? null : (rows[0]?.name ?? null);
  if (kept) await sql`alter schema public rename to ${sql.id(kept)}`.execute(tx);
  await sql`create schema public`.execute(tx);
  return kept;
}

async function mark(tx: Kysely<CoreTables>, { manifest }: CheckedBackup, restoredBy: string): Promise<Instant> {
  const { rows } = await sql<{ restored_at: string }>`
    insert into restore_mark (restored_by, backup_at) values (${restoredBy}, ${manifest.takenAt}) returning restored_at`.execute(
    tx,
  );
  return rows[0]?.restored_at ?? '';
}

/** Content-addressed: what is there and whole stays. Before the rows are committed, since these name it. */
async function putBlobs(
  target: RestoreTarget,
  { directory, manifest }: CheckedBackup,
  { report, signal }: Progress,
): Promise<number> {
  const step = report.step('内容库 blobs');
  const listed = manifest.files.flatMap(({ path, sha256 }) => {
    const store = path.startsWith('blobs/') ? 'blobs' : path.startsWith('staging/') ? 'staging' : null;
    return store ? [{ store, sha256 } as const] : [];
  });
  for (const [index, { store, sha256 }] of listed.entries()) {
    signal.throwIfAborted();
    step.progress(sha256, index / listed.length);
    const bytes = await createFileBlobStore(join(directory, store)).get(Digest.parse(sha256));
    await target[store].put(bytes);
  }
  step.done(`${listed.length}`);
  return listed.length;
}

/** The office's files are the office's own: compared, not overwritten. */
async function configurationThatDiffers({ directory, manifest }: CheckedBackup, configDir: string): Promise<string[]> {
  const names = manifest.files.flatMap(({ path }) =>
    path.startsWith('config/') ? [path.slice('config/'.length)] : [],
  );
  const differing = await Promise.all(
    names.map(async (name) => {
      const [then, now] = await Promise.all([
        readFile(join(directory, 'config', name), 'utf8'),
        readFile(join(configDir, name), 'utf8').catch(() => null),
      ]);
      return then === now ? [] : [name];
    }),
  );
  return differing.flat();
}
