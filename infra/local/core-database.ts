import { startLock } from './application.ts';
import { ensureDatabases } from './databases.ts';
import { exitCode, LocalFailure } from './failure.ts';
import { carriesMarker, dataLayout, prepareDataDir } from './layout.ts';
import { withLock } from './lock.ts';
import { isRunning } from './process-identity.ts';
import { provisionPostgres } from './provision.ts';
import type { Reporter } from './report.ts';
import { recordedRun } from './run-state.ts';

export type CorePlaces = {
  /** The core database, as its owner. */
  coreUrl: string;
  /** A role that may create databases; undefined where only the core database was named. */
  adminUrl: string | undefined;
  blobDir: string;
  stagingDir: string;
};

interface Options {
  dataDir: string;
  cacheDir: string;
  env: Record<string, string | undefined>;
  report: Reporter;
  signal: AbortSignal;
  /** `nothing`: no process of ours may run meanwhile, and none can be started. `anything`: the system may run or not. */
  besides: 'nothing' | 'anything';
  /** Whether data of an earlier start has to be there. */
  mustExist: boolean;
}

/**
 * The core's data, for a program on the machine of the data directory: where the environment says (LOCKSTEP_DATABASE_URL,
 * LOCKSTEP_POSTGRES_URL, LOCKSTEP_BLOB_DIR, LOCKSTEP_STAGING_DIR), else what `npm start` keeps. A database server that
 * does not run is started for as long as `work` takes.
 */
export async function withCorePlaces<T>(options: Options, work: (places: CorePlaces) => Promise<T>): Promise<T> {
  const { dataDir, env, besides } = options;
  const layout = dataLayout(dataDir);
  const directories = {
    blobDir: env.LOCKSTEP_BLOB_DIR || layout.blobs,
    stagingDir: env.LOCKSTEP_STAGING_DIR || layout.staging,
  };
  if (besides === 'nothing') await requireStopped(dataDir);
  const named = env.LOCKSTEP_DATABASE_URL;
  if (named) return work({ coreUrl: named, adminUrl: env.LOCKSTEP_POSTGRES_URL, ...directories });
  if (options.mustExist && !(await carriesMarker(dataDir))) throw nothingHere(dataDir);
  const withServer = async () => {
    const { postgres, secrets, stop } = await provisionPostgres({ ...options, profile: 'start' });
    try {
      const { core } = await ensureDatabases(postgres.adminUrl, secrets);
      return await work({ coreUrl: core, adminUrl: postgres.adminUrl, ...directories });
    } finally {
      await stop();
    }
  };
  if (besides === 'anything') return withServer();
  await prepareDataDir(dataDir);
  return withLock(startLock(dataDir), async () => {
    await requireStopped(dataDir); // it may have been started while we waited
    return withServer();
  });
}

async function requireStopped(dataDir: string): Promise<void> {
  const run = await recordedRun(dataDir);
  const alive = run?.processes.filter(({ identity }) => isRunning(identity)).map(({ name }) => name) ?? [];
  if (alive.length === 0) return;
  throw new LocalFailure(
    { zh: `系统正在运行: ${alive.join(', ')}`, en: `The system is running: ${alive.join(', ')}` },
    { zh: '先用 lockstep down 停止，数据会保留', en: 'end it with `lockstep down` first; data stays' },
    exitCode.failed,
  );
}

const nothingHere = (dataDir: string) =>
  new LocalFailure(
    { zh: `${dataDir} 里没有数据`, en: `There is no data of ours in ${dataDir}` },
    {
      zh: '用 LOCKSTEP_DATA_DIR 指明数据目录，或用 LOCKSTEP_DATABASE_URL 指明核心数据库',
      en: 'name the data directory with LOCKSTEP_DATA_DIR, or the core database with LOCKSTEP_DATABASE_URL',
    },
    exitCode.failed,
  );
