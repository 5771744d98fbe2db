import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { startApplication } from '../../infra/local/application.ts';
import { down } from '../../infra/local/down.ts';
import { defaultCacheDir, repositoryRoot } from '../../infra/local/layout.ts';
import { provisionLocal } from '../../infra/local/provision.ts';
import { createReporter } from '../../infra/local/report.ts';
import { readRunState } from '../../infra/local/run-state.ts';

export type OwnSystem = Awaited<ReturnType<typeof startOwnSystem>>;

/**
 * A whole system of its own: backing services and every process, on a fresh data directory. What a lane shares with
 * others will not do here: processes are killed, and what is counted must be this test's alone.
 */
export async function startOwnSystem() {
  const dataDir = await mkdtemp(join(tmpdir(), 'lockstep-e2e-'));
  const report = createReporter(process.stderr);
  const env = {}; // no addresses of anything that runs already
  const cacheDir = defaultCacheDir(process.env);
  const provisioned = await provisionLocal({ dataDir, cacheDir, report, profile: 'test', env });
  const application = await startApplication({ provisioned, dataDir, report, env });
  /** One of its databases, past every process of ours. */
  const databaseUrl = (name: string) => {
    const database = new URL(provisioned.postgres.adminUrl);
    database.pathname = `/${name}`;
    return database.href;
  };
  const core = new pg.Pool({ connectionString: databaseUrl('lockstep'), max: 2 });

  return {
    dataDir,
    ...application.addresses,
    temporalAddress: provisioned.temporal.address,
    databaseUrl,
    /** The core's rows, read past every process of ours. */
    core,
    /** Runs the command line as a person would, in a process of its own. */
    async lockstep(...args: string[]) {
      const child = spawn(process.execPath, [join(repositoryRoot, 'services/cli/bin.mjs'), ...args], {
        cwd: tmpdir(),
        env: { PATH: process.env.PATH, HOME: process.env.HOME, LOCKSTEP_DATA_DIR: dataDir },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, out, err };
    },
    /** Ends a process as a crash would; whoever supervises it starts it again. */
    async kill9(name: string) {
      const pid = (await readRunState(dataDir))?.pids[name];
      if (pid === undefined) throw new Error(`${name} does not run`);
      process.kill(pid, 'SIGKILL');
    },
    async stop() {
      await core.end();
      await application.stop();
      await provisioned.stop();
      await down({ dataDir, purge: true });
    },
  };
}
