import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAlarm } from '../../activities/releases/alarm.ts';
import { gather } from '../../infra/gather.ts';

const t0 = '2026-11-24T01:00:00.000Z';
const other = '2026-11-24T01:00:00.001Z';

/** Sleepers of one process; each says so when it wakes. */
function office() {
  const alarm = createAlarm();
  const awake: string[] = [];
  const sleeper = (name: string, instant = t0) => {
    const own = Promise.withResolvers<void>();
    const ended = alarm(instant, own.promise).then(
      () => void awake.push(name),
      (error: Error) => void awake.push(`${name}: ${error.message}`),
    );
    return { ring: own.resolve, cancel: () => own.reject(new Error('cancelled')), ended };
  };
  return { sleeper, awake };
}

test('who waits for one instant wakes with the first whose wait is over, and who waits for another sleeps on', async () => {
  const { sleeper, awake } = office();
  const [first, , third] = [sleeper('a'), sleeper('b'), sleeper('c')];
  const stranger = sleeper('d', other);
  third.ring();
  await nextTurn();
  expect(awake.sort()).toEqual(['a', 'b', 'c']);
  first.ring(); // its own wait ends later, and wakes nobody again
  await nextTurn();
  expect(awake).toHaveLength(3);
  stranger.ring();
  await stranger.ended;
  expect(awake).toHaveLength(4);
});

test('an attempt that is cancelled is told alone: the others sleep on, and wake without it', async () => {
  const { sleeper, awake } = office();
  const [first, second, third] = [sleeper('a'), sleeper('b'), sleeper('c')];
  first.cancel();
  await first.ended;
  await nextTurn();
  expect(awake).toEqual(['a: cancelled']);
  second.ring();
  await third.ended;
  expect(awake.sort()).toEqual(['a: cancelled', 'b', 'c']);
});

test('who was woken too early waits for the same instant again, and what is left of older waits wakes nobody', async () => {
  const { sleeper, awake } = office();
  const [early, late] = [sleeper('a'), sleeper('b')];
  early.ring();
  await nextTurn();
  const again = [sleeper('a again'), sleeper('b again')];
  late.ring();
  await nextTurn();
  expect(awake.sort()).toEqual(['a', 'b']);
  again[1]?.ring();
  await nextTurn();
  expect(awake.sort()).toEqual(['a', 'a again', 'b', 'b again']);
});

test('attempts of one T0 wake in one turn, and what they ask for is one batch, whatever each thought the time to be', async () => {
  const alarm = createAlarm();
  const batches: number[] = [];
  const ask = gather(
    async (calls: number[]) => {
      batches.push(calls.length);
      return calls;
    },
    { most: 200 },
  );
  const attempts = Array.from({ length: 100 }, async (_, index) => {
    await alarm(t0, sleep(5 + (index % 40)));
    return ask(index);
  });
  await Promise.all(attempts);
  expect(batches).toEqual([100]);
});
