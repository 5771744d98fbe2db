import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { databaseUrls } from '../../../infra/local/databases.ts';
import { websiteSettings } from '../../../infra/local/website-settings.ts';
import { CliRefusal } from '../../../schemas/cli.ts';
import { CliReplayed } from '../../../schemas/replay.ts';
import { replayView } from '../../../services/cli/replay-view.ts';
import { commandLine } from '../../support/command-line.ts';
import { newBundleId } from '../../support/release-fixture.ts';

test('without the settings of a website it says which are missing, and reads nothing', async () => {
  await using cli = await commandLine();
  const { code, out } = await cli.run('replay', 'website', '--json');
  expect(code).toBe(2);
  const { error } = CliRefusal.parse(JSON.parse(out));
  for (const name of ['LOCKSTEP_KAFKA_BROKERS', 'LOCKSTEP_WEBSITE_DATABASE_URL', 'LOCKSTEP_WEBSITE_URL'])
    expect(error.message.en).toContain(name);
});

test('settings come from the environment first, then from what npm start keeps', async () => {
  await using cli = await commandLine();
  const secrets = { postgresAdmin: 'a', core: 'b', website: 'c d', newMedia: 'e', press: 'f' };
  const adminUrl = 'postgres://postgres:a@127.0.0.1:5432/postgres';
  await mkdir(join(cli.dataDir, 'run'));
  const instance = { way: 'compose', version: '1', port: 1 };
  await writeFile(join(cli.dataDir, 'secrets.json'), JSON.stringify(secrets));
  await writeFile(join(cli.dataDir, 'run', 'postgres.json'), JSON.stringify({ ...instance, address: adminUrl }));
  await writeFile(join(cli.dataDir, 'run', 'kafka.json'), JSON.stringify({ ...instance, address: '127.0.0.1:9092' }));
  const kept = await websiteSettings(cli.dataDir, {});
  expect(kept).toMatchObject({
    LOCKSTEP_KAFKA_BROKERS: '127.0.0.1:9092',
    LOCKSTEP_WEBSITE_DATABASE_URL: databaseUrls(adminUrl, secrets).website,
    LOCKSTEP_STAGING_DIR: join(cli.dataDir, 'staging'),
  });
  const named = { LOCKSTEP_KAFKA_BROKERS: 'kafka.example:9092', LOCKSTEP_WEBSITE_URL: 'https://www.example/' };
  expect(await websiteSettings(cli.dataDir, named)).toEqual({ ...kept, ...named });
});

test('the answer names every difference, and how to mend it', () => {
  const bundleId = newBundleId();
  const result = CliReplayed.parse({
    ...{ channel: 'website', dryRun: false, events: { read: 9, handled: 0, unreadable: 1, failed: [] } },
    ...{ log: { public: 2, withdrawn: 1 }, before: { public: 1, withdrawn: 1 }, after: { public: 1, withdrawn: 1 } },
    drift: [{ bundleId, log: { releaseId: newBundleId(), state: 'live' }, channel: null, files: ['index.html'] }],
  });
  const said = replayView(result, pc.createColors(false));
  for (const word of [bundleId, 'index.html', '空的网站数据库', 'unreadable 1', 'differs: 1'])
    expect(said).toContain(word);
  expect(replayView({ ...result, drift: [] }, pc.createColors(false))).toContain('一致');
});
