import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, stat, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode, LocalFailure } from './failure.ts';

type Env = Record<string, string | undefined>;

/** The checkout this file lies in. */
export const repositoryRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything a start keeps: databases, logs, ports, secrets. `LOCKSTEP_DATA_DIR` moves it out of the checkout. */
export const defaultDataDir = (env: Env): string => resolve(env.LOCKSTEP_DATA_DIR ?? join(repositoryRoot, '.lockstep'));

/** Downloads shared by all checkouts of one user; may be deleted at any time. */
export function defaultCacheDir(env: Env): string {
  if (env.LOCKSTEP_CACHE_DIR) return resolve(env.LOCKSTEP_CACHE_DIR);
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'lockstep');
}

/** Name for what belongs to a data directory but can't lie in it (containers, PostgreSQL's data under root). */
export const dataDirName = (dataDir: string): string =>
  `lockstep-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;

const marker = '.lockstep-data';

/** Room for a first start: packages of the backing services in the cache, their empty stores in the data directory. */
const neededBytes = 500 * 1024 * 1024;

/** Throws `LocalFailure` when a directory's disk is so full that a start could only break off in the middle. */
export async function requireDiskSpace(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const megabytes = Math.floor(free / 1024 ** 2);
  throw new LocalFailure(
    { zh: `磁盘空间不足: ${dir} 只剩 ${megabytes} MB`, en: `Too little disk space: ${megabytes} MB left at ${dir}` },
    {
      zh: '腾出 500 MB，或用 LOCKSTEP_DATA_DIR、LOCKSTEP_CACHE_DIR 换到别的磁盘',
      en: 'make room for 500 MB, or move with LOCKSTEP_DATA_DIR and LOCKSTEP_CACHE_DIR',
    },
  );
}

/** What lies where in a data directory. */
export const dataLayout = (dataDir: string) => ({
  marker: join(dataDir, marker),
  ports: join(dataDir, 'ports.json'),
  secrets: join(dataDir, 'secrets.json'),
  run: join(dataDir, 'run.json'),
  service: (name: string) => join(dataDir, 'run', `${name}.json`),
  leases: join(dataDir, 'run', 'leases'),
  lock: join(dataDir, 'run', 'lock'),
  logs: join(dataDir, 'logs'),
  temporal: join(dataDir, 'temporal'),
  kafka: join(dataDir, 'kafka'),
  postgres: join(dataDir, 'postgres'),
  blobs: join(dataDir, 'blobs'),
  staging: join(dataDir, 'staging'),
  sandbox: join(dataDir, 'sandbox'),
  /** Made by whichever process needs it first, and again when a source of it changes. */
  workflowBundle: join(dataDir, 'workflow-bundle.js'),
});

export const carriesMarker = async (dir: string): Promise<boolean> =>
  (await stat(join(dir, marker)).catch(() => undefined))?.isFile() ?? false;

/**
 * Makes the data directory, or accepts one that an earlier start made. A directory that holds anything else is
 * refused: `down --purge` removes what carries the marker, so it must never be put beside somebody's own files.
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const { uid } = await stat(dataDir);
  const user = process.getuid?.();
  // In a shared directory such as /tmp somebody else could have made it first, and would then own our passwords.
  if (user !== undefined && uid !== user) {
    throw new LocalFailure(
      { zh: `数据目录 ${dataDir} 属于另一个用户`, en: `The data directory ${dataDir} belongs to another user` },
      {
        zh: '把 LOCKSTEP_DATA_DIR 指向自己的目录，或换回那个用户',
        en: 'point LOCKSTEP_DATA_DIR at one of your own, or be that user',
      },
      exitCode.failed,
    );
  }
  if (await carriesMarker(dataDir)) return;
  if ((await readdir(dataDir)).length > 0) {
    throw new LocalFailure(
      { zh: `数据目录 ${dataDir} 里有别的文件`, en: `The data directory ${dataDir} holds other files` },
      { zh: '把 LOCKSTEP_DATA_DIR 指向空目录或新目录', en: 'point LOCKSTEP_DATA_DIR at an empty or a new directory' },
      exitCode.failed,
    );
  }
  // Others may pass through but not look: the database server, which refuses root, runs as another user in here.
  await chmod(dataDir, 0o711);
  await writeFile(join(dataDir, marker), 'Made by Lockstep; `lockstep down --purge` removes this directory.\n');
}
