import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { AuditStore } from '../../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { Person } from '../../../schemas/configuration.ts';
import { BundleEvidence, StoredEvidence } from '../../../schemas/evidence.ts';
import { serveAudit } from '../../../services/api/audit.ts';
import { evidenceFixture, richEvidence } from '../../support/evidence.ts';
import { memoryDesk } from '../../support/memory-desk.ts';
import { newBundleId } from '../../support/release-fixture.ts';

const bundleId = newBundleId();
/** Whatever stands in the tables, as the store answers it: without what follows from the calendar. */
const stored = ({ reportOwed: _, ...evidence }: BundleEvidence) => StoredEvidence.parse(evidence);

async function ask(evidence: StoredEvidence, now: string) {
  const { rows, deps } = memoryDesk();
  const [declared] = evidence.emergencies;
  if (declared) {
    rows.emergencies.push({
      ...{ bundleId, documentNumber: null, ...declared, submittedAt: declared.declaredAt, gates: [], report: null },
      releasedAt: '2026-03-02T03:00:00.000Z',
    });
  }
  const api = fastify();
  serveAudit(api, {
    ...{ desk: deps.desk, times: deps.times, recordRead: async () => {} },
    audit: { evidence: async () => evidence } as unknown as AuditStore,
    store: { now: async () => now } as unknown as CoreStore,
    personOf: () => ({ id: 'auditor' }) as Person,
  });
  return BundleEvidence.parse((await api.inject(`/v1/bundles/${bundleId}/evidence`)).json());
}

test('evidence says when the report on an emergency is due, and flags it once that has passed', async () => {
  const evidence = stored(richEvidence(bundleId));
  const due = '2026-03-16T15:59:59.999Z'; // ten working days after the release
  expect(await ask(evidence, '2026-03-10T00:00:00.000Z')).toEqual({
    ...evidence,
    reportOwed: { state: 'due', reportDueAt: due, problem: null },
  });
  expect((await ask(evidence, '2026-03-17T00:00:00.000Z')).reportOwed?.state).toBe('overdue');
});

test('no report is owed where nobody declared an emergency', async () => {
  expect((await ask(stored(evidenceFixture(bundleId)), '2026-03-10T00:00:00.000Z')).reportOwed).toBeNull();
});
