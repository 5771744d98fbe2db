import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureDatabases } from '../../infra/local/databases.ts';
import { down } from '../../infra/local/down.ts';
import { backingServices, recordedInstance } from '../../infra/local/instances.ts';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { isRunning, untilEnded } from '../../infra/local/process-identity.ts';
import { type Provisioned, provisionLocal } from '../../infra/local/provision.ts';
import { silentReporter } from '../../infra/local/report.ts';

let scratch: string;
let first: Provisioned; // a start takes seconds: the tests share this one, and the last that does ends it
beforeAll(async () => {
  process.env.DOCKER_HOST = 'tcp://127.0.0.1:1'; // local processes also where an engine answers: they are killed here
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-recovery-'));
  first = await provision();
});
afterAll(async () => {
  await down({ dataDir: join(scratch, 'data'), purge: true });
  await rm(scratch, { recursive: true, force: true });
});

// Services of its own, whatever the environment says: the ones that the other tests use must not be killed.
const provision = () =>
  provisionLocal({
    dataDir: join(scratch, 'data'),
    cacheDir: defaultCacheDir(process.env),
    report: silentReporter,
    profile: 'test',
    env: {},
  });

async function pids(): Promise<number[]> {
  const instances = await Promise.all(
    backingServices.map((service) => recordedInstance(service, join(scratch, 'data'))),
  );
  return instances.flatMap((instance) => (instance?.way === 'process' ? [instance.identity.pid] : []));
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('one service can enter its own database and no other', async () => {
  const urls = await ensureDatabases(first.postgres.adminUrl, first.secrets);
  expect(await query(urls.website, 'select current_user as role')).toEqual([{ role: 'lockstep_website' }]);
  const trespass = new URL(urls.website);
  trespass.pathname = '/lockstep';
  await expect(query(trespass.toString(), 'select 1')).rejects.toThrow(/permission denied/);
});

test('kill -9 of every backing service, and the next start is as before with the same data and addresses', async () => {
  const { core } = await ensureDatabases(first.postgres.adminUrl, first.secrets);
  await query(core, `create table kept as select '政策' as word`);
  for (const service of backingServices) {
    const instance = await recordedInstance(service, join(scratch, 'data'));
    if (instance?.way !== 'process') throw new Error('this test needs local processes');
    process.kill(instance.identity.pid, 'SIGKILL');
    expect(await untilEnded(instance.identity, 60_000)).toBe(true);
  }
  const after = await provision();
  expect(after).toMatchObject({ temporal: first.temporal, kafka: first.kafka, postgres: first.postgres });
  expect(await query(core, 'select word from kept')).toEqual([{ word: '政策' }]);
  await after.stop();
});

test('a second start uses what runs, and only the last to leave ends it', async () => {
  const running = await pids();
  expect(running).toHaveLength(backingServices.length);
  const second = await provision();
  expect(await pids()).toEqual(running);
  await second.stop();
  expect(await pids()).toEqual(running);
  const instance = await recordedInstance(backingServices[0] ?? expect.fail(), join(scratch, 'data'));
  expect(instance?.way === 'process' && isRunning(instance.identity)).toBe(true);
  await first.stop();
  expect(await pids()).toEqual([]);
});

test('an address in the environment that does not answer is an error that names its variable', async () => {
  const wrong = provisionLocal({
    dataDir: join(scratch, 'data'),
    cacheDir: defaultCacheDir(process.env),
    report: silentReporter,
    profile: 'test',
    env: { LOCKSTEP_POSTGRES_URL: 'postgres://nobody@127.0.0.1:1/postgres' },
  });
  await expect(wrong).rejects.toMatchObject({
    exitCode: 5,
    mend: { en: expect.stringContaining('LOCKSTEP_POSTGRES_URL') },
  });
  expect(await pids()).toEqual([]); // the others, which did start, were ended again
});
