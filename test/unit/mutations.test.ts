import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutations } from '../mutations/mutations.ts';
import { misplaced } from '../mutations/places.ts';

const root = join(import.meta.dirname, '..', '..');

// The mutations themselves run by hand; whoever changes a guard learns here that its entry has to change with it.
test('every guard that `npm run mutations` takes out stands where its entry says, once', async () => {
  expect(await misplaced(mutations, root)).toEqual([]);
});

test('no two entries take out the same thing', () => {
  const changes = mutations.map(({ file, find, replace }) => JSON.stringify([file, find, replace]));
  expect(new Set(changes).size).toBe(changes.length);
});
