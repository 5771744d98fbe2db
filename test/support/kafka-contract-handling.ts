import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Poison, type ReceivedRecord } from '../../activities/ports/event-bus.ts';
import { type Bench, keysOfDifferentPartitions, patiently, text, texts } from './kafka-bench.ts';

/** A record is done when its handler has resolved, and not before; members share the work. */
export function handlingContract(bench: () => Bench): void {
  test('records of one key arrive in the order of publishing, whatever else is published', async () => {
    const { bus, record, subscribe } = bench();
    const keys = ['a', 'b', 'c', 'd', 'e'];
    for (let step = 0; step < 20; step += 1) await bus.publish(keys.map((key) => record(key, String(step))));
    const received: ReceivedRecord[] = [];
    await subscribe(bus, async (each) => void received.push(each));
    await patiently(() => expect(received).toHaveLength(100));
    for (const key of keys) {
      expect(texts(received.filter((each) => each.key === key))).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
    }
  });

  test('with several in hand at once the records of one key still come in order, and one that fails is parked alone', async () => {
    const { bus, parked, record, subscribe } = bench();
    const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`);
    for (let step = 0; step < 5; step += 1) await bus.publish(keys.map((key) => record(key, String(step))));
    const done: ReceivedRecord[] = [];
    const inHand = new Map<string, number>();
    const handler = async (each: ReceivedRecord) => {
      inHand.set(each.key, (inHand.get(each.key) ?? 0) + 1);
      expect(inHand.get(each.key)).toBe(1);
      await sleep(Number.parseInt(each.key.slice(4), 10) % 5);
      inHand.delete(each.key);
      if (each.key === 'key-3' && text(each) === '2') throw new Poison('bad');
      done.push(each);
    };
    const subscription = await subscribe(bus, handler, { atOnce: 8 });
    await patiently(async () => expect(await subscription.lag()).toBe(0n));
    for (const key of keys) {
      const expected = ['0', '1', '2', '3', '4'].filter((step) => key !== 'key-3' || step !== '2');
      expect(texts(done.filter((each) => each.key === key))).toEqual(expected);
    }
    expect(parked).toMatchObject([{ key: 'key-3', reason: 'poison', tries: 1 }]);
  });

  test('each group gets every record, a new one from the oldest on', async () => {
    const { bus, readAll, record, topic } = bench();
    await bus.publish([record('k', 'before')]);
    expect(texts(await readAll(topic, 1))).toEqual(['before']);
    await bus.publish([record('k', 'after')]);
    expect(texts(await readAll(topic, 2))).toEqual(['before', 'after']);
  });

  test('a record counts as done only once its handler has resolved', async () => {
    const { bus, createBus, parked, record, subscribe } = bench();
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
    const { bus, record, subscribe } = bench();
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
    const { bus, readAll, record, subscribe, topic } = bench();
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
    const { bus, readAll, record, subscribe, topic } = bench();
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

  test('a handler that takes its time delays its own partition only', async () => {
    const { bus, record, subscribe, topic } = bench();
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
    const { bus, createBus, parked, record, subscribe, topic } = bench();
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
}
