import { expect, test } from 'vitest';
import { type Bench, keysOfDifferentPartitions, patiently, text } from './kafka-bench.ts';

/** A topic can be read as it stands, by somebody who consumes nothing. */
export function readingContract(bench: () => Bench): void {
  const readTopics = async (topics: string[], each: (content: string, left: number) => void | Promise<void>) =>
    bench().bus.read({ topics, each: (record, left) => each(text(record), left) });

  test('reading gives every record of every partition, in order per key, and ends', async () => {
    const { bus, dead, record, topic } = bench();
    const keys = await keysOfDifferentPartitions(bus, topic, 3);
    for (let n = 0; n < 5; n += 1) await bus.publish(keys.map((key, at) => record(key, `${at} ${n}`)));
    await bus.publish([{ ...record('letter', 'dead'), topic: dead }]);
    const seen: string[] = [];
    const lefts: number[] = [];
    await readTopics([topic, dead], (content, left) => {
      if (content !== 'probe') seen.push(content);
      lefts.push(left);
    });
    for (const at of keys.keys())
      expect(seen.filter((content) => content.startsWith(`${at} `))).toEqual([0, 1, 2, 3, 4].map((n) => `${at} ${n}`));
    expect(seen).toContain('dead');
    expect(seen).toHaveLength(16);
    expect(lefts).toEqual(lefts.map((_, index) => lefts.length - index - 1));
  });

  test('a topic without records is read at once', async () => {
    await expect(
      readTopics([bench().topic], () => Promise.reject(new Error('there is none'))),
    ).resolves.toBeUndefined();
  });

  test('what is published while somebody reads is not waited for', async () => {
    const { bus, record, topic } = bench();
    await bus.publish([record('k', 'one'), record('k', 'two')]);
    const seen: string[] = [];
    await readTopics([topic], async (content) => {
      seen.push(content);
      await bus.publish([record('k', 'later')]);
    });
    expect(seen).toEqual(['one', 'two']);
  });

  test('reading takes nothing away from a consumer, and can be repeated', async () => {
    const { bus, group, record, subscribe, topic } = bench();
    const consumed: string[] = [];
    const subscription = await subscribe(bus, async (each) => void consumed.push(text(each)));
    await bus.publish([record('k', 'one')]);
    await patiently(() => expect(consumed).toEqual(['one']));
    subscription.pause();
    await bus.publish([record('k', 'two')]);
    for (let time = 0; time < 2; time += 1) {
      const seen: string[] = [];
      await readTopics([topic], (content) => void seen.push(content));
      expect(seen).toEqual(['one', 'two']);
    }
    await patiently(async () => expect(await bus.lag(group, [topic])).toBe(1n));
    subscription.resume();
    await patiently(() => expect(consumed).toEqual(['one', 'two']));
  });

  test('what the reader throws ends the reading, and so does its signal', async () => {
    const { bus, record, topic } = bench();
    await bus.publish([record('k', 'one'), record('k', 'two')]);
    const seen: string[] = [];
    const failing = readTopics([topic], (content) => {
      seen.push(content);
      throw new TypeError('a bug of ours');
    });
    await expect(failing).rejects.toThrow('a bug of ours');
    expect(seen).toEqual(['one']);
    const ending = new AbortController();
    const aborted = bus.read({ topics: [topic], each: () => ending.abort(new Error('enough')), signal: ending.signal });
    await expect(aborted).rejects.toThrow('enough');
  });
}
