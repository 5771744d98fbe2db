import { expect, test } from 'vitest';
import { createTokenSource } from '../../services/new-media/wechat/token.ts';

/** The platform as `stable_token` behaves: normal mode gives the valid token, force a new one. */
const source = () => {
  let issued = 1;
  let now = 0;
  const asked: boolean[] = [];
  const tokens = createTokenSource(
    async (force) => {
      asked.push(force);
      if (force) issued += 1;
      return { value: `token-${issued}`, expiresAt: now + 7200_000 };
    },
    () => now,
  );
  return { tokens, asked, endedByAnother: () => (issued += 1), pass: (ms: number) => (now += ms) };
};

test('is fetched once however many calls wait for it, and again shortly before its end', async () => {
  const { tokens, asked, pass } = source();
  await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
  pass(6900_000);
  await tokens.get();
  expect(asked).toEqual([false]);
  pass(100_000);
  await tokens.get();
  expect(asked).toEqual([false, false]);
});

test('a refused token is replaced once for all who were refused', async () => {
  const { tokens, asked, endedByAnother } = source();
  const old = await tokens.get();
  endedByAnother();
  const replaced = await Promise.all([tokens.replace(old), tokens.replace(old)]);
  expect(replaced).toEqual(['token-2', 'token-2']);
  expect(await tokens.replace(old)).toBe('token-2');
  expect(asked).toEqual([false, false]);
});

test('force is used only where normal mode insists on the refused token', async () => {
  const { tokens, asked } = source();
  expect(await tokens.replace(await tokens.get())).toBe('token-2');
  expect(asked).toEqual([false, false, true]);
});

test('a failed fetch is not remembered', async () => {
  let attempts = 0;
  const tokens = createTokenSource(
    async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('down');
      return { value: 'token', expiresAt: 7200_000 };
    },
    () => 0,
  );
  await expect(tokens.get()).rejects.toThrow('down');
  expect(await tokens.get()).toBe('token');
});
