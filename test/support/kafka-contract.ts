import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type EventBus,
  type EventRecord,
  Poison,
  type ReceivedRecord,
  type SubscribeOptions,
  TransientFailure,
} from '../../activities/ports/event-bus.ts';
import { fromDeadLetter, type ParkedRecord } from '../../infra/kafka/dead-letter.ts';

export type BusOptions = { onParked?: (parked: ParkedRecord) => void; drainMs?: number };

/** An adapter under test. Every bus of one harness talks to the same broker, as processes do. */
export type BusHarness = { createBus(options?: BusOptions): EventBus; close(): Promise<void> };

/** Long enough for a rebalance on a busy machine; never waited for when all is well. */
export const patiently = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 25 });

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = ({ value }: Pick<EventRecord, 'value'>): string => new TextDecoder().decode(value);
export const texts = (records: EventRecord[]): string[] => records.map(text);

/** Names of one test's own topics and group, made on the broker with `ensureTopics`. */
export async function ownTopics(bus: EventBus, partitions = 4) {
  const id = randomUUID();
  const names = { topic: `contract.${id}.v1`, dead: `contract.${id}.dead.v1`, group: `contract-${id}` };
  const settings = { 'max.message.bytes': '2097152', 'retention.ms': '-1' };
  await bus.ensureTopics([
    { name: names.topic, partitions, settings },
    { name: names.dead, partitions: 1, settings },
  ]);
  return names;
}

/** A key for each of `count` different partitions. */
export async function keysOfDifferentPartitions(bus: EventBus, topic: string, count: number): Promise<string[]> {
  const found = new Map<number, string>();
  while (found.size < count) {
    const key = randomUUID();
    const [position] = await bus.publish([{ topic, key, headers: {}, value: bytes('probe') }]);
    if (position && !found.has(position.partition)) found.set(position.partition, key);
  }
  return [...found.values()];
}

/** What every adapter of the event bus must keep. Call it at the top level of a test file. */
export function describeEventBusContract(name: string, openHarness: () => Promise<BusHarness>): void {
  describe(`event bus contract: ${name}`, () => {
    let harness: BusHarness;
    let buses: EventBus[];
    let bus: EventBus;
    let parked: ParkedRecord[];
    let topic: string;
    let dead: string;
    let group: string;

    const createBus = (options: BusOptions = {}): EventBus => {
      const created = harness.createBus({ onParked: (each) => parked.push(each), ...options });
      buses.push(created);
      return created;
    };
    const record = (key: string, content: string): EventRecord => ({ topic, key, headers: {}, value: bytes(content) });
    const subscribe = (on: EventBus, handler: SubscribeOptions['handler'], options: Partial<SubscribeOptions> = {}) =>
      on.subscribe({ group, topics: [topic], deadLetterTopic: dead, handler, ...options });
    /** Everything a group of its own finds in a topic. */
    const readAll = async (from: string, count: number): Promise<ReceivedRecord[]> => {
      const records: ReceivedRecord[] = [];
      const reading = await subscribe(bus, async (each) => void records.push(each), {
        group: `reader-${randomUUID()}`,
        topics: [from],
      });
      await patiently(() => expect(records.length).toBeGreaterThanOrEqual(count));
      await reading.stop();
      return records;
    };

    beforeAll(async () => {
      harness = await openHarness();
    });
    afterAll(() => harness.close());
    beforeEach(async () => {
      buses = [];
      parked = [];
      bus = createBus();
      ({ topic, dead, group } = await ownTopics(bus));
    });
    afterEach(async () => {
      await Promise.all(buses.map((each) => each.close()));
    });

    test('records of one key arrive in the order of publishing, whatever else is published', async () => {
      const keys = ['a', 'b', 'c', 'd', 'e'];
      for (let step = 0; step < 20; step += 1) await bus.publish(keys.map((key) => record(key, String(step))));
      const received: ReceivedRecord[] = [];
      await subscribe(bus, async (each) => void received.push(each));
      await patiently(() => expect(received).toHaveLength(100));
      for (const key of keys) {
        expect(texts(received.filter((each) => each.key === key))).toEqual(
          Array.from({ length: 20 }, (_, n) => `${n}`),
        );
      }
    });

    test('concurrent publishes of one key are stored in the order of the calls', async () => {
      await Promise.all(Array.from({ length: 30 }, (_, n) => bus.publish([record('one', String(n))])));
      expect(texts(await readAll(topic, 30))).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
    });

    test('key, headers in Chinese, bytes and position travel unchanged', async () => {
      const value = Uint8Array.from({ length: 256 }, (_, n) => n);
      const headers = { 标题: '关于印发《惠企政策》的通知 🌾', empty: '', 'content-type': 'application/json' };
      const sentAt = Date.now();
      const [position] = await bus.publish([{ topic, key: '政策-1', headers, value }]);
      const [received] = await readAll(topic, 1);
      expect(received).toMatchObject({ topic, key: '政策-1', headers, ...position });
      expect([...(received?.value ?? [])]).toEqual([...value]);
      expect(Math.abs((received?.timestamp ?? 0) - sentAt)).toBeLessThan(60_000); // a time of now, in milliseconds
    });

    test('publish returns the position of each record in the order of the batch', async () => {
      const batch = Array.from({ length: 12 }, (_, n) => record(`key-${n % 5}`, String(n)));
      const positions = await bus.publish(batch);
      const received = await readAll(topic, 12);
      const found = batch.map(({ value }) => received.find((each) => text(each) === text({ value })));
      expect(found.map((each) => ({ partition: each?.partition, offset: each?.offset }))).toEqual(positions);
    });

    test('a record of 1 MB and a batch of several MB arrive whole and in order', async () => {
      const large = Array.from({ length: 4 }, (_, n) => 'ABCD'.charAt(n).repeat(1024 * 1024));
      await bus.publish(large.map((content) => record('large', content)));
      const received = texts(await readAll(topic, 4));
      expect(received.map((content) => [content.length, content.at(0), content.at(-1)])).toEqual(
        large.map((content) => [content.length, content.at(0), content.at(-1)]),
      );
    });

    test('a record without a key is refused: its order would hang on nothing', async () => {
      await expect(bus.publish([record('', 'lost order')])).rejects.toThrow(/key/);
    });

    test('publishing to a topic that nobody made is an error, and does not make it', async () => {
      const unknown = { ...record('k', 'x'), topic: `contract.${randomUUID()}.mistyped` };
      await expect(bus.publish([unknown])).rejects.toThrow();
      const spec = { name: unknown.topic, partitions: 3, settings: { 'retention.ms': '-1' } };
      await expect(bus.ensureTopics([spec])).resolves.toBeUndefined(); // else it would differ
    });

    test('each group gets every record, a new one from the oldest on', async () => {
      await bus.publish([record('k', 'before')]);
      expect(texts(await readAll(topic, 1))).toEqual(['before']);
      await bus.publish([record('k', 'after')]);
      expect(texts(await readAll(topic, 2))).toEqual(['before', 'after']);
    });

    test('a record counts as done only once its handler has resolved', async () => {
      await bus.publish([record('k', 'one')]);
      const hasty = createBus({ drainMs: 0 });
      const seen: AbortSignal[] = [];
      const first = await subscribe(hasty, (_, signal) => {
        seen.push(signal);
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      });
      await patiently(() => expect(seen).toHaveLength(1));
      expect(await first.lag()).toBe(1n);
      await first.stop();
      expect(seen[0]?.aborted).toBe(true);

      const again: ReceivedRecord[] = [];
      const second = await subscribe(bus, async (each) => void again.push(each));
      await patiently(async () => expect(await second.lag()).toBe(0n));
      expect(texts(again)).toEqual(['one']);
      expect(parked).toEqual([]); // an aborted handler is no failed one
    });

    test('stop lets the running handler end, and what it did is not delivered again', async () => {
      await bus.publish([record('k', 'one'), record('k', 'two')]);
      const release = Promise.withResolvers<void>();
      const begun: string[] = [];
      const ended: string[] = [];
      const first = await subscribe(bus, async (each) => {
        begun.push(text(each));
        await release.promise;
        ended.push(text(each));
      });
      await patiently(() => expect(begun).toEqual(['one']));
      const stopped = first.stop();
      release.resolve();
      await stopped;
      expect(ended).toEqual(['one']);
      expect(begun).toEqual(['one']);

      const rest: ReceivedRecord[] = [];
      const second = await subscribe(bus, async (each) => void rest.push(each));
      await patiently(async () => expect(await second.lag()).toBe(0n));
      expect(texts(rest)).toEqual(['two']);
    });

    test('nothing is handled after stop', async () => {
      const received: ReceivedRecord[] = [];
      const subscription = await subscribe(bus, async (each) => void received.push(each));
      await bus.publish([record('k', 'one')]);
      await patiently(() => expect(received).toHaveLength(1));
      await subscription.stop();
      await bus.publish([record('k', 'two')]);
      expect(texts(await readAll(topic, 2))).toEqual(['one', 'two']);
      expect(texts(received)).toEqual(['one']);
    });

    test('pause holds records back, resume lets them come in order', async () => {
      const received: ReceivedRecord[] = [];
      const subscription = await subscribe(bus, async (each) => void received.push(each));
      await bus.publish([record('k', 'one')]);
      await patiently(() => expect(received).toHaveLength(1));
      subscription.pause();
      await bus.publish([record('k', 'two'), record('k', 'three')]);
      expect(texts(await readAll(topic, 3))).toEqual(['one', 'two', 'three']); // they are there, for others
      expect(received).toHaveLength(1);
      expect(await subscription.lag()).toBe(2n);
      subscription.resume();
      await patiently(() => expect(texts(received)).toEqual(['one', 'two', 'three']));
    });

    test('poison is parked at its first failure, and its partition goes on', async () => {
      await bus.publish([record('k', 'good'), record('k', 'bad'), record('k', 'better')]);
      const tries: string[] = [];
      const subscription = await subscribe(bus, async (each) => {
        tries.push(text(each));
        if (text(each) === 'bad') throw new Poison('field seal is missing');
      });
      await patiently(async () => expect(await subscription.lag()).toBe(0n));
      expect(tries).toEqual(['good', 'bad', 'better']);
      expect(parked).toMatchObject([{ group, topic, key: 'k', reason: 'poison', tries: 1 }]);

      const [letter] = await readAll(dead, 1);
      const { original, parked: described } = fromDeadLetter(letter as ReceivedRecord);
      expect(original).toEqual(record('k', 'bad')); // to be published again when a person decided so
      expect(described).toMatchObject({ topic, offset: parked[0]?.offset, error: 'Poison: field seal is missing' });
    });

    test.each([
      ['an Error', () => new Error('a bug of ours')],
      // kafkajs takes a TypeError for final and would stop the consumer without a word.
      ['a TypeError', () => new TypeError('x is not a function')],
      ['no Error at all', () => 'just a string'],
    ])('a handler that throws %s is tried three times, then the record is parked', async (_, failure) => {
      await bus.publish([record('k', 'bad'), record('k', 'good')]);
      const tries: string[] = [];
      const subscription = await subscribe(bus, async (each) => {
        tries.push(text(each));
        if (text(each) === 'bad') throw failure();
      });
      await patiently(async () => expect(await subscription.lag()).toBe(0n));
      expect(tries).toEqual(['bad', 'bad', 'bad', 'good']);
      expect(parked).toMatchObject([{ reason: 'handler', tries: 3 }]);
    });

    test('a dead letter names the failure but not the payload', async () => {
      await bus.publish([record('k', '{"标题":"未公开的政策"')]);
      await subscribe(bus, async (each) => JSON.parse(text(each)));
      const [letter] = await readAll(dead, 1);
      expect(letter?.headers['dead-error']).toMatch(/^SyntaxError/);
      expect(JSON.stringify(letter?.headers)).not.toContain('未公开');
    });

    test.each([
      ['TransientFailure', () => new TransientFailure('the database is down')],
      [
        'a failed fetch',
        () => new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
      ],
    ])('%s holds its partition in order and is never parked; other partitions go on', async (_, failure) => {
      const [held, free] = (await keysOfDifferentPartitions(bus, topic, 2)) as [string, string];
      let down = true;
      let tries = 0;
      const done: string[] = [];
      const subscription = await subscribe(bus, async (each) => {
        if (each.key === held && down && text(each) !== 'probe') {
          tries += 1;
          throw failure();
        }
        if (text(each) !== 'probe') done.push(text(each));
      });
      await bus.publish([record(held, 'held 1'), record(held, 'held 2'), record(free, 'free 1')]);
      await patiently(() => expect(tries).toBeGreaterThan(3)); // more than any other failure gets
      await bus.publish([record(free, 'free 2')]);
      await patiently(() => expect(done).toEqual(['free 1', 'free 2']));
      expect(parked).toEqual([]);
      down = false;
      await patiently(async () => expect(await subscription.lag()).toBe(0n));
      expect(done).toEqual(['free 1', 'free 2', 'held 1', 'held 2']);
    });

    test('stop does not wait for a dependency to come back', async () => {
      await bus.publish([record('k', 'one')]);
      let tries = 0;
      const first = await subscribe(bus, async () => {
        tries += 1;
        throw new TransientFailure('the database is down');
      });
      await patiently(() => expect(tries).toBeGreaterThan(1));
      await first.stop();
      const received: ReceivedRecord[] = [];
      await subscribe(bus, async (each) => void received.push(each));
      await patiently(() => expect(texts(received)).toEqual(['one']));
    });

    test('a handler that takes its time delays its own partition only', async () => {
      const [slow, quick] = (await keysOfDifferentPartitions(bus, topic, 2)) as [string, string];
      const release = Promise.withResolvers<void>();
      const done: string[] = [];
      const subscription = await subscribe(bus, async (each) => {
        if (each.key === slow && text(each) === 'slow') await release.promise;
        if (text(each) !== 'probe') done.push(text(each));
      });
      await bus.publish([record(slow, 'slow')]);
      for (const content of ['quick 1', 'quick 2', 'quick 3']) {
        await bus.publish([record(quick, content)]);
        await patiently(() => expect(done).toContain(content));
      }
      release.resolve();
      await patiently(async () => expect(await subscription.lag()).toBe(0n));
      expect(done).toEqual(['quick 1', 'quick 2', 'quick 3', 'slow']);
    });

    test('members that join and leave while handlers are slow lose nothing and keep the order of each key', async () => {
      const keys = await keysOfDifferentPartitions(bus, topic, 4);
      const handled = new Map<string, number[]>(keys.map((key) => [key, []]));
      const handler = async (each: ReceivedRecord, signal: AbortSignal): Promise<void> => {
        if (text(each) === 'probe') return;
        await sleep(150);
        // An inbox would refuse these too: the partition is another member's now.
        if (!signal.aborted) handled.get(each.key)?.push(Number(text(each)));
      };
      const publishing = (async () => {
        for (let n = 0; n < 20; n += 1) await bus.publish(keys.map((key) => record(key, String(n))));
      })();
      const [second, third] = [createBus(), createBus()];
      const first = await subscribe(bus, handler);
      const leaving = await subscribe(second, handler);
      await publishing;
      await subscribe(third, handler);
      await leaving.stop();
      await patiently(async () => expect(await first.lag()).toBe(0n));
      for (const key of keys) {
        const sequence = handled.get(key) ?? [];
        expect(new Set(sequence).size).toBe(20);
        // A step back is a redelivery; whatever is new must be the next one.
        let highest = -1;
        for (const n of sequence) {
          expect(n).toBeLessThanOrEqual(highest + 1);
          highest = Math.max(highest, n);
        }
      }
      expect(parked).toEqual([]);
    });

    test('ensureTopics can be repeated and run by several processes at once', async () => {
      const other = createBus();
      const specs = Array.from({ length: 3 }, () => ({
        name: `contract.${randomUUID()}.v1`,
        partitions: 2,
        settings: { 'retention.ms': '86400000' },
      }));
      await Promise.all([bus.ensureTopics(specs), other.ensureTopics(specs)]);
      await bus.ensureTopics(specs);
    });

    test('ensureTopics lists a topic that exists with other partitions or settings', async () => {
      const spec = { name: topic, partitions: 4, settings: { 'retention.ms': '-1' } };
      await expect(bus.ensureTopics([{ ...spec, partitions: 3 }])).rejects.toThrow(`${topic}: partitions`);
      await expect(bus.ensureTopics([{ ...spec, settings: { 'retention.ms': '5' } }])).rejects.toThrow(topic);
      await expect(bus.ensureTopics([spec])).resolves.toBeUndefined();
    });

    test('health tells that the bus is up', async () => {
      expect(await bus.health()).toMatchObject({ state: 'up' });
    });
  });
}
