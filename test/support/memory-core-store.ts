import { isDeepStrictEqual } from 'node:util';
import type { CoreStore, Release, Revision, Staging } from '../../activities/ports/core-store.ts';
import type {
  ArmedPlan,
  CarriedDecision,
  Notice,
  Override,
  Sealed,
  Transition,
} from '../../activities/releases/types.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, ReleaseId, Validity } from '../../schemas/release.ts';
import type { Instant } from '../../schemas/text.ts';
import { assertGroupWhole, assertMayBeDecided, assertSignedWhole, refuse } from './memory-core-rules.ts';
import { createMemoryDatabase, createMemoryInbox, key, rowsOf } from './memory-database.ts';

export type DecisionRow = {
  bundleId: BundleId;
  revision: number;
  decision: GateDecision;
  input: string;
  decidedAt: string;
  carriedFrom: number | null;
};
export type CoreRows = {
  inbox: Map<string, true>;
  revision: Map<string, Revision>;
  decision: Map<string, DecisionRow>;
  override: Map<string, Override & Sealed>;
  emergency: Map<string, { declaredBy: string; at: string }>;
  begunAnew: Map<string, Instant>;
  notice: Map<string, Notice & Sealed>;
  transition: Map<string, Transition & { at: string }>;
  staging: Map<string, Staging & { bundleId: BundleId; revision: number }>;
  plan: Map<string, Sealed & ArmedPlan>;
  group: Map<string, BundleId[]>;
  release: Map<string, Release>;
  amendment: Map<string, Amendment & { releaseId: ReleaseId }>;
  validity: Map<string, { releaseId: ReleaseId; validity: Validity; since: string }>;
  receipt: Map<string, ChannelReceipt>;
  /** A restore that nobody has cleared. */
  mark: Map<'restored', { restoredAt: string; backupAt: string }>;
};

/**
 * The core's rows in memory, with the constraints of `infra/postgres/core`; `core-store-contract.ts` holds both to them.
 * `now` is the database's clock.
 */
export function createMemoryCoreStore(now: () => string) {
  const db = createMemoryDatabase<CoreRows>({
    inbox: new Map(),
    revision: new Map(),
    decision: new Map(),
    override: new Map(),
    emergency: new Map(),
    begunAnew: new Map(),
    notice: new Map(),
    transition: new Map(),
    staging: new Map(),
    plan: new Map(),
    group: new Map(),
    release: new Map(),
    amendment: new Map(),
    validity: new Map(),
    receipt: new Map(),
    mark: new Map(),
  });
  const inbox = createMemoryInbox(db);
  /** Keeps the row that is there already. */
  const once = <T>(rows: Map<string, T>, id: string, row: T): T => {
    const known = rows.get(id) ?? row;
    rows.set(id, known);
    return known;
  };

  const store: CoreStore = {
    addRevision: (revision) =>
      db.transaction((tx) => {
        const known = rowsOf(tx.revision, revision.bundleId);
        const same = known.find(({ seal }) => seal === revision.seal);
        if (same) return same.revision;
        const number = known.length + 1;
        tx.revision.set(key(revision.bundleId, number), { ...revision, revision: number });
        return number;
      }),
    revision: async ({ bundleId, revision }) => db.rows.revision.get(key(bundleId, revision)) ?? null,
    heading: async ({ bundleId, revision }) => db.rows.revision.get(key(bundleId, revision))?.content.manifest ?? null,
    findings: async ({ bundleId, seal }) =>
      rowsOf(db.rows.revision, bundleId).find((row) => row.seal === seal)?.findings ?? null,
    bundleIds: async () => [...new Set([...db.rows.revision.values()].map(({ bundleId }) => bundleId))].reverse(),
    editors: async ({ bundleId, revision }) => [
      ...new Set(
        rowsOf(db.rows.revision, bundleId)
          .filter((row) => row.revision <= revision)
          .map(({ drafterId }) => drafterId),
      ),
    ],

    underReview: async ({ bundleId, seal }) => {
      const own = rowsOf(db.rows.revision, bundleId).find((row) => row.seal === seal);
      if (!own) return null;
      const { revision, gates, content } = own;
      const { title, issuedOn } = content.manifest;
      const decided = gates.map(({ id: gate, name }) => {
        const by = db.rows.decision.get(key(bundleId, revision, gate))?.decision;
        return { gate, name, reviewerId: by?.reviewerId ?? null, actingFor: by?.actingFor ?? null };
      });
      return { revision, title, issuedOn, editors: await store.editors(own), gates: decided };
    },
    addDecision: ({ bundleId, revision }, decision) =>
      db.transaction((tx) => {
        const input = tx.revision.get(key(bundleId, revision))?.gateInputs[decision.gate];
        if (!input) throw refuse('BundleUnknown', '没有这个版本或这一关', 'There is no such revision or gate');
        const own = tx.decision.get(key(bundleId, revision, decision.gate));
        const { seal, reviewerId, decision: kind } = own?.decision ?? {};
        if (own && seal === decision.seal && reviewerId === decision.reviewerId && kind === decision.decision)
          return { decidedAt: own.decidedAt };
        assertMayBeDecided(tx, bundleId, revision, decision);
        const decidedAt = now();
        const row = { bundleId, revision, decision, input, decidedAt, carriedFrom: null };
        tx.decision.set(key(bundleId, revision, decision.gate), row);
        return { decidedAt };
      }),
    carryDecisions: ({ bundleId, revision, seal }, fromRevision) =>
      db.transaction((tx) => {
        const { gateInputs: inputs = {}, obligations } = tx.revision.get(key(bundleId, revision)) ?? {};
        // An error finding that two people let pass on the old seal stands again on the new one.
        const standing = (gate: string) => obligations?.errors.some((error) => error.gate === gate);
        for (const old of rowsOf(tx.decision, bundleId)) {
          const { gate, decision: kind } = old.decision;
          if (old.revision !== fromRevision || kind !== 'signed' || inputs[gate] !== old.input || standing(gate))
            continue;
          if (tx.decision.has(key(bundleId, revision, gate))) continue;
          const decision = { ...old.decision, seal };
          try {
            assertMayBeDecided(tx, bundleId, revision, decision);
          } catch {
            continue; // its reviewer has become a drafter
          }
          tx.decision.set(key(bundleId, revision, gate), { ...old, revision, decision, carriedFrom: fromRevision });
        }
        return rowsOf(tx.decision, bundleId).flatMap((row): CarriedDecision[] => {
          const { decision, decidedAt, carriedFrom } = row;
          if (row.revision !== revision || carriedFrom === null || decision.decision !== 'signed') return [];
          const { gate, reviewerId, actingFor = null, opinion = null } = decision;
          return [{ gate, reviewerId, actingFor, reason: opinion, decidedAt, fromRevision: carriedFrom }];
        });
      }),
    addOverride: (sealed, override) =>
      db.transaction((tx) => {
        const of = (step: string) => tx.override.get(key(sealed.bundleId, sealed.revision, override.finding, step));
        const known = of(override.step);
        if (known?.personId === override.personId) return;
        if (known) throw refuse('WrongPhase', '这一步已有人办理', 'Somebody has done this step already');
        if ([of('requested'), of('confirmed')].some((row) => row?.personId === override.personId))
          throw refuse('NotAllowed', '例外放行须由第二人确认', 'A second person has to confirm it');
        const drafted = rowsOf(tx.revision, sealed.bundleId).filter(({ revision }) => revision <= sealed.revision);
        if (drafted.some(({ drafterId }) => drafterId === override.personId))
          throw refuse('NotAllowed', '起草人不能放行', 'Whoever drafted the bundle may not override');
        tx.override.set(key(sealed.bundleId, sealed.revision, override.finding, override.step), {
          ...sealed,
          ...override,
        });
      }),
    addEmergency: ({ bundleId }, { declaredBy }) =>
      db.transaction((tx) => once(tx.emergency, bundleId, { declaredBy, at: now() })),
    addNotice: (noticeId, sealed, notice) =>
      db.transaction((tx) => void once(tx.notice, noticeId, { ...sealed, ...notice })),
    addTransition: (transition, begunAt = null) =>
      db.transaction((tx) => {
        const current = tx.begunAnew.get(transition.bundleId) ?? '';
        for (let number = transition.transition; ; number += 1) {
          const row = { ...transition, transition: number, at: now() };
          if (current > (begunAt ?? '') && !tx.transition.has(key(transition.bundleId, number))) {
            throw refuse('WrongPhase', '已经重建', 'It was begun anew');
          }
          const known = once(tx.transition, key(transition.bundleId, number), row);
          if (isDeepStrictEqual({ ...known, at: row.at }, row)) return number;
        }
      }),

    staging: async ({ bundleId, revision }) => db.rows.staging.get(key(bundleId, revision)) ?? null,
    addStaging: ({ bundleId, revision }, staging) =>
      db.transaction((tx) => once(tx.staging, key(bundleId, revision), { ...staging, bundleId, revision })),
    savePlan: (sealed, plan) =>
      db.transaction((tx) => {
        const released = tx.release.get(key(sealed.bundleId, sealed.revision));
        if (released) return { committedAt: released.committedAt };
        if (plan) tx.plan.set(sealed.bundleId, { ...sealed, ...plan });
        else tx.plan.delete(sealed.bundleId);
        return { committedAt: null };
      }),
    formGroup: (groupId, members) =>
      db.transaction((tx) => {
        const known = once(tx.group, groupId, members);
        if (known.length === members.length && known.every((member) => members.includes(member))) return;
        throw refuse('WrongPhase', '同批编号已用于另一组政策包', 'This group id names other bundles');
      }),
    commit: (sealed, releaseId) =>
      db.transaction((tx) => {
        const done = [...tx.release.values()].find((row) => row.releaseId === releaseId);
        if (done) return { outcome: 'committed', committedAt: done.committedAt, t0: done.t0 };
        if (tx.mark.has('restored')) throw refuse('RestoreUnreconciled', '恢复后尚未核对', 'Restored, not reconciled');
        const own = tx.plan.get(sealed.bundleId);
        if (!own) throw refuse('WrongPhase', '发布已暂缓', 'The release is held');
        if (own.seal !== sealed.seal || own.revision !== sealed.revision)
          throw refuse('SealStale', '签发之后又有新版本', 'It has a newer revision than the armed one');
        const plans = own.groupId ? [...tx.plan.values()].filter(({ groupId }) => groupId === own.groupId) : [own];
        const committedAt = now();
        const waitMs = Date.parse(own.t0) - Date.parse(committedAt);
        if (waitMs <= 0) assertGroupWhole(tx, own, plans);
        for (const plan of plans) assertSignedWhole(tx, plan);
        if (waitMs > 0) return { outcome: 'early', waitMs, t0: own.t0 };
        for (const { bundleId, revision, seal, t0, groupId } of plans) {
          const staged = tx.staging.get(key(bundleId, revision));
          if (!staged) throw refuse('WrongPhase', '没有预置', 'Nothing is staged');
          const row = { bundleId, revision, seal, t0, groupId, releaseId: staged.releaseId, committedAt };
          tx.release.set(key(bundleId, revision), row);
        }
        if (tx.release.get(key(sealed.bundleId, sealed.revision))?.releaseId !== releaseId)
          throw refuse('SealStale', '预置的不是这一版', 'What is staged is another revision');
        return { outcome: 'committed', committedAt, t0: own.t0 };
      }),
    releases: async (bundleId) => rowsOf(db.rows.release, bundleId).sort((a, b) => a.revision - b.revision),
    groupOf: async (releaseId) => {
      const all = [...db.rows.release.values()];
      const own = all.find((row) => row.releaseId === releaseId);
      if (!own?.groupId) return [];
      return all.flatMap((row) => (row.groupId === own.groupId ? [row.releaseId] : [])).sort();
    },
    addAmendment: (_sealed, releaseId, amendment) =>
      db.transaction((tx) => {
        once(tx.amendment, key(releaseId, amendment.byReleaseId, amendment.act), { releaseId, ...amendment });
      }),
    amendments: async (releaseId) =>
      [...db.rows.amendment.values()].flatMap(({ releaseId: on, ...amendment }) =>
        on === releaseId ? [amendment] : [],
      ),
    lastState: async (bundleId) =>
      rowsOf(db.rows.transition, bundleId)
        .sort((a, b) => a.transition - b.transition)
        .at(-1)?.state ?? null,
    addValidity: (_sealed, releaseId, validity, since) =>
      db.transaction((tx) => void once(tx.validity, key(releaseId, since, validity), { releaseId, validity, since })),
    receipts: async (bundleId) => rowsOf(db.rows.receipt, bundleId).sort((a, b) => a.at.localeCompare(b.at)),
    addReceipt: async (eventId, receipt) => {
      await inbox.once(eventId, async (tx) => {
        const { releaseId, channel, state, attempt, about } = receipt;
        once(tx.receipt, key(releaseId, channel, state, attempt, about ?? ''), receipt);
      });
    },
    now: async () => now(),
  };
  return { store, db };
}
export type MemoryCoreStore = ReturnType<typeof createMemoryCoreStore>;
