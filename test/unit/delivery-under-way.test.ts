import { expect, test } from 'vitest';
import { notTwiceAtOnce } from '../../services/delivery/under-way.ts';

function mailing() {
  const calls: { account: string; answer: PromiseWithResolvers<string> }[] = [];
  let now = 0;
  const { send } = notTwiceAtOnce(
    {
      send(account: string) {
        const answer = Promise.withResolvers<string>();
        calls.push({ account, answer });
        return answer.promise;
      },
    },
    () => now,
  );
  return { send, calls, pass: (ms: number) => (now += ms) };
}

test('a step that is asked for again while it is under way is begun once, and both get its outcome', async () => {
  const { send, calls } = mailing();
  const both = [send('a'), send('a')];
  expect(calls).toHaveLength(1);
  calls[0]?.answer.resolve('250 taken');
  expect(await Promise.all(both)).toEqual(['250 taken', '250 taken']);
});

test('steps of other accounts go on beside it', async () => {
  const { send, calls } = mailing();
  const all = [send('a'), send('b')];
  expect(calls.map(({ account }) => account)).toEqual(['a', 'b']);
  for (const { answer } of calls) answer.resolve('ok');
  await Promise.all(all);
});

test('once it has ended, well or not, it is begun anew', async () => {
  const { send, calls } = mailing();
  const failing = [send('a'), send('a')];
  calls[0]?.answer.reject(new Error('421 later'));
  for (const each of failing) await expect(each).rejects.toThrow('421 later');
  const again = send('a');
  expect(calls).toHaveLength(2);
  calls[1]?.answer.resolve('250 taken');
  expect(await again).toBe('250 taken');
});

test('one that hangs longer than any step lives holds up no later try', async () => {
  const { send, calls, pass } = mailing();
  const hanging = send('a');
  pass(6 * 60_000);
  const later = send('a');
  expect(calls).toHaveLength(2);
  calls[0]?.answer.resolve('late'); // its end is not that of the later one
  await hanging;
  const joined = send('a');
  expect(calls).toHaveLength(2);
  calls[1]?.answer.resolve('250 taken');
  expect(await Promise.all([later, joined])).toEqual(['250 taken', '250 taken']);
});
