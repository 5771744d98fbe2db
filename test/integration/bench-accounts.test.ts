import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccountsBench } from '../../schemas/bench.ts';
import { measureAccounts } from '../../services/cli/bench/measure-accounts.ts';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

// Temporal ends a workflow at 51,200 events: a thousand accounts have to stay far below.
test('a release is delivered to every account, with few events of history for each', async () => {
  const said: string[] = [];
  const result = AccountsBench.parse(
    await measureAccounts({
      temporal: testServices().temporal,
      databaseUrl: database.url,
      counts: [1, 40],
      repeatsBelow100: 1,
      progress: (text) => said.push(text),
    }),
  );
  expect(result.runs.map(({ accounts }) => accounts)).toEqual([1, 40]);
  expect(said).toHaveLength(2);
  const [one, forty] = result.runs;
  expect(((forty?.mostEvents ?? Infinity) - (one?.mostEvents ?? 0)) / 39).toBeLessThan(25);
  expect(result.thousandToTen).toBeNull(); // neither was asked for
});
