import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { pino } from 'pino';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { DeadLetterStore, StoredDecision } from '../../activities/ports/dead-letter-store.ts';
import type { EventBus, EventRecord } from '../../activities/ports/event-bus.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createSignIn } from '../../infra/config/people-tokens.ts';
import { toDeadLetter } from '../../infra/kafka/dead-letter.ts';
import { deadTopic, Topic } from '../../schemas/events.ts';
import { type DeadLetterDeps, serveDeadLetters } from '../../services/api/dead-letters.ts';
import { answerErrors } from '../../services/api/errors.ts';
import { createSignInCheck } from '../../services/api/sign-in.ts';

export const { people } = (await loadOfficeConfig()).people;

/** Decisions in memory, with the rules of `infra/postgres/core/dead-letters.ts`. */
export function createMemoryDeadLetterStore() {
  const rows: StoredDecision[] = [];
  const store: DeadLetterStore = {
    decisions: async () => structuredClone(rows),
    async decide({ id, lastParkedAt }, decision) {
      rows.push({ letterId: id, lastParkedAt, ...decision, at: new Date().toISOString(), sentAt: null });
      return { decisionId: rows.length - 1 };
    },
    async markSent(decisionId) {
      const row = rows[decisionId];
      if (row) row.sentAt ??= new Date().toISOString();
    },
  };
  return { rows, store };
}

/** The API's routes of dead letters alone. Every person has a token of the own name. */
export function apiOfLetters(deadLetters: DeadLetterDeps) {
  const api = fastify();
  const tokens = Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]));
  const { personOf, signedInAs } = createSignInCheck(createSignIn(people, tokens));
  const audit = { recordRefusal: async () => {} } as unknown as AuditStore;
  answerErrors(api, { audit, signedInAs, isDependencyDown: () => false, log: pino({ level: 'silent' }) });
  serveDeadLetters(api, { ...deadLetters, personOf });
  return api;
}

type Parking = { consumer?: string; content?: string; offset?: bigint; firstFailedAt?: string; parkedAt?: string };

/** Parks a record as a consumer does. */
export async function park(bus: Pick<EventBus, 'publish'>, parking: Parking = {}): Promise<EventRecord> {
  const { consumer = 'website', content = '{}', firstFailedAt = '2026-03-02T01:00:00.000Z' } = parking;
  const { offset = 7n, parkedAt = firstFailedAt } = parking;
  const record: EventRecord = {
    topic: consumer === 'core' ? Topic.receipts : Topic.releases,
    key: randomUUID(),
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
    value: new TextEncoder().encode(content),
  };
  const received = { ...record, partition: 3, offset, timestamp: 0 };
  const about = { group: consumer, topic: record.topic, partition: 3, offset, key: record.key, tries: 3 };
  const failure = { reason: 'handler' as const, error: 'TypeError: x is not a function' };
  const times = { firstFailedAt: new Date(firstFailedAt), parkedAt: new Date(parkedAt) };
  await bus.publish([toDeadLetter(received, { ...about, ...failure, ...times }, deadTopic(consumer))]);
  return record;
}
