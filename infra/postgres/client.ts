import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

// timestamptz as RFC 3339 text and bigint as number: instants cross process boundaries as text, and no id here nears 2^53.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (value) => new Date(value).toISOString());
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, (value) => value); // a day is a day in Shanghai, not a moment of the host

/** A pool on one database. `url` is `postgres://user:password@host:port/database`. */
export function openDatabase<DB>(url: string, { max = 10 }: { max?: number } = {}): Kysely<DB> {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    application_name: 'lockstep',
  });
  // An idle connection that breaks (restart of the server) is replaced at the next query; it must not end the process.
  pool.on('error', () => {});
  // Nor one that breaks between two statements of a transaction: the next of them rejects.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}

const outages = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT']);

/** Whether an error says that the database is away (as opposed to refusing what it was asked). */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return outages.has(code) || code.startsWith('08') || code.startsWith('57P');
  return /timeout exceeded when trying to connect|Connection terminated|socket hang up/.test(error.message);
}
