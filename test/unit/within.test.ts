import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atLeast } from '../../infra/within.ts';

test('a timer that runs out too early is set again for what is left', async () => {
  const asked: number[] = [];
  const start = performance.now();
  await atLeast(30, async (ms) => {
    asked.push(ms);
    await sleep(ms / 2);
  });
  expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  expect(asked[0]).toBe(30);
  expect(asked.every((ms) => ms >= 1 && ms <= 30)).toBe(true);
});

test('where the attempt is cancelled, it ends with that', async () => {
  await expect(atLeast(60_000, () => Promise.reject(new Error('cancelled')))).rejects.toThrow('cancelled');
});
