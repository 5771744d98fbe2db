import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type BusHarness, openBench } from './kafka-bench.ts';
import { failureContract } from './kafka-contract-failures.ts';
import { handlingContract } from './kafka-contract-handling.ts';
import { publishingContract } from './kafka-contract-publishing.ts';
import { readingContract } from './kafka-contract-reading.ts';

/** What every adapter of the event bus must keep. Call it at the top level of a test file. */
export function describeEventBusContract(name: string, openHarness: () => Promise<BusHarness>): void {
  describe(`event bus contract: ${name}`, () => {
    let harness: BusHarness;
    let current: Bench;
    const bench = (): Bench => current;

    beforeAll(async () => {
      harness = await openHarness();
    });
    afterAll(() => harness.close());
    beforeEach(async () => {
      current = await openBench(harness);
    });
    afterEach(() => current.close());

    publishingContract(bench);
    handlingContract(bench);
    failureContract(bench);
    readingContract(bench);

    test('ensureTopics can be repeated and run by several processes at once', async () => {
      const { bus, createBus } = bench();
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
      const { bus, topic } = bench();
      const spec = { name: topic, partitions: 4, settings: { 'retention.ms': '-1' } };
      await expect(bus.ensureTopics([{ ...spec, partitions: 3 }])).rejects.toThrow(`${topic}: partitions`);
      await expect(bus.ensureTopics([{ ...spec, settings: { 'retention.ms': '5' } }])).rejects.toThrow(topic);
      await expect(bus.ensureTopics([spec])).resolves.toBeUndefined();
    });

    test('health tells that the bus is up', async () => {
      const { bus } = bench();
      expect(await bus.health()).toMatchObject({ state: 'up' });
    });
  });
}
