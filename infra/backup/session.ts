import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import '../postgres/client.ts'; // decides how instants and bigints are read, for every connection
import type { CoreTables } from '../postgres/core/tables.ts';

/** One connection, seen by Kysely and by COPY: what both do inside `db.transaction()` is one transaction. */
export type Session = { client: pg.Client; db: Kysely<CoreTables> };

export async function withSession<T>(url: string, work: (session: Session) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'lockstep backup',
  });
  client.on('error', () => {}); // told by the query that runs
  await client.connect();
  const query = client.query.bind(client) as unknown as PostgresPoolClient['query'];
  const lent: PostgresPoolClient = { query, release() {} };
  const pool = { options: {}, connect: async () => lent, end: async () => {} };
  try {
    return await work({ client, db: new Kysely<CoreTables>({ dialect: new PostgresDialect({ pool }) }) });
  } finally {
    await client.end().catch(() => {});
  }
}
