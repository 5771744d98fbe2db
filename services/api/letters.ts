import { z } from 'zod';
import { digestOf } from '../../activities/digest.ts';
import type { StoredDecision } from '../../activities/ports/dead-letter-store.ts';
import type { EventRecord } from '../../activities/ports/event-bus.ts';
import { fromDeadLetter } from '../../infra/kafka/dead-letter.ts';
import { signatureHeaders } from '../../infra/kafka/event-signature.ts';
import { BundleId } from '../../schemas/bundle.ts';
import { type DeadLetter, LetterId, type LetterState } from '../../schemas/dead-letters.ts';

/** A letter as it may be shown, and the record as it is to be published again. */
export type Letter = { shown: DeadLetter; original: EventRecord };

/** A consumer: what it reads, and where it parks what it cannot handle. */
export type ParkingConsumer = { name: string; topics: readonly string[]; deadLetterTopic: string };

/** What the payload may say of itself: shapes that leave no room for a word of text. */
const Envelope = z.object({
  id: z.uuid(),
  type: z.string().regex(/^[a-z]{1,20}(\.[a-z-]{1,20}){1,3}\.v\d{1,3}$/),
  subject: BundleId.nullable().catch(null),
});

/** Headers that our own publisher sets, by the shape of their values. */
const plainHeaders = new Map<string, RegExp | undefined>([
  ['content-type', /^application\/cloudevents\+json; charset=UTF-8$/],
  ['ce_id', /^[0-9a-f-]{36}$/],
  ['ce_type', /^[a-z.-]{1,60}\.v\d{1,3}$/],
  [signatureHeaders.keyId, /^[0-9a-f]{64}$/],
  [signatureHeaders.signature, undefined], // its length and digest: any bytes could stand there
]);

/**
 * All letters, most urgent first. One record that was parked several times (the parking was repeated, or a consumer
 * went back in its log) is one letter. `foreign` counts records on these topics that no consumer of ours parked.
 */
export function lettersOf(
  records: EventRecord[],
  decisions: StoredDecision[],
  consumers: readonly ParkingConsumer[],
): { letters: Letter[]; foreign: number } {
  const letters = new Map<LetterId, Letter>();
  let foreign = 0;
  for (const record of records) {
    const read = letterOf(record, consumers);
    if (read) letters.set(read.shown.id, merged(letters.get(read.shown.id), read));
    else foreign += 1;
  }
  for (const { letterId, lastParkedAt, ...decision } of decisions) {
    const letter = letters.get(letterId);
    if (!letter) continue;
    letter.shown.decisions.push(decision);
    letter.shown.state = stateAfter({ lastParkedAt, ...decision }, letter.shown);
  }
  return { letters: [...letters.values()].sort(byUrgency), foreign };
}

/** A retry counts once Kafka has confirmed it; a decision does not cover what was parked after it. */
function stateAfter(decision: Omit<StoredDecision, 'letterId'>, letter: DeadLetter): LetterState {
  if (Date.parse(letter.lastParkedAt) > Date.parse(decision.lastParkedAt)) return 'open';
  switch (decision.act) {
    case 'retry':
      return decision.sentAt ? 'retried' : 'open';
    case 'park':
      return 'kept';
    case 'discard':
      return 'discarded';
  }
}

const urgency: Record<LetterState, number> = { open: 0, kept: 1, retried: 2, discarded: 2 };
const byUrgency = ({ shown: a }: Letter, { shown: b }: Letter): number =>
  urgency[a.state] - urgency[b.state] || Date.parse(a.firstFailedAt) - Date.parse(b.firstFailedAt);

function merged(known: Letter | undefined, { shown, original }: Letter): Letter {
  if (!known) return { shown, original };
  const [first, last] = [known.shown, shown].sort((a, b) => Date.parse(a.lastParkedAt) - Date.parse(b.lastParkedAt));
  if (!first || !last) return known;
  return { shown: { ...last, firstFailedAt: first.firstFailedAt, tries: Math.max(first.tries, last.tries) }, original };
}

function letterOf(record: EventRecord, consumers: readonly ParkingConsumer[]): Letter | undefined {
  const consumer = consumers.find(({ deadLetterTopic }) => deadLetterTopic === record.topic);
  try {
    const { parked, original } = fromDeadLetter(record);
    const { group, topic, partition, offset, key, reason, error, firstFailedAt, parkedAt, tries } = parked;
    // Else whoever may write here could have us publish, at a retry, on any topic that we may write to.
    if (consumer?.name !== group || !consumer.topics.includes(topic)) return undefined;
    const sha256 = digestOf(original.value);
    const envelope = Envelope.safeParse(jsonOrUndefined(original.value)).data;
    const shown: DeadLetter = {
      id: LetterId.parse(`${group}.${digestOf(`${topic} ${partition} ${offset} ${sha256}`).slice(0, 12)}`),
      state: 'open',
      consumer: group,
      cause: reason,
      error,
      firstFailedAt: firstFailedAt.toISOString(),
      lastParkedAt: parkedAt.toISOString(),
      tries,
      record: { topic, partition, offset: String(offset) },
      key: shownOr(key, /^([0-9a-f-]{36}|audit-chain)$/),
      headers: Object.entries(original.headers).map(([name, value]) => ({
        name: plainHeaders.has(name) ? name : masked(name),
        value: shownOr(value, plainHeaders.get(name)),
      })),
      event: envelope ? { id: envelope.id, type: envelope.type, bundleId: envelope.subject } : null,
      bytes: original.value.byteLength,
      sha256,
      decisions: [],
    };
    return { shown, original };
  } catch {
    return undefined; // not written by a consumer of ours: headers are missing or are no times and numbers
  }
}

/** Anybody who may write to the broker can put text anywhere: what has not the shape of an id is told by its digest. */
const shownOr = (text: string, shape: RegExp | undefined): string => (shape?.test(text) ? text : masked(text));
const masked = (text: string): string => `(${Buffer.byteLength(text)} bytes, sha256 ${digestOf(text).slice(0, 12)}…)`;

function jsonOrUndefined(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString('utf8'));
  } catch {
    return undefined;
  }
}
