import { Poison, TransientFailure } from '../../activities/ports/event-bus.ts';

/** `tries` counts the failures of this record so far, the present one included. */
export type Verdict = { act: 'retry'; afterMs: number } | { act: 'park'; reason: ParkReason };

/** `poison`: unreadable or invalid by its own content. `handler`: our code failed on it every time. */
export type ParkReason = 'poison' | 'handler';

const maxTries = 3;

// Nothing of this says anything about the record, so it must never be parked for it. Stores and clients should throw
// TransientFailure themselves; this net catches what a forgotten wrap lets through, because parking the `go` of a
// release while PostgreSQL restarts would leave a channel behind until a person notices.
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
// SQLSTATE: connection exceptions, shutdown and start-up, too many connections, serialization failure, deadlock,
// read-only server (failover), disk full.
const sqlStates = /^(08...|57P0[1-3]|53[123]00|40001|40P01|25006)$/;

const causes = function* (error: unknown): Generator<unknown> {
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    yield cause;
    if (cause instanceof AggregateError) yield* cause.errors; // node's happy-eyeballs connect fails with one
  }
};

const isTransient = (error: unknown): boolean => {
  for (const cause of causes(error)) {
    if (cause instanceof TransientFailure) return true;
    const code = (cause as { code?: unknown } | null)?.code;
    if (typeof code === 'string' && (networkCodes.has(code) || sqlStates.test(code))) return true;
  }
  return false;
};

const isPoison = (error: unknown): boolean => {
  for (const cause of causes(error)) if (cause instanceof Poison) return true;
  return false;
};

/** What to do with a record whose handler has thrown. Pure; the waits have no jitter, partitions are few. */
export function judge(error: unknown, tries: number): Verdict {
  if (isTransient(error)) return { act: 'retry', afterMs: Math.min(200 * 2 ** Math.min(tries - 1, 10), 10_000) };
  if (isPoison(error)) return { act: 'park', reason: 'poison' };
  if (tries < maxTries) return { act: 'retry', afterMs: 100 * 4 ** (tries - 1) };
  return { act: 'park', reason: 'handler' };
}
