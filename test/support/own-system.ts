import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { startApplication } from '../../infra/local/application.ts';
import { down } from '../../infra/local/down.ts';
import { defaultCacheDir, repositoryRoot } from '../../infra/local/layout.ts';
import { type Provisioned, provisionLocal } from '../../infra/local/provision.ts';
import { createReporter } from '../../infra/local/report.ts';
import { readRunState } from '../../infra/local/run-state.ts';
import { startOwnKafka } from './own-kafka.ts';
import { startTcpProxy } from './tcp-proxy.ts';

export type OwnSystem = Awaited<ReturnType<typeof startOwnSystem>>;

/**
 * A whole system of its own: backing services and every process, on a fresh data directory. What a lane shares with
 * others will not do here: processes are killed, and what is counted must be this test's alone. `breakable`: its services
 * can be taken away, too.
 */
export async function startOwnSystem({ breakable = false } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'lockstep-e2e-'));
  const report = createReporter(process.stderr);
  const kafka = breakable ? await startOwnKafka() : undefined;
  const env = { LOCKSTEP_KAFKA_BROKERS: kafka?.brokers[0] }; // no address of anything that runs already
  const cacheDir = defaultCacheDir(process.env);
  const provisioned = await provisionLocal({ dataDir, cacheDir, report, profile: 'test', env });
  const ways = breakable ? await proxies(provisioned) : undefined;
  const startProcesses = () =>
    startApplication({ provisioned: ways ? ways.around(provisioned) : provisioned, dataDir, report, env });
  let application = await startProcesses();
  /** One of its databases, past every process of ours. */
  const databaseUrl = (name: string) => {
    const database = new URL(provisioned.postgres.adminUrl);
    database.pathname = `/${name}`;
    return database.href;
  };
  const openCore = () => new pg.Pool({ connectionString: databaseUrl('lockstep'), max: 2 });
  let core = openCore();

  return {
    dataDir,
    ...application.addresses,
    temporalAddress: provisioned.temporal.address,
    kafka,
    /** Between our processes and these services. */
    postgres: ways?.postgres,
    temporal: ways?.temporal,
    databaseUrl,
    /** The core's rows, read past every process of ours. */
    get core() {
      return core;
    },
    /** Ends every process of ours, and our own look into the core, for as long as `work` takes; the services go on. */
    async withoutProcesses(work: () => Promise<void>) {
      await core.end();
      await application.stop();
      await work();
      application = await startProcesses();
      core = openCore();
    },
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
    /** Ends a process as a crash would (whoever supervises it starts it again), or with SIGSTOP lets it hang. */
    async kill9(name: string, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL') {
      const pid = (await readRunState(dataDir))?.pids[name];
      if (pid === undefined) throw new Error(`${name} does not run`);
      process.kill(pid, signal);
    },
    async stop() {
      if (!core.ended) await core.end();
      await application.stop();
      await ways?.close();
      await provisioned.stop();
      await kafka?.remove();
      await down({ dataDir, purge: true });
    },
  };
}

/** A way to each service that a test can cut; Kafka names its own address to its clients, so it is killed instead. */
async function proxies({ postgres, temporal }: Provisioned) {
  const database = new URL(postgres.adminUrl);
  const [host = '', port = ''] = temporal.address.split(':');
  const ways = {
    postgres: await startTcpProxy({ host: database.hostname, port: Number(database.port) }),
    temporal: await startTcpProxy({ host, port: Number(port) }),
  };
  return {
    ...ways,
    around(provisioned: Provisioned): Provisioned {
      database.port = String(ways.postgres.port);
      return {
        ...provisioned,
        postgres: { adminUrl: database.href },
        temporal: { ...provisioned.temporal, address: `${host}:${ways.temporal.port}` },
      };
    },
    close: async () => void (await Promise.all([ways.postgres.close(), ways.temporal.close()])),
  };
}
