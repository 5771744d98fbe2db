import type { EventRecord, ReceivedRecord } from '../../activities/ports/event-bus.ts';
import { Poison } from '../../activities/ports/event-bus.ts';
import type { ParkReason } from './delivery.ts';

/** What an operator must know of a parked record; the record's own key, headers and bytes are kept unchanged. */
export type ParkedRecord = {
  group: string;
  topic: string;
  partition: number;
  offset: bigint;
  key: string;
  reason: ParkReason;
  /** Class and message of the last error, without any of the payload. */
  error: string;
  firstFailedAt: Date;
  parkedAt: Date;
  tries: number;
};

const prefix = 'dead-';

/**
 * A Poison's message is written to be shown. Any other message may quote what it choked on (JSON.parse does), so
 * whatever stands in quotation marks is cut out, to the end of the text where the closing mark is missing.
 */
export function describeWithoutPayload(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is no error was thrown';
  if (error instanceof Poison) return `Poison: ${error.message}`.slice(0, 500);
  const masked = error.message.replace(/"[\s\S]*"?|'[^']*'?|`[^`]*`?|「[^」]*」?|“[^”]*”?|\{[\s\S]*/g, '…');
  return `${error.name}: ${masked}`.slice(0, 300);
}

export function toDeadLetter(record: ReceivedRecord, parked: ParkedRecord, deadLetterTopic: string): EventRecord {
  const about = {
    group: parked.group,
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    key: record.key,
    reason: parked.reason,
    error: parked.error,
    'first-failed-at': parked.firstFailedAt.toISOString(),
    'parked-at': parked.parkedAt.toISOString(),
    tries: String(parked.tries),
  };
  const headers = Object.fromEntries(Object.entries(about).map(([name, value]) => [prefix + name, value]));
  return { topic: deadLetterTopic, key: record.key, headers: { ...record.headers, ...headers }, value: record.value };
}

/** Reads a parked record back: what an operator sees, and the record to publish again when it was decided to replay. */
export function fromDeadLetter(letter: EventRecord): { parked: ParkedRecord; original: EventRecord } {
  const about = (name: string): string => {
    const value = letter.headers[prefix + name];
    if (value === undefined) throw new Poison(`not a dead letter: header ${prefix}${name} is missing`);
    return value;
  };
  const reason = about('reason');
  if (reason !== 'poison' && reason !== 'handler') throw new Poison('not a dead letter: unknown reason');
  const parked: ParkedRecord = {
    group: about('group'),
    topic: about('topic'),
    partition: Number(about('partition')),
    offset: BigInt(about('offset')),
    key: about('key'),
    reason,
    error: about('error'),
    firstFailedAt: new Date(about('first-failed-at')),
    parkedAt: new Date(about('parked-at')),
    tries: Number(about('tries')),
  };
  const headers = Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !name.startsWith(prefix)));
  return { parked, original: { topic: parked.topic, key: parked.key, headers, value: letter.value } };
}
