import { expect, test } from 'vitest';
import { Poison, type ReceivedRecord, TransientFailure } from '../../activities/ports/event-bus.ts';
import { fromDeadLetter } from '../../infra/kafka/dead-letter.ts';
import { type Bench, keysOfDifferentPartitions, patiently, text, texts } from './kafka-bench.ts';

/** A failing record is held or parked; nothing else waits for it. */
export function failureContract(bench: () => Bench): void {
  test('poison is parked at its first failure, and its partition goes on', async () => {
    const { bus, dead, group, parked, readAll, record, subscribe, topic } = bench();
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
    const { bus, parked, record, subscribe } = bench();
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
    const { bus, dead, readAll, record, subscribe } = bench();
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
    const { bus, parked, record, subscribe, topic } = bench();
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
    const { bus, record, subscribe } = bench();
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
}
