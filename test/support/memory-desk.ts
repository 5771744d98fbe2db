import type { AccessStore, Exposure } from '../../activities/ports/access-store.ts';
import type { ChangeStore } from '../../activities/ports/change-store.ts';
import type { DelegationStore } from '../../activities/ports/delegation-store.ts';
import type { DeskStore, EmergencyRows, Review } from '../../activities/ports/desk-store.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ReadRecord } from '../../schemas/desk.ts';
import type { Notice } from '../../schemas/notice.ts';
import type { Delegation } from '../../schemas/review.ts';
import type { Reconciler } from '../../services/api/reconcile/reconciler.ts';

const office = await loadOfficeConfig();

/** Desk, delegations and reads in memory, as the API asks for them; what tests may change is on `rows`. */
export function memoryDesk() {
  const rows = {
    review: { answers: [], overrides: [] } as Review,
    unfinished: [] as BundleId[],
    notices: [] as Notice[],
    emergencies: [] as EmergencyRows[],
    delegations: [] as Delegation[],
    exposures: [] as Exposure[],
    reads: [] as (Omit<ReadRecord, 'day' | 'at'> & { bundleId: BundleId })[],
  };
  const desk: DeskStore = {
    review: async () => rows.review,
    unfinished: async () => rows.unfinished,
    notices: async () => rows.notices,
    emergencies: async (which) =>
      rows.emergencies.filter((row) => !('bundleId' in which) || row.bundleId === which.bundleId),
    async addEmergencyReport(bundleId, { text, by }) {
      const row = rows.emergencies.find((each) => each.bundleId === bundleId);
      if (row) row.report ??= { text, by, at: new Date().toISOString() };
    },
  };
  const stateOf = ({ startsAt, endsAt }: Pick<Delegation, 'startsAt' | 'endsAt'>): Delegation['state'] =>
    Date.parse(endsAt) <= Date.now() ? 'ended' : Date.parse(startsAt) > Date.now() ? 'upcoming' : 'valid';
  const delegations: DelegationStore = {
    async add(delegation) {
      if (rows.delegations.some(({ delegationId }) => delegationId === delegation.delegationId)) return;
      const recordedAt = new Date().toISOString();
      rows.delegations.push({ ...delegation, recordedAt, revoked: null, state: stateOf(delegation) });
    },
    async revoke(delegationId, { personId, reason }) {
      const found = rows.delegations.find((each) => each.delegationId === delegationId);
      const revoked = { by: personId, reason, at: new Date().toISOString() };
      if (found && !found.revoked) Object.assign(found, { revoked, state: 'revoked' });
    },
    all: async () => rows.delegations,
    heldBy: async (personId, gate) =>
      rows.delegations
        .filter((each) => each.to === personId && each.gate === gate && each.state === 'valid')
        .map(({ from }) => from),
  };
  const access: AccessStore = {
    exposures: async (ids) => rows.exposures.filter(({ bundleId }) => ids.includes(bundleId)),
    async record(personId, what, read) {
      for (const { bundleId, revision } of read) rows.reads.push({ bundleId, revision, personId, what });
    },
    of: async (bundleId) =>
      rows.reads
        .filter((read) => read.bundleId === bundleId)
        .map(({ bundleId: _, ...read }) => ({ ...read, day: '2026-11-24', at: '2026-11-24T01:00:00Z' })),
  };
  const changes: ChangeStore = { acceptedBefore: async () => null, addChange: async () => {}, changes: async () => [] };
  const reconciler = {} as Reconciler; // its own tests: unit/repair
  return {
    rows,
    deps: { changes, reconciler, desk, delegations, access, people: office.people.people, times: office },
  };
}
