import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test('a test gets a database of its own, empty and in UTF-8', async () => {
  const [row] = await query<{ encoding: string; tables: string }>(
    database.url,
    `select pg_encoding_to_char(encoding) as encoding,
            (select count(*) from pg_tables where schemaname = 'public') as tables
       from pg_database where datname = current_database()`,
  );
  expect(row).toEqual({ encoding: 'UTF8', tables: '0' });
});

test('the database cuts Chinese text into trigrams, which it would not under the C locale', async () => {
  await query(database.url, 'create extension pg_trgm');
  const [row] = await query<{ trigrams: number }>(
    database.url,
    `select cardinality(show_trgm('政策解读')) as trigrams`,
  );
  expect(row?.trigrams).toBeGreaterThan(0);
});

test('Temporal knows the search attributes that bundles are listed by', async () => {
  const { Connection } = await import('@temporalio/client');
  const { address, namespace } = testServices().temporal;
  const connection = await Connection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes ?? {})).toEqual(
      expect.arrayContaining(['LockstepState', 'LockstepDocumentNumber', 'LockstepReleaseAt']),
    );
  } finally {
    await connection.close();
  }
});
