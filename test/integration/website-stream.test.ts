import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { openWebsiteDatabase, type WebsiteDatabase } from '../../infra/postgres/website/open.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import { createHandler } from '../../services/website/handler.ts';
import { createLogReading } from '../../services/website/what-the-log-says.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';
import { createMemoryEventBus } from '../support/memory-event-bus.ts';
import { eventsOf, ownReleaseLog } from '../support/site-bus.ts';
import { type SampleRelease, sampleRelease } from '../support/website.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Each run is a new story; more of them on demand. */
const numRuns = 25;
let database: TestDatabase;
let site: WebsiteDatabase;
let handle: (event: ReleaseEvent) => Promise<void>;
const blobs = new Map<string, Uint8Array>();
const staging: BlobStore = {
  async put(bytes) {
    blobs.set(digestOf(bytes), bytes);
    return digestOf(bytes);
  },
  async get(digest) {
    return blobs.get(digest) ?? Promise.reject(new RangeError('no such blob'));
  },
  has: async (digest) => blobs.has(digest),
};
beforeAll(async () => {
  database = await createTestDatabase();
  site = await openWebsiteDatabase(database.url);
  handle = handler();
});
const handler = () =>
  createHandler({
    ...{ inbox: site.inbox, site: site.writes, staging, receipts: { announce: async () => {} } },
    ...{ inspect: () => {}, remember: () => {}, onLive: () => {}, log: pino({ level: 'silent' }) },
  });
afterAll(async () => {
  await site.close();
  await database.drop();
});

type Step = 'prepare' | 'go' | 'rollBack' | 'withdraw';
/** Bundles, each with its releases one after the other, each with what becomes of it. */
type Story = Step[][][];
const life = fc.constantFrom<Step[]>(
  ['prepare'],
  ['prepare', 'go'],
  ['prepare', 'go'],
  ['prepare', 'rollBack'],
  ['prepare', 'go', 'rollBack'],
  ['prepare', 'withdraw'],
  ['prepare', 'go', 'withdraw'],
);
const storyOf = (lives: fc.Arbitrary<Step[]>) =>
  fc.array(fc.array(lives, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
/** Where what is late could do harm. */
const wentLive = fc.constantFrom<Step[]>(['prepare', 'go'], ['prepare', 'go'], ['prepare', 'go', 'withdraw']);

/** The same story under ids of its own. `events` has the events of each bundle in their order. */
async function told(bundles: Story) {
  const releases: SampleRelease[][] = [];
  const events: ReleaseEvent[][] = [];
  for (const lives of bundles) {
    const [first, ...later] = lives.map(() => sampleRelease());
    const own = first ? [first, ...later.map(() => sampleRelease(first.bundleId))] : [];
    const said: ReleaseEvent[] = [];
    for (const [index, release] of own.entries()) {
      const each = await eventsOf(release, staging, `2026-03-${10 + index}T01:00:00.000Z`);
      said.push(...(lives[index] ?? []).map((step) => each[step]));
    }
    releases.push(own);
    events.push(said);
  }
  return { releases, events };
}

/** What the site has in the end, without ids and times: of each bundle what it shows, and the state of each release. */
async function outcome(releases: SampleRelease[][]) {
  const pointers = new Map((await site.reads.pointersSince(0)).map(({ bundleId, shows }) => [bundleId, shows]));
  return Promise.all(
    releases.map(async (own) => {
      const shows = own[0] && pointers.get(own[0].bundleId);
      const states = own.map(async ({ releaseId }) => {
        const state = (await site.records.release(releaseId))?.state ?? 'unknown';
        return `${state} ${(await site.records.files(releaseId)).length}`;
      });
      const index = own.findIndex(({ releaseId }) => releaseId === shows?.releaseId);
      return { shows: shows ? `${shows.state} ${index}` : null, states: await Promise.all(states) };
    }),
  );
}

/** Interleaves lists, each in its own order; `choices` says whose turn it is. */
function interleaved<T>(lists: T[][], choices: number[]): T[] {
  const queues = lists.map((list) => [...list]);
  const merged: T[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn += 1) {
    const waiting = queues.filter((queue) => queue.length > 0);
    const next = waiting[(choices[turn % Math.max(1, choices.length)] ?? 0) % waiting.length]?.shift();
    if (next) merged.push(next);
  }
  return merged;
}

// The log keeps the order of one bundle and no other; retries of the core and of consumers repeat what was said before.
test('a shuffled and repeated stream ends in the state of the sorted, distinct one', async () => {
  const turns = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
  const repeats = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(storyOf(life), turns, repeats, async (bundles, choices, again) => {
      const sorted = await told(bundles);
      for (const event of sorted.events.flat()) await handle(event);

      const shuffled = await told(bundles);
      const stream = interleaved(shuffled.events, choices);
      const distinct = stream.length;
      for (const [which, after] of again) {
        const from = which % distinct;
        const event = stream[from];
        if (event) stream.splice(from + 1 + (after % (stream.length - from)), 0, event);
      }
      const bus = createMemoryEventBus();
      const log = await ownReleaseLog(bus);
      const reading = createLogReading();
      const subscription = await bus.subscribe({
        ...{ group: log.group, topics: [log.topic], deadLetterTopic: log.dead },
        async handler(record) {
          const event = log.decode(record) as ReleaseEvent;
          reading.add(event);
          await handle(event);
        },
      });
      for (const event of stream) await log.say(event);
      await vi.waitFor(async () => expect(await subscription.lag()).toBe(0n), { timeout: 60_000, interval: 5 });
      await bus.close();

      const ended = await outcome(shuffled.releases);
      expect(ended).toEqual(await outcome(sorted.releases));
      // What a replay compares with is worked out from the log alone, and says the same.
      const said = shuffled.releases.map((own) => {
        const shows = own[0] && reading.shows().get(own[0].bundleId);
        return shows ? `${shows.state} ${own.findIndex(({ releaseId }) => releaseId === shows.releaseId)}` : null;
      });
      expect(said).toEqual(ended.map(({ shows }) => shows));
    }),
    { numRuns },
  );
});

test('whatever was parked and is retried later, in any order: nothing withdrawn is public, nothing older covers what is newer', async () => {
  const parked = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      storyOf(wentLive),
      parked,
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      async (bundles, isParked, order) => {
        const { releases, events } = await told(bundles);
        const all = events.flat();
        const later = all.filter((_, index) => isParked[index % isParked.length]);
        for (const event of all) if (!later.includes(event)) await handle(event);
        const retried = later
          .map((event, index) => ({ event, place: order[index % order.length] ?? 0 }))
          .sort((a, b) => a.place - b.place);
        for (const { event } of [...retried, ...retried]) await handle(event); // and each of them twice
        for (const [index, { shows, states }] of (await outcome(releases)).entries()) {
          const [state, which] = shows?.split(' ') ?? [];
          if (state === 'live') expect(bundles[index]?.[Number(which)]).not.toContain('withdraw');
          const newest = states.findLastIndex((each) => /^(live|superseded)/.test(each));
          if (state === 'live') expect(Number(which)).toBe(newest);
        }
      },
    ),
    { numRuns: 3 * numRuns },
  );
});

test('what was withdrawn or taken back keeps no text, and nothing that comes later changes a tombstone', async () => {
  const { releases, events } = await told([
    [['prepare', 'go', 'withdraw', 'rollBack', 'prepare']],
    [['prepare', 'rollBack']],
    [['prepare', 'withdraw']],
  ]);
  for (const [place, event] of events.flat().entries()) {
    const again = event.type === 'release.prepare.v1' && place > 0 && event === events[0]?.at(-1);
    await handle(again ? { ...event, id: randomUUID(), data: { ...event.data, attempt: 2 } } : event);
  }
  expect(await outcome(releases)).toEqual([
    { shows: 'withdrawn 0', states: ['withdrawn 0'] },
    { shows: null, states: ['discarded 0'] },
    { shows: null, states: ['withdrawn 0'] },
  ]);
  const [tombstone] = releases[0] ?? [];
  expect(tombstone && (await site.records.release(tombstone.releaseId))?.attempt).toBe(1);
});

test('plain text is not taken in, whoever sends it: it would be readable before its instant', async () => {
  const { releases, events } = await told([[['prepare']]]);
  const [prepare] = events.flat();
  if (prepare?.type !== 'release.prepare.v1') throw new Error('not reached');
  const [website] = prepare.data.channels;
  const objects = website?.objects.map((object, place) => (place === 0 ? { ...object, ciphertext: null } : object));
  const channels = [{ channel: 'website' as const, objects: objects ?? [] }];
  await handle({ ...prepare, data: { ...prepare.data, channels } });
  expect(await outcome(releases)).toEqual([{ shows: null, states: ['refused 0'] }]);
});

test('what was refused goes by no later order, until it is prepared again', async () => {
  const { releases, events } = await told([[['prepare', 'go']]]);
  const [prepare, go] = events.flat();
  if (!prepare || go?.type !== 'release.go.v1') throw new Error('not reached');
  await handle(prepare);
  await handle({ ...go, id: randomUUID(), data: { ...go.data, key: Buffer.alloc(32).toString('base64') } });
  await handle(go);
  expect(await outcome(releases)).toMatchObject([{ shows: null, states: [expect.stringContaining('refused')] }]);
});

// Each writes that it was told before it looks who else was: without an order between them neither would be the last.
test('two processes that are told of two members of a group at once let both go', async () => {
  const [one, other] = [handler(), handler()];
  for (let round = 0; round < 8; round += 1) {
    const { releases, events } = await told([[['prepare', 'go']], [['prepare', 'go']]]);
    const group = releases.flat().map(({ releaseId }) => releaseId);
    const goes: ReleaseEvent[] = [];
    for (const event of events.flat())
      if (event.type === 'release.go.v1') goes.push({ ...event, data: { ...event.data, group } });
      else await handle(event);
    const [first, second] = goes;
    if (!first || !second) throw new Error('not reached');
    await Promise.all([one(first), other(second)]);
    expect((await outcome(releases)).map(({ shows }) => shows)).toEqual(['live 0', 'live 0']);
  }
});
