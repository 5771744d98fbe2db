import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bucket } from '../../infra/blobs/bucket.ts';
import { createS3Signer } from '../../infra/blobs/s3-signature.ts';
import { request } from '../../infra/http/request.ts';
import { run, telling } from '../../infra/local/command.ts';
import { startDaemon, untilReady } from '../../infra/local/daemon.ts';
import { defaultCacheDir, repositoryRoot } from '../../infra/local/layout.ts';
import { isFree } from '../../infra/local/ports.ts';
import { endProcess, type ProcessIdentity } from '../../infra/local/process-identity.ts';
import { createReporter } from '../../infra/local/report.ts';
import { versityGateway } from '../../infra/local/versitygw.ts';

export type OwnS3 = {
  /** `https://host/bucket/`, without a user. */
  bucketUrl: URL;
  /** As the core is given it: may write, and read back. */
  core: Bucket;
  /** As a service outside the core is given it: may read. */
  reader: Bucket;
  /** Puts other bytes under a name, as a failing disk or a stranger would. */
  damage(key: string, bytes: string): Promise<void>;
  keys(): Promise<string[]>;
  stop(): Promise<void>;
  /** On the same port, with the same data. */
  start(): Promise<void>;
  remove(): Promise<void>;
};

/** The bucket policy that docs/operations.md tells an office to set, word for word but for the names. */
async function policyFor(bucket: string, core: string, outside: string): Promise<string> {
  const page = await readFile(join(repositoryRoot, 'docs/operations.md'), 'utf8');
  const policy = /```json\n([^`]*"s3:PutObject"[^`]*)```/.exec(page)?.[1];
  if (!policy) throw new Error('docs/operations.md has no bucket policy');
  return policy.trim().replaceAll('STAGING', bucket).replaceAll('CORE', core).replaceAll('OUTSIDE', outside);
}

const secret = () => randomBytes(24).toString('base64'); // "/", "+" and "=" on purpose

async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

/** An S3 server that a test may stop. Throws `LocalFailure` where its program cannot be had. */
export async function startOwnS3(): Promise<OwnS3> {
  const program = await versityGateway(defaultCacheDir(process.env), createReporter(process.stderr));
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-own-s3-'));
  const port = await freePort();
  const [data, users, log] = [join(directory, 'data'), join(directory, 'users'), join(directory, 'log')];
  await Promise.all([mkdir(data), mkdir(users)]);
  const root = { id: 'root', secret: secret() };
  const env = { PATH: process.env.PATH ?? '', ROOT_ACCESS_KEY: root.id, ROOT_SECRET_KEY: root.secret };
  const origin = `http://127.0.0.1:${port}`;
  const name = 'staging';

  let running: ProcessIdentity;
  const start = async () => {
    const args = ['-p', `127.0.0.1:${port}`, '--iam-dir', users, '--quiet', 'posix', data];
    running = await startDaemon({ command: program, args, log, env });
    const probe = async () => void (await request({ url: origin, timeoutMs: 2_000 }));
    await untilReady(running, probe, { log, withinMs: 30_000 });
  };
  const stop = async () => void (await endProcess(running));
  const remove = async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  };
  const as = (id: string, password: string): Bucket =>
    Bucket.parse(`http://${id}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}/blobs/?region=us-east-1`);
  const admin = async (...args: string[]) => {
    const login = { ADMIN_ACCESS_KEY: root.id, ADMIN_SECRET_KEY: root.secret, ADMIN_ENDPOINT_URL: origin };
    const result = await run(program, ['admin', ...args], { env: { ...env, ...login }, timeoutMs: 30_000 });
    if (result.status !== 'ok') throw new Error(telling(result));
  };
  const asRoot = async (method: 'GET' | 'PUT', path: string, body?: string) => {
    const url = new URL(path, origin);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const headers = await createS3Signer(as(root.id, root.secret))(method, url, {}, bytes);
    const answer = await request({ url, method, headers, timeoutMs: 10_000, ...(bytes && { body: bytes }) });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text()}`);
    return answer.text();
  };

  await start();
  const [core, reader] = [
    { id: 'core', secret: secret() },
    { id: 'outside', secret: secret() },
  ];
  try {
    for (const user of [core, reader]) {
      await admin('create-user', '--access', user.id, '--secret', user.secret, '--role', 'user');
    }
    await asRoot('PUT', `/${name}`);
    await asRoot('PUT', `/${name}?policy`, await policyFor(name, core.id, reader.id));
  } catch (error) {
    await remove();
    throw error;
  }

  return {
    bucketUrl: new URL(`${origin}/${name}/`),
    core: as(core.id, core.secret),
    reader: as(reader.id, reader.secret),
    damage: async (key, bytes) => void (await asRoot('PUT', `/${name}/blobs/${key}`, bytes)),
    keys: async () =>
      [...(await asRoot('GET', `/${name}`)).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key),
    start,
    stop,
    remove,
  };
}
