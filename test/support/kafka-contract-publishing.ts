import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Bench, text, texts } from './kafka-bench.ts';

/** What is published arrives whole, in order, with what belongs to it. */
export function publishingContract(bench: () => Bench): void {
  test('concurrent publishes of one key are stored in the order of the calls', async () => {
    const { bus, readAll, record, topic } = bench();
    await Promise.all(Array.from({ length: 30 }, (_, n) => bus.publish([record('one', String(n))])));
    expect(texts(await readAll(topic, 30))).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
  });

  test('key, headers in Chinese, bytes and position travel unchanged', async () => {
    const { bus, readAll, topic } = bench();
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
    const { bus, readAll, record, topic } = bench();
    const batch = Array.from({ length: 12 }, (_, n) => record(`key-${n % 5}`, String(n)));
    const positions = await bus.publish(batch);
    const received = await readAll(topic, 12);
    const found = batch.map(({ value }) => received.find((each) => text(each) === text({ value })));
    expect(found.map((each) => ({ partition: each?.partition, offset: each?.offset }))).toEqual(positions);
  });

  test('a record of 1 MB and a batch of several MB arrive whole and in order', async () => {
    const { bus, readAll, record, topic } = bench();
    const large = Array.from({ length: 4 }, (_, n) => 'ABCD'.charAt(n).repeat(1024 * 1024));
    await bus.publish(large.map((content) => record('large', content)));
    const received = texts(await readAll(topic, 4));
    expect(received.map((content) => [content.length, content.at(0), content.at(-1)])).toEqual(
      large.map((content) => [content.length, content.at(0), content.at(-1)]),
    );
  });

  test('a record without a key is refused: its order would hang on nothing', async () => {
    const { bus, record } = bench();
    await expect(bus.publish([record('', 'lost order')])).rejects.toThrow(/key/);
  });

  test('publishing to a topic that nobody made is an error, and does not make it', async () => {
    const { bus, record } = bench();
    const unknown = { ...record('k', 'x'), topic: `contract.${randomUUID()}.mistyped` };
    await expect(bus.publish([unknown])).rejects.toThrow();
    const spec = { name: unknown.topic, partitions: 3, settings: { 'retention.ms': '-1' } };
    await expect(bus.ensureTopics([spec])).resolves.toBeUndefined(); // else it would differ
  });
}
