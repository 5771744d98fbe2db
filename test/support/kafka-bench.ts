import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { EventBus, EventRecord, ReceivedRecord, SubscribeOptions } from '../../activities/ports/event-bus.ts';
import type { ParkedRecord } from '../../infra/kafka/dead-letter.ts';

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

/** A key for each of `count` different partitions; leaves some records with the text `probe`. */
export async function keysOfDifferentPartitions(bus: EventBus, topic: string, count: number): Promise<string[]> {
  const found = new Map<number, string>();
  while (found.size < count) {
    const key = randomUUID();
    const [position] = await bus.publish([{ topic, key, headers: {}, value: bytes('probe') }]);
    if (position && !found.has(position.partition)) found.set(position.partition, key);
  }
  return [...found.values()];
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** What one test works with: topics and a group of its own, and as many buses as it asks for. */
export async function openBench(harness: BusHarness) {
  const buses: EventBus[] = [];
  const parked: ParkedRecord[] = [];
  const createBus = (options: BusOptions = {}): EventBus => {
    const created = harness.createBus({ onParked: (each) => parked.push(each), ...options });
    buses.push(created);
    return created;
  };
  const bus = createBus();
  const { topic, dead, group } = await ownTopics(bus);
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
  const close = async (): Promise<void> => void (await Promise.all(buses.map((each) => each.close())));
  return { bus, createBus, topic, dead, group, parked, record, subscribe, readAll, close };
}
