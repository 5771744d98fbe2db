import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { to as copyTo } from 'pg-copy-streams';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { BackupManifest, CliBackup } from '../../schemas/backup.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { Digest } from '../../schemas/text.ts';
import { readEvidenceFiles } from '../audit/evidence-files.ts';
import { eventKeyFiles } from '../kafka/event-keys.ts';
import { createAuditStore } from '../postgres/core/audit.ts';
import type { CoreTables } from '../postgres/core/tables.ts';
import { blobsNamedIn, migrationsOf, sequencesOf, type Table, tablesOf } from './catalogue.ts';
import { eventKeysPath, manifestName, putInPlace, requireRoomFor, tablePath, writeBackupFile } from './files.ts';
import type { Progress } from './progress.ts';
import { BackupRefusal } from './refusal.ts';
import { type Session, withSession } from './session.ts';

export type BackupSource = {
  databaseUrl: string;
  blobs: BlobStore;
  staging: BlobStore;
  /** Where the worker keeps checkpoints and public keys. */
  dataDir: string;
  /** Where the office's *.yaml lie. */
  configDir: string;
  /** Version of this software. */
  software: string;
};

/**
 * Writes a backup 备份 while the system runs: the rows of one instant, with all the bytes that they refer to. Appears under
 * its name when it is whole; takes the place of an earlier backup. Private keys (of the audit chain, of events) are left out:
 * with them, whoever has the backup could sign in our name, and new ones are made where they are missing.
 * @throws BackupRefusal where the directory holds anything but an earlier backup
 */
export async function writeBackup(source: BackupSource, target: string, progress: Progress): Promise<CliBackup> {
  const directory = resolve(target);
  await requireRoomFor(directory);
  const part = `${directory}.part-${process.pid}`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true, mode: 0o700 });
  try {
    const manifest = BackupManifest.parse(await fill(source, part, progress));
    const { sha256 } = await writeBackupFile(part, manifestName, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    await putInPlace(part, directory);
    const { takenAt, tables, files, audit, missing } = manifest;
    return CliBackup.parse({
      ...{ directory, takenAt, audit, missing, manifestSha256: sha256 },
      ...{ tables: tables.length, files: files.length },
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function fill(source: BackupSource, part: string, progress: Progress): Promise<BackupManifest> {
  // Checkpoints before the rows: what they signed is in every later view of the chain, so they never say more than it.
  const files = await writeEvidence(source.dataDir, part);
  const { named, ...rows } = await withSession(source.databaseUrl, (session) =>
    session.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((tx) => writeRows(session, tx, part, progress)),
  );
  // Bytes are stored before the row that names them, and never removed: after the rows, all of them are there.
  const blobs = await copyBlobs('blobs', source.blobs, named.blobs, part, progress);
  const staging = await copyBlobs('staging', source.staging, named.staging, part, progress);
  const config = await writeConfig(source.configDir, part);
  const keys = await writeEventKeys(source.dataDir, part);
  return {
    format: 'lockstep-backup',
    version: 1,
    ...rows,
    software: source.software,
    missing: [...blobs.missing, ...staging.missing],
    files: [...files, ...rows.files, ...blobs.files, ...staging.files, ...config, ...keys],
  };
}

async function writeRows(session: Session, tx: Kysely<CoreTables>, part: string, { report, signal }: Progress) {
  const step = report.step('数据库 database');
  // The first statement fixes what all later ones see.
  const { rows: clock } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(tx);
  await sql`set local timezone = 'UTC'`.execute(tx);
  await sql`set local datestyle = 'ISO, YMD'`.execute(tx);
  await sql`set local extra_float_digits = 3`.execute(tx);
  await sql`set local bytea_output = 'hex'`.execute(tx);
  const migrations = await migrationsOf(tx);
  if (migrations.length === 0) {
    step.failed('');
    throw new BackupRefusal(
      { zh: '数据库还是空的，没有可备份的内容。', en: 'The database is empty still; there is nothing to back up.' },
      {
        zh: '确认数据库地址；系统要至少启动过一次。',
        en: 'See that it is the right one; the system has to have started once.',
      },
    );
  }
  const tables: BackupManifest['tables'] = [];
  const files: BackupManifest['files'] = [];
  const all = await tablesOf(tx);
  for (const [index, table] of all.entries()) {
    signal.throwIfAborted();
    step.progress(table.name, index / all.length);
    const stream = session.client.query(copyTo(copyStatement(session, table)));
    files.push(await writeBackupFile(part, tablePath(table.name), stream));
    tables.push({ name: table.name, columns: table.columns, rows: stream.rowCount });
  }
  const head = await createAuditStore(tx).head();
  const named = await blobsNamedIn(tx);
  const sequences = await sequencesOf(tx);
  step.done(`${tables.reduce((sum, { rows }) => sum + rows, 0)} 行 rows, ${tables.length} 张表 tables`);
  const audit = head && { size: head.size, head: head.head };
  return { takenAt: clock[0]?.now ?? '', migrations, tables, sequences, audit, files, named };
}

function copyStatement({ client }: Session, { name, columns, key }: Table): string {
  const list = (names: string[]) => names.map((column) => client.escapeIdentifier(column)).join(', ');
  const order = key.length > 0 ? ` order by ${list(key)}` : '';
  return `copy (select ${list(columns)} from ${client.escapeIdentifier(name)}${order}) to stdout`;
}

/** One that is missing or damaged is named in the backup; all the others are worth keeping none the less. */
async function copyBlobs(
  store: 'blobs' | 'staging',
  from: BlobStore,
  named: string[],
  part: string,
  { report, signal }: Progress,
) {
  const step = report.step(store === 'blobs' ? '内容库 blobs' : '预置内容 staging');
  const files: BackupManifest['files'] = [];
  const missing: BackupManifest['missing'] = [];
  for (const [index, name] of named.entries()) {
    signal.throwIfAborted();
    step.progress(name, index / named.length);
    const sha256 = Digest.parse(name);
    try {
      files.push(await writeBackupFile(part, blobPath(store, sha256), await from.get(sha256)));
    } catch (error) {
      if (!isPermanent(error, 'StagingDamaged')) throw error;
      missing.push({ store, sha256 });
    }
  }
  if (missing.length > 0) step.failed(`${missing.length} 个缺失或损坏 missing or damaged`);
  else step.done(`${files.length}`);
  return { files, missing };
}

/** As the file store lays them out, so that a backup can be read as one. */
const blobPath = (store: string, sha256: string): string => `${store}/${sha256.slice(0, 2)}/${sha256}`;

async function writeEvidence(dataDir: string, part: string): Promise<BackupManifest['files']> {
  const { checkpoints, asides, publicKeys } = await readEvidenceFiles(dataDir);
  const current = checkpoints === null ? [] : [{ name: 'audit-checkpoints.jsonl', text: checkpoints }];
  const files: BackupManifest['files'] = [];
  for (const { name, text } of [...current, ...asides, ...publicKeys])
    files.push(await writeBackupFile(part, `audit/${name}`, Buffer.from(text)));
  return files;
}

/** Whose events are believed: without it, nobody could read the log of orders that outlives this machine. */
async function writeEventKeys(dataDir: string, part: string): Promise<BackupManifest['files']> {
  const { publicKeys } = eventKeyFiles(dataDir);
  const bytes = await readFile(publicKeys).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null; // nothing of ours ever started from this data directory
    throw error;
  });
  return bytes === null ? [] : [await writeBackupFile(part, eventKeysPath, bytes)];
}

async function writeConfig(configDir: string, part: string): Promise<BackupManifest['files']> {
  const files: BackupManifest['files'] = [];
  for (const name of (await readdir(configDir)).filter((file) => /^[\w-]+\.yaml$/.test(file)).sort())
    files.push(await writeBackupFile(part, `config/${name}`, await readFile(join(configDir, name))));
  return files;
}
