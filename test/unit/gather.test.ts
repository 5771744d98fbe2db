import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { gather, gatherWhole } from '../../infra/gather.ts';

const patient = { most: 3, patienceMs: 60_000 };

test('calls of one turn go together, in their order, at most so many, and each gets its own answer', async () => {
  const batches: string[][] = [];
  const shout = gather(async (words: string[]) => {
    batches.push(words);
    return words.map((word) => word.toUpperCase());
  }, patient);
  expect(await Promise.all(['a', 'b', 'c', 'd'].map(shout))).toEqual(['A', 'B', 'C', 'D']);
  expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  expect(await shout('e')).toBe('E');
});

test('while one batch runs the next calls gather', async () => {
  const batches: string[][] = [];
  const first = Promise.withResolvers<void>();
  const say = gather(async (words: string[]) => {
    batches.push(words);
    if (batches.length === 1) await first.promise;
    return words;
  }, patient);
  const early = say('a');
  await nextTurn();
  const later = [say('b')];
  await nextTurn();
  later.push(say('c'));
  await nextTurn();
  expect(batches).toEqual([['a']]);
  first.resolve();
  expect(await Promise.all([early, ...later])).toEqual(['a', 'b', 'c']);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

test('a batch that fails fails its own calls, and the next one is answered', async () => {
  const say = gather(async (words: string[]) => {
    if (words.includes('poison')) throw new Error('poison');
    return words;
  }, patient);
  const [good, poison] = [say('a'), say('poison')];
  await expect(good).rejects.toThrow('poison');
  await expect(poison).rejects.toThrow('poison');
  expect(await say('b')).toBe('b');
});

test('a batch that nobody answers holds up the next for its patience only', async () => {
  let batches = 0;
  const say = gather(
    (words: string[]) => {
      batches += 1;
      return batches === 1 ? new Promise<string[]>(() => {}) : Promise.resolve(words);
    },
    { most: 3, patienceMs: 10 },
  );
  const lost = say('a');
  await nextTurn();
  const next = say('b');
  await expect(lost).rejects.toThrow('No answer to a batch within 10 ms');
  expect(await next).toBe('b');
});

describe('work that happens as a whole or not at all', () => {
  const whole = (failure: Error) => {
    const batches: string[] = [];
    const shout = gatherWhole(
      async (words: string[]) => {
        batches.push(words.join(' '));
        if (words.includes('bad')) throw failure;
        return words.map((word) => word.toUpperCase());
      },
      { most: 10 },
    );
    return { batches, all: (...words: string[]) => Promise.allSettled(words.map(shout)) };
  };

  test('one call that makes its batch fail takes no other with it', async () => {
    const { batches, all } = whole(new Error('poison'));
    const results = await all('a', 'bad', 'c');
    expect(results.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))).toEqual([
      'A',
      'poison',
      'C',
    ]);
    expect(batches).toEqual(['a bad c', 'a', 'bad', 'c']);
  });

  test('an outage is told to all, and nobody is tried alone', async () => {
    const { batches, all } = whole(new TransientFailure('away'));
    expect((await all('a', 'bad')).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(batches).toEqual(['a bad']);
  });
});
