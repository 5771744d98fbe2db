import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Profile } from '../../infra/local/backing-service.ts';
import { run } from '../../infra/local/command.ts';
import { dockerUnusable } from '../../infra/local/docker.ts';
import { down } from '../../infra/local/down.ts';
import { backingServices, type Instance, recordedInstance } from '../../infra/local/instances.ts';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { provisionLocal } from '../../infra/local/provision.ts';
import { silentReporter } from '../../infra/local/report.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-docker-'));
});
afterEach(async () => {
  await down({ dataDir: dataDir(), purge: true }).catch(() => {}); // what a failed test has left
  await rm(scratch, { recursive: true, force: true });
});

const dataDir = () => join(scratch, 'data');
const provision = (profile: Profile) =>
  provisionLocal({
    dataDir: dataDir(),
    cacheDir: defaultCacheDir(process.env),
    report: silentReporter,
    profile,
    env: {}, // no services of anybody else
  });

const instances = async (): Promise<(Instance | undefined)[]> =>
  Promise.all(backingServices.map((service) => recordedInstance(service, dataDir())));

async function serverVersion(adminUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '';
  } finally {
    await client.end();
  }
}

const because = (reason: string | undefined) => (reason ? ` (skipped, ${reason})` : '');

const withoutEngine = await dockerUnusable('test');
describe.skipIf(withoutEngine)(`in a test run${because(withoutEngine)}`, () => {
  test('testcontainers starts all three, others share them, and the last to leave removes them', async () => {
    const first = await provision('test');
    const started = await instances();
    expect(started.map((instance) => instance?.way)).toEqual(['test-container', 'test-container', 'test-container']);
    expect(await serverVersion(first.postgres.adminUrl)).toMatch(/^18\.1\b/);
    const second = await provision('test');
    expect(await instances()).toEqual(started);
    await first.stop();
    expect(await serverVersion(second.postgres.adminUrl)).toMatch(/^18\.1\b/);
    await second.stop();
    for (const instance of started) {
      if (instance?.way !== 'test-container') return expect.fail('not started by testcontainers');
      expect((await run('docker', ['inspect', instance.id])).status).toBe('failed');
    }
  });
});

const withoutCompose = await dockerUnusable('start');
describe.skipIf(withoutCompose)(`in a start${because(withoutCompose)}`, () => {
  test('Compose starts all three, what they hold outlives a stop, and a purge removes it', async () => {
    const before = await provision('start');
    expect((await instances()).map((instance) => instance?.way)).toEqual(['compose', 'compose', 'compose']);
    const client = new pg.Client({ connectionString: before.postgres.adminUrl });
    await client.connect();
    await client.query('create database kept');
    await client.end();
    await before.stop();

    const after = await provision('start');
    const kept = new URL(after.postgres.adminUrl);
    kept.pathname = '/kept';
    expect(await serverVersion(kept.href)).toMatch(/^18\.1\b/);
    await after.stop();
    expect((await down({ dataDir: dataDir(), purge: true })).removed).toEqual([dataDir()]);
  });
});
