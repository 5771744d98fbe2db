import { chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BackingService, ServiceContext } from './backing-service.ts';
import { run, telling } from './command.ts';
import { startDaemon } from './daemon.ts';
import { dataLayout } from './layout.ts';
import { type Account, postgresHome, serverAccount } from './postgres-account.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { commandLine, endProcess, identify } from './process-identity.ts';

/** The role that owns the server; our programs get roles of their own (see databases.ts). */
export const adminRole = 'lockstep_admin';

export const postgres: BackingService = {
  name: 'postgres',
  title: 'PostgreSQL 18',
  version: '18',
  variable: 'LOCKSTEP_POSTGRES_URL',
  readyWithinMs: 60_000,
  stopSignal: 'SIGINT', // "fast": SIGTERM would wait for every client to leave by itself
  address: ({ ports, secrets }) =>
    `postgres://${adminRole}:${secrets.postgresAdmin}@127.0.0.1:${ports.postgres}/postgres`,
  probe,
  async startLocal(context) {
    const account = await serverAccount();
    const home = await postgresHome(context.dataDir, account);
    const locks = join(context.cacheDir, 'locks');
    const programs = await postgresBinaries(account ? home : context.cacheDir, locks);
    const data = join(home, 'data');
    if (!(await stat(join(data, 'PG_VERSION')).catch(() => undefined))) {
      context.step.progress('建库 initdb');
      await initialise(programs, home, context, account);
    }
    await clearStaleLock(data);
    context.step.progress('启动 starting');
    const log = join(dataLayout(context.dataDir).logs, 'postgres.out');
    const args = ['-D', data, ...settings(context).flatMap((setting) => ['-c', setting])];
    return {
      identity: await startDaemon({ command: join(programs, 'bin/postgres'), args, log, cwd: home, ...account }),
      log,
    };
  },
};

async function probe(address: string): Promise<void> {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/** Initialised aside and renamed: a kill in the middle leaves no half-made cluster for the next start. */
async function initialise(programs: string, home: string, { secrets }: ServiceContext, account: Account | undefined) {
  const aside = join(home, 'data.new');
  const passwordFile = join(home, 'initial-password');
  await rm(aside, { recursive: true, force: true });
  await writeFile(passwordFile, secrets.postgresAdmin, { mode: 0o600 });
  if (account) await chown(passwordFile, account.uid, account.gid);
  const access = ['--username', adminRole, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const collation = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  try {
    // Trigrams of Chinese text need a character type that knows letters beyond ASCII. Systems name theirs differently.
    for (const characters of ['C.UTF-8', 'en_US.UTF-8', 'zh_CN.UTF-8']) {
      const locale = [...collation, `--lc-ctype=${characters}`, '--text-search-config=simple'];
      const args = ['-D', aside, ...locale, ...access];
      const result = await run(join(programs, 'bin/initdb'), args, { cwd: home, timeoutMs: 120_000, ...account });
      if (result.status === 'ok') return await rename(aside, join(home, 'data'));
      if (!telling(result).includes('locale')) throw new Error(`initdb: ${telling(result)}`);
    }
    throw new Error('initdb: this system has no UTF-8 locale (C.UTF-8, en_US.UTF-8 or zh_CN.UTF-8)');
  } finally {
    await rm(passwordFile, { force: true });
  }
}

const settings = ({ ports, profile }: ServiceContext): string[] => [
  `port=${ports.postgres}`,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=', // nothing outside our own directories
  'timezone=UTC',
  'log_timezone=UTC',
  'max_connections=200', // a handful of pools, and every test file has one more
  // Without fsync a power cut may lose data, a kill -9 may not: what tests kill must still be there.
  ...(profile === 'test' ? ['fsync=off', 'full_page_writes=off'] : []),
];

/**
 * After a kill -9, `postmaster.pid` still names the dead server, and PostgreSQL believes it as soon as any process of
 * the same user got that number. A server that is alive on this very directory (our record of it was lost) is ended:
 * two on one directory would destroy it.
 */
async function clearStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const holder = identify(pid);
  if (holder && commandLine(pid).includes(data)) await endProcess(holder, { signal: 'SIGINT', graceMs: 30_000 });
  else await rm(file, { force: true });
  await sleep(200); // its children notice the death by themselves and let go of the shared memory
}
