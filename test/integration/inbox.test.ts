import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWebsiteDatabase, type WebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';

let database: TestDatabase;
let site: WebsiteDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  site = await openWebsiteDatabase(database.url);
});
afterAll(async () => {
  await site.close();
  await database.drop();
});

test('an event has its effect once, however often it comes, and alone or with others', async () => {
  const [known, fresh] = [randomUUID(), randomUUID()];
  const effects: string[][] = [];
  const handle = (...ids: string[]) => site.inbox.onceEach(ids, async (news) => void effects.push([...news]));
  await handle(known);
  expect(await handle(known)).toEqual(new Set());
  expect(await handle(known, fresh)).toEqual(new Set([fresh]));
  expect(effects).toEqual([[known], [fresh]]);
});

test('an effect that failed has not happened: the event is new when it comes again', async () => {
  const id = randomUUID();
  const failing = site.inbox.onceEach([id], async () => {
    throw new Error('the process died');
  });
  await expect(failing).rejects.toThrow('the process died');
  expect(await site.inbox.onceEach([id], async () => {})).toEqual(new Set([id]));
});
