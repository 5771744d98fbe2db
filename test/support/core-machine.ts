import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { createCheckpointer } from '../../activities/audit/checkpointer.ts';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import { createCheckpointLog } from '../../infra/audit/checkpoint-log.ts';
import { auditFiles } from '../../infra/audit/files.ts';
import { ensureAuditKey } from '../../infra/audit/keys.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { runCli } from '../../services/cli/program.ts';
import type { Surroundings } from '../../services/cli/surroundings.ts';
import { testServices } from './local-services.ts';
import { fourGates, manifestOf, newBundleId } from './release-fixture.ts';

/**
 * What a core works on, without its processes: a database whose owner may do nothing else on the server, as in a local
 * start, blob stores, a data directory, and the command line on it.
 */
export async function coreMachine() {
  const { adminUrl } = testServices().postgres;
  const name = `test_core_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `create role ${name} login password 'only-for-this-test'`);
  await administer(adminUrl, `create database ${name} owner ${name}`);
  const url = new URL(adminUrl);
  Object.assign(url, { username: name, password: 'only-for-this-test', pathname: `/${name}` });
  const root = await mkdtemp(join(tmpdir(), 'lockstep-machine-'));
  const [dataDir, blobDir, stagingDir] = [join(root, 'data'), join(root, 'blobs'), join(root, 'staging')];
  await mkdir(dataDir);
  async function runAt(changes: Partial<Surroundings>, ...argv: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(argv, {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      ...{ cwd: root, dataDir, cacheDir: join(root, 'cache'), configDir: undefined, token: undefined },
      environment: {
        LOCKSTEP_DATABASE_URL: url.toString(),
        LOCKSTEP_POSTGRES_URL: adminUrl,
        LOCKSTEP_BLOB_DIR: blobDir,
        LOCKSTEP_STAGING_DIR: stagingDir,
      },
      known: { apiUrl: undefined, websiteUrl: undefined, wechatUrl: undefined },
      signal: AbortSignal.timeout(100_000),
      ...changes,
    });
    return { code, out: out.join(''), err: err.join('') };
  }
  return {
    root,
    dataDir,
    url: url.toString(),
    stores: { blobs: createFileBlobStore(blobDir), staging: createFileBlobStore(stagingDir) },
    blobPath: (sha256: string) => join(blobDir, sha256.slice(0, 2), sha256),
    /** Opens the database for as long as `work` takes: a restore wants to be alone. */
    async use<T>(work: (db: Kysely<CoreTables>, store: CoreStore) => Promise<T>, max = 10): Promise<T> {
      const db = openDatabase<CoreTables>(url.toString(), { max });
      try {
        return await work(db, createCoreStore(db));
      } finally {
        await db.destroy();
      }
    },
    migrate: () => onDatabase(url.toString(), (db) => migrate(db, coreMigrations)),
    /** What the worker does once a minute. */
    checkpoint: () =>
      onDatabase(url.toString(), async (db) =>
        createCheckpointer({
          audit: createAuditStore(db),
          log: createCheckpointLog(auditFiles(dataDir).checkpoints),
          key: await ensureAuditKey(dataDir),
          announcer: { announce: async () => {} },
        }).run(),
      ),
    run: (...argv: string[]) => runAt({}, ...argv),
    /** As if the command line stood elsewhere. */
    runAt,
    read: (path: string) => readFile(join(root, path), 'utf8'),
    async [Symbol.asyncDispose]() {
      await administer(adminUrl, `drop database if exists ${name} with (force)`);
      await administer(adminUrl, `drop role ${name}`);
      await rm(root, { recursive: true, force: true });
    },
  };
}
export type CoreMachine = Awaited<ReturnType<typeof coreMachine>>;

async function onDatabase<T>(url: string, work: (db: Kysely<CoreTables>) => Promise<T>): Promise<T> {
  const db = openDatabase<CoreTables>(url, { max: 2 });
  return work(db).finally(() => db.destroy());
}

export async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** A revision with the bytes of one part, as it is submitted. */
export async function submitted({ stores }: CoreMachine, store: CoreStore) {
  const bundleId = newBundleId();
  const bytes = Buffer.from(`正文 ${bundleId}`);
  const sha256 = await stores.blobs.put(bytes);
  const parts = [{ id: 'policy-document', sha256, bytes: bytes.length }];
  const content = sealedContent({
    ...{ manifest: manifestOf(bundleId), parts, channels: ['website'], policy: 'publish-rest', ruleSet: '1' },
  });
  const seal = sealOf(content);
  const revision = await store.addRevision({
    ...{ bundleId, seal, content, gates: fourGates, findings: [], drafterId: 'drafter' },
    obligations: { errors: [], warnings: [] },
    gateInputs: gateInputs(content, fourGates, []),
  });
  return { bundleId, revision, seal, part: sha256 };
}

/** Signed at every gate, staged, and armed for an instant that has passed. */
export async function armed(machine: CoreMachine, store: CoreStore) {
  const { part, ...sealed } = await submitted(machine, store);
  for (const { id: gate } of fourGates)
    await store.addDecision(sealed, { decision: 'signed', gate, seal: sealed.seal, reviewerId: `reviewer-${gate}` });
  const releaseId = ReleaseId.parse(randomUUID());
  const ciphertext = Buffer.from(`sealed ${releaseId}`);
  const sha256 = await machine.stores.staging.put(ciphertext);
  const object = { path: 'index.html', mediaType: 'text/html', sha256: part, bytes: 9 };
  const objects = [{ ...object, ciphertext: { sha256, bytes: ciphertext.length } }];
  await store.addStaging(sealed, {
    releaseId,
    key: newReleaseKey(),
    channels: [{ channel: 'website', objects }],
  });
  const t0 = new Date(Date.now() - 1_000).toISOString();
  await store.savePlan(sealed, { t0, policy: 'publish-rest', armedBy: 'leader', groupId: null });
  return { sealed, releaseId, part, staged: sha256 };
}
