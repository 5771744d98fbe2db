import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { EventBus } from '../../activities/ports/event-bus.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { openWebsiteDatabase, type WebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { CliReplayed } from '../../schemas/replay.ts';
import { replayWebsite } from '../../services/website/replay.ts';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';
import { eventsOf, ownReleaseLog } from '../support/site-bus.ts';
import { sampleRelease, secrets, startWebsite } from '../support/website.ts';

const log = pino({ level: 'silent' });
const policy = (bundleId: string) => `/policies/${bundleId}/`;
let bus: EventBus;
let stagingDir: string;
let staging: BlobStore;
let database: TestDatabase;
let channel: Awaited<ReturnType<typeof ownReleaseLog>>;
beforeAll(async () => {
  bus = createKafkajsEventBus({ brokers: testServices().kafka.brokers, clientId: 'replay-test', log });
  stagingDir = await mkdtemp(join(tmpdir(), 'lockstep-replay-'));
  staging = createFileBlobStore(stagingDir);
});
afterAll(async () => {
  await bus.close();
  await rm(stagingDir, { recursive: true, force: true });
});
beforeEach(async () => {
  database = await createTestDatabase();
  channel = await ownReleaseLog(bus);
});
afterEach(() => database.drop());

/** A website that consumes this test's log. */
async function consumingWebsite(url: string) {
  const site = await startWebsite(url, stagingDir);
  const subscription = await bus.subscribe({
    group: channel.group,
    topics: [channel.topic],
    deadLetterTopic: channel.dead,
    handler: (record) => site.handle(channel.decode(record)),
  });
  const caughtUp = () =>
    vi.waitFor(async () => expect(await subscription.lag()).toBe(0n), { timeout: 60_000, interval: 50 });
  return { ...site, caughtUp, stop: async () => void (await subscription.stop().then(site.stop)) };
}

async function replay(url: string, { dryRun = false, announce = async (_: string) => {} } = {}) {
  const site: WebsiteDatabase = await openWebsiteDatabase(url);
  const progress: string[] = [];
  try {
    const result = await replayWebsite(
      {
        ...{ bus, topic: channel.topic, decode: channel.decode, site, staging, log, receipts: { announce } },
        progress: (read, total) => void progress.push(`${read}/${total}`),
      },
      { dryRun },
    );
    return { ...CliReplayed.parse(result), progress };
  } finally {
    await site.close();
  }
}

const emptied = async (url: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'truncate inbox, release, staged_object, pointer, later_act, waiting_to_go; update pointer_version set version = 0',
  );
  await client.end();
};

/** What a bundle shows, byte for byte. */
async function pagesOf(
  site: { get: (path: string) => Promise<{ status: number; text: () => string }> },
  bundleId: string,
) {
  const answers = await Promise.all(['', 'interpretation/qa/'].map(async (path) => site.get(policy(bundleId) + path)));
  return answers.map((answer) => `${answer.status} ${answer.text()}`);
}

test('an emptied site is rebuilt from the log while it runs: the same bytes, the same tombstone, nobody told anew', async () => {
  const site = await consumingWebsite(database.url);
  const [kept, withdrawn] = [sampleRelease(), sampleRelease()];
  const [one, two] = [await eventsOf(kept, staging), await eventsOf(withdrawn, staging)];
  await channel.say(one.prepare, two.prepare, one.go, two.go, two.withdraw);
  await site.caughtUp();
  const before = [await pagesOf(site, kept.bundleId), await pagesOf(site, withdrawn.bundleId)];
  expect(before[0]?.[0]).toContain(secrets.text);

  await emptied(database.url);
  const told = site.published.length;
  const announced: string[] = [];
  const seen = await replay(database.url, { dryRun: true });
  expect(seen).toMatchObject({ before: { public: 0, withdrawn: 0 }, after: { public: 0 }, events: { handled: 0 } });
  expect(seen.drift.map(({ log, channel }) => `${log?.state} ${channel}`).sort()).toEqual([
    'live null',
    'withdrawn null',
  ]);

  const done = await replay(database.url, { announce: async (releaseId) => void announced.push(releaseId) });
  expect(done).toMatchObject({
    log: { public: 1, withdrawn: 1 },
    before: { public: 0, withdrawn: 0 },
    after: { public: 1, withdrawn: 1 },
    drift: [],
    events: { read: 5, handled: 5, unreadable: 0, failed: [] },
  });
  expect(done.progress.at(-1)).toBe('5/5');
  const fresh = await startWebsite(database.url, stagingDir);
  for (const instance of [site, fresh]) // the one that ran all the while, and one that starts now
    expect([await pagesOf(instance, kept.bundleId), await pagesOf(instance, withdrawn.bundleId)]).toEqual(before);
  expect(announced.sort()).toEqual([kept.releaseId, withdrawn.releaseId].sort()); // once each, not once an event
  expect(site.published).toHaveLength(told);

  const again = await replay(database.url, { announce: async (releaseId) => void announced.push(releaseId) });
  expect(again).toMatchObject({ events: { handled: 0 }, drift: [], after: { public: 1, withdrawn: 1 } });
  expect(announced).toHaveLength(2);
  await fresh.stop();
  await site.stop();
});

test('an instance that has seen more switches than the rebuilt database made sees the next one', async () => {
  const site = await consumingWebsite(database.url);
  const [kept, foreign] = [sampleRelease(), sampleRelease()];
  const [one, other] = [await eventsOf(kept, staging), await eventsOf(foreign, staging)];
  await channel.say(one.prepare, one.go);
  for (const event of [other.prepare, other.go, other.withdraw]) await site.handle(event); // past the log
  await site.caughtUp();
  expect((await site.get(policy(kept.bundleId))).status).toBe(200);
  await emptied(database.url);
  await replay(database.url);
  await channel.say(one.withdraw);
  await site.caughtUp();
  expect((await site.get(policy(kept.bundleId))).status).toBe(410);
  await site.stop();
});

test('orders that come while an emptied site is replayed wait, and none overtakes what was before it', async () => {
  const site = await consumingWebsite(database.url);
  const releases = Array.from({ length: 8 }, () => sampleRelease());
  const events = await Promise.all(releases.map((release) => eventsOf(release, staging)));
  const last = events.at(-1);
  for (const { prepare, go } of events.slice(0, -1)) await channel.say(prepare, go);
  await channel.say(...(last ? [last.prepare] : []));
  await site.caughtUp();
  await emptied(database.url);

  // A go whose prepare is not replayed yet, and withdrawals of what is not there yet: all in the middle of the replay.
  const fresh = await openWebsiteDatabase(database.url);
  let said = false;
  const result = await replayWebsite(
    {
      ...{ bus, topic: channel.topic, decode: channel.decode, staging, log, receipts: { announce: async () => {} } },
      site: {
        ...fresh,
        replaying: (work) =>
          fresh.replaying((inbox) =>
            work({
              async onceEach(eventIds, effect) {
                if (!said) {
                  said = true;
                  await channel.say(...(last ? [last.go] : []), ...events.slice(0, 3).map(({ withdraw }) => withdraw));
                  await new Promise((resolve) => setTimeout(resolve, 500)); // let the site try them
                }
                return inbox.onceEach(eventIds, effect);
              },
            }),
          ),
      },
      progress: () => {},
    },
    { dryRun: false },
  );
  expect(result.after).toEqual({ public: 7, withdrawn: 0 });
  await site.caughtUp();
  const statuses = await Promise.all(releases.map(async ({ bundleId }) => (await site.get(policy(bundleId))).status));
  expect(statuses).toEqual([410, 410, 410, 200, 200, 200, 200, 200]);
  expect(await replay(database.url)).toMatchObject({ drift: [], log: { public: 5, withdrawn: 3 } });
  await fresh.close();
  await site.stop();
});

test('drift is named: a page that nobody released, bytes that were changed, a tombstone that is gone', async () => {
  const site = await consumingWebsite(database.url);
  const [changed, removed, foreign] = [sampleRelease(), sampleRelease(), sampleRelease()];
  const [one, two, three] = await Promise.all([changed, removed, foreign].map((each) => eventsOf(each, staging)));
  if (!one || !two || !three) throw new Error('three releases');
  await channel.say(one.prepare, one.go, two.prepare, two.go, two.withdraw);
  await channel.say({ ...one.go, id: randomUUID(), subject: changed.bundleId }); // a repeat under another id
  await site.caughtUp();
  for (const event of [three.prepare, three.go]) await site.handle(event); // past the log
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`update staged_object set ciphertext = '\\x00' where release_id = $1 and path = 'index.html'`, [
    changed.releaseId,
  ]);
  await client.query('delete from pointer where bundle_id = $1', [removed.bundleId]);
  await client.end();
  const { drift } = await replay(database.url, { dryRun: true });
  const named = Object.fromEntries(
    drift.map(({ bundleId, log, channel: shown, files }) => [bundleId, [log?.state, shown?.state, files]]),
  );
  expect(named).toEqual({
    [changed.bundleId]: ['live', 'live', ['index.html']],
    [removed.bundleId]: ['withdrawn', undefined, []],
    [foreign.bundleId]: [undefined, 'live', []],
  });
  await site.stop();
});

test('what is no event is counted and passed over', async () => {
  const release = sampleRelease();
  const { prepare, go } = await eventsOf(release, staging);
  await channel.say(prepare);
  await bus.publish([{ topic: channel.topic, key: 'k', headers: {}, value: Buffer.from('not an event') }]);
  await channel.say(go);
  expect(await replay(database.url)).toMatchObject({
    events: { read: 3, handled: 2, unreadable: 1 },
    after: { public: 1 },
    drift: [],
  });
});
