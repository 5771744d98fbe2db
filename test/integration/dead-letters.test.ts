import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { EventBus, Subscription } from '../../activities/ports/event-bus.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { createDeadLetterStore } from '../../infra/postgres/core/dead-letters.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { type DeadLetter, DeadLettersAnswer } from '../../schemas/dead-letters.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import { apiOfLetters, people } from '../support/dead-letters.ts';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';
import { eventsOf, ownReleaseLog } from '../support/site-bus.ts';
import { sampleRelease, secrets, startWebsite } from '../support/website.ts';

const log = pino({ level: 'silent' });
const core = await createCore();
let bus: EventBus;
let directory: string;
let channel: Awaited<ReturnType<typeof ownReleaseLog>>;
let database: TestDatabase;
let site: Awaited<ReturnType<typeof startWebsite>>;
let subscription: Subscription;
/** While set, the handler has a defect that shows with these event types. */
let broken: ReleaseEvent['type'][] = [];
let api: ReturnType<typeof apiOfLetters>;

async function createCore() {
  const own = await createTestDatabase();
  const db = openDatabase<CoreTables>(own.url);
  await migrate(db, coreMigrations);
  return { db, store: createDeadLetterStore(db), audit: createAuditStore(db), drop: own.drop };
}
beforeAll(async () => {
  bus = createKafkajsEventBus({ brokers: testServices().kafka.brokers, clientId: 'dead-letter-test', log });
  directory = await mkdtemp(join(tmpdir(), 'lockstep-dead-'));
});
afterAll(async () => {
  await bus.close();
  await core.db.destroy();
  await core.drop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  broken = [];
  database = await createTestDatabase();
  site = await startWebsite(database.url, directory);
  channel = await ownReleaseLog(bus);
  subscription = await bus.subscribe({
    ...{ group: channel.group, topics: [channel.topic], deadLetterTopic: channel.dead },
    async handler(record) {
      const event = channel.decode(record);
      if (broken.some((type) => type === event.type)) throw new TypeError('a defect of ours');
      await site.handle(event);
    },
  });
  const consumers = [{ name: channel.group, topics: [channel.topic], deadLetterTopic: channel.dead }];
  api = apiOfLetters({ bus, store: core.store, consumers, people });
});
afterEach(async () => {
  await subscription.stop();
  await site.stop();
  await database.drop();
});

const caughtUp = () =>
  vi.waitFor(async () => expect(await subscription.lag()).toBe(0n), { timeout: 60_000, interval: 50 });
async function letters(): Promise<DeadLetter[]> {
  const answer = await api.inject({ url: '/v1/dead-letters', headers: { authorization: 'Bearer token-of-auditor' } });
  return DeadLettersAnswer.parse(answer.json()).letters;
}
async function retry({ id }: DeadLetter): Promise<void> {
  const answer = await api.inject({
    ...{ method: 'POST', url: `/v1/dead-letters/${id}/retry`, payload: { reason: '程序已修复' } },
    headers: { authorization: 'Bearer token-of-operator' },
  });
  expect([answer.statusCode, answer.json().state]).toEqual([200, 'retried']);
}
const statusOf = async (bundleId: string) => (await site.get(`/policies/${bundleId}/`)).status;

test('a go that was parked is retried and goes live; retried again, nothing changes', async () => {
  const release = sampleRelease();
  const events = await eventsOf(release, createFileBlobStore(directory));
  broken = ['release.go.v1'];
  await channel.say(events.prepare, events.go);
  await caughtUp();
  const [letter] = await letters();
  expect(letter).toMatchObject({
    ...{ consumer: channel.group, state: 'open', cause: 'handler', error: 'TypeError: a defect of ours', tries: 3 },
    event: { id: events.go.id, type: 'release.go.v1', bundleId: release.bundleId },
    key: release.bundleId,
  });
  const shown = JSON.stringify(await letters());
  for (const hidden of [release.key.toString('base64'), ...Object.values(secrets)]) expect(shown).not.toContain(hidden);
  expect(await statusOf(release.bundleId)).toBe(404);

  broken = [];
  if (!letter) throw new Error('nothing was parked');
  for (let time = 0; time < 2; time += 1) {
    await retry(letter);
    await caughtUp();
    expect(await statusOf(release.bundleId)).toBe(200);
  }
  expect((await letters()).map(({ state, decisions }) => [state, decisions.length])).toEqual([['retried', 2]]);
});

test.each([
  ['its go was', ['release.go.v1'] as const],
  ['its prepare and its go were', ['release.prepare.v1', 'release.go.v1'] as const],
])('nothing of a withdrawn release comes back when %s parked before and retried after', async (_, parked) => {
  const release = sampleRelease();
  const events = await eventsOf(release, createFileBlobStore(directory));
  broken = [...parked];
  await channel.say(events.prepare, events.go, events.withdraw);
  await caughtUp();
  broken = [];
  const open = await letters();
  expect(open).toHaveLength(parked.length);
  for (let time = 0; time < 2; time += 1) {
    for (const letter of open) await retry(letter);
    await caughtUp();
    expect(await statusOf(release.bundleId)).toBe(404);
    expect(await statusOf(`${release.bundleId}/interpretation/qa`)).toBe(404);
    expect((await site.get('/')).text()).not.toContain(secrets.title);
  }
  expect((await letters()).filter(({ state }) => state === 'open')).toEqual([]);
});

test('a retry that fails again is a letter of its own, and the first one stays decided', async () => {
  const release = sampleRelease();
  const { prepare } = await eventsOf(release, createFileBlobStore(directory));
  broken = ['release.prepare.v1'];
  await channel.say(prepare);
  await caughtUp();
  const [first] = await letters();
  if (!first) throw new Error('nothing was parked');
  await retry(first);
  await caughtUp();
  expect((await letters()).map(({ id, state }) => [id === first.id, state])).toEqual([
    [false, 'open'],
    [true, 'retried'],
  ]);
});

test('each decision has one audit row, with the name and the digests, and no word of the reason', async () => {
  const before = (await core.audit.head())?.size ?? 0;
  const release = sampleRelease();
  const { prepare } = await eventsOf(release, createFileBlobStore(directory));
  broken = ['release.prepare.v1'];
  await channel.say(prepare);
  await caughtUp();
  const [letter] = await letters();
  if (!letter) throw new Error('nothing was parked');
  await retry(letter);
  const rows = await core.audit.rows({ after: before, limit: 10 });
  expect(rows).toMatchObject([
    {
      ...{ actor: 'operator', kind: 'dead-letter.decided', bundleId: release.bundleId },
      payload: {
        ...{ letter: letter.id, act: 'retry', owner: null, eventId: prepare.id, eventType: prepare.type },
        ...{ recordSha256: letter.sha256, reason: { length: 5 } },
      },
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain('程序已修复');
});
