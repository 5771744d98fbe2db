import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DeadLetterStore, StoredDecision } from '../../activities/ports/dead-letter-store.ts';
import type { EventBus, EventRecord } from '../../activities/ports/event-bus.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createSignIn } from '../../infra/config/people-tokens.ts';
import { toDeadLetter } from '../../infra/kafka/dead-letter.ts';
import { deadTopic, Topic } from '../../schemas/events.ts';
import type { DeadLetterDeps } from '../../services/api/dead-letters.ts';
import type { Releases } from '../../services/api/releases.ts';
import { createApi } from '../../services/api/server.ts';

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

/** The API with dead letters, and nothing else that works. Every person has a token of the own name. */
export const apiOfLetters = (deadLetters: DeadLetterDeps) =>
  createApi({
    audit: { recordRefusal: async () => {} } as unknown as AuditStore,
    releases: {} as Releases,
    store: {} as CoreStore,
    submissions: () => Promise.reject(new Error('not needed')),
    readZip: () => Promise.reject(new Error('not needed')),
    deadLetters,
    signIn: createSignIn(people, Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]))),
    isDependencyDown: () => false,
    log: pino({ level: 'silent' }),
  });

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
