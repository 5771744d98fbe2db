import pg from 'pg';
import { CliRestoreDrill } from '../../schemas/backup.ts';
import { readEvidenceFiles } from '../audit/evidence-files.ts';
import { rowsBeyond, signedHeads } from './audit-set.ts';
import { blobsNamedIn } from './catalogue.ts';
import { checkBackup } from './check.ts';
import { requireKnownMigrations } from './load.ts';
import type { Progress } from './progress.ts';
import { BackupRefusal } from './refusal.ts';
import { loadAndVerify } from './restore.ts';
import { withSession } from './session.ts';

/** One name, so that what a killed drill left behind goes with the next one. */
const scratch = 'lockstep_restore_drill';

/**
 * 恢复演练: a restore into a database of its own on the same server, which is dropped again. Says what a restore would bring
 * back and what not; changes nothing of ours. `adminUrl` is of a role that may create databases.
 * @throws BackupRefusal where the backup cannot be restored
 */
export async function drillBackup(
  { adminUrl, dataDir, from }: { adminUrl: string; dataDir: string; from: string },
  progress: Progress,
): Promise<CliRestoreDrill> {
  const since = performance.now();
  const backup = await checkBackup(from, progress);
  const { manifest } = backup;
  await requireKnownMigrations(backup);
  await administer(adminUrl, `drop database if exists ${scratch}`, `create database ${scratch}`);
  const url = new URL(adminUrl);
  url.pathname = `/${scratch}`;
  try {
    const found = await withSession(url.toString(), (session) =>
      session.db.transaction().execute(async (tx) => {
        const verified = await loadAndVerify(session, tx, backup, progress);
        return { ...verified, named: await blobsNamedIn(tx) };
      }),
    );
    const held = new Set(manifest.files.map(({ path }) => path));
    const missing = (['blobs', 'staging'] as const).flatMap((store) =>
      found.named[store]
        .filter((sha256) => !held.has(`${store}/${sha256.slice(0, 2)}/${sha256}`))
        .map((sha256) => ({ store, sha256 })),
    );
    return CliRestoreDrill.parse({
      ok: missing.length === 0,
      backupAt: manifest.takenAt,
      rows: found.rows,
      files: manifest.files.length,
      audit: manifest.audit,
      checkpoints: found.checkpoints,
      lostRows: rowsBeyond(manifest.audit?.size ?? 0, signedHeads(await readEvidenceFiles(dataDir))),
      missing,
      tookMs: Math.round(performance.now() - since),
    });
  } finally {
    await administer(adminUrl, `drop database if exists ${scratch} with (force)`);
  }
}

async function administer(adminUrl: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '55006') throw error; // object in use
    throw new BackupRefusal(
      { zh: '另一次演练正在进行。', en: 'Another drill is under way.' },
      { zh: '等它结束再试。', en: 'Wait until it has ended.' },
      scratch,
    );
  } finally {
    await client.end();
  }
}
