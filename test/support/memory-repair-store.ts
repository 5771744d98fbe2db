import type { BundleRows, RepairStore } from '../../activities/ports/repair-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ChannelInspection } from '../../schemas/receipt.ts';
import { GroupId } from '../../schemas/release.ts';
import type { MemoryCoreStore } from './memory-core-store.ts';
import { key, rowsOf } from './memory-database.ts';

/** `infra/postgres/core/repair.ts` over the rows of the core in memory. */
export function createMemoryRepairStore({ store, db }: MemoryCoreStore): RepairStore {
  const found = new Map<string, ChannelInspection>();

  async function rows(bundleId: BundleId): Promise<BundleRows> {
    const tables = db.rows; // one snapshot: nothing below waits for what is written meanwhile
    const transitions = rowsOf(tables.transition, bundleId).sort((a, b) => a.transition - b.transition);
    const last = transitions.at(-1);
    const number = Math.max(0, ...transitions.map(({ revision }) => revision));
    const ofRevision = <T extends { revision: number; bundleId: BundleId }>(all: Map<string, T>): T[] =>
      rowsOf(all, bundleId).filter(({ revision }) => revision === number);
    const [revision = null] = ofRevision(tables.revision);
    const [release = null] = ofRevision(tables.release);
    const [plan = null] = ofRevision(tables.plan);
    const groupId = release?.groupId ?? plan?.groupId ?? null;
    const validities = [...tables.validity.values()].filter(({ releaseId }) => releaseId === release?.releaseId);
    const drafted = rowsOf(tables.revision, bundleId).filter((row) => row.revision <= number);
    return {
      bundleId,
      revision,
      revisions: rowsOf(tables.revision, bundleId),
      editors: [...new Set(drafted.map(({ drafterId }) => drafterId))],
      submittedAt: transitions.find((row) => row.revision === number)?.at ?? null,
      decisions: ofRevision(tables.decision).map(({ decision, decidedAt, carriedFrom }) => ({
        ...decision,
        decidedAt,
        carriedFrom,
      })),
      overrides: ofRevision(tables.override),
      emergency: tables.emergency.get(bundleId) ?? null,
      staging: ofRevision(tables.staging)[0] ?? null,
      plan,
      group: groupId
        ? { groupId: GroupId.parse(groupId), members: [...(tables.group.get(groupId) ?? [])].sort() }
        : null,
      release,
      releaseIds: rowsOf(tables.release, bundleId).map(({ releaseId }) => releaseId),
      receipts: rowsOf(tables.receipt, bundleId),
      amendments: release
        ? [...tables.amendment.values()].flatMap(({ releaseId, ...amendment }) =>
            releaseId === release.releaseId ? [amendment] : [],
          )
        : [],
      validity: validities.at(-1)?.validity ?? null,
      transitions: last ? last.transition + 1 : 0,
      last: last ? { state: last.state, actorId: last.actorId, detail: last.detail } : null,
    };
  }

  return {
    bundleIds: () => store.bundleIds(),
    rows,
    beginAnew: (bundleId) =>
      db.transaction(async (tx) => {
        const before = Date.parse(tx.begunAnew.get(bundleId) ?? '');
        const begunAt = new Date(Math.max(Date.parse(await store.now()), (before || 0) + 1)).toISOString();
        tx.begunAnew.set(bundleId, begunAt);
        return begunAt;
      }),
    history: async (bundleId) => rowsOf(db.rows.transition, bundleId).sort((a, b) => a.transition - b.transition),
    addInspection: async (eventId, inspection) => void found.set(eventId, inspection),
    inspections: async (inspectionId) => [...found.values()].filter((each) => each.inspectionId === inspectionId),
    adoptRelease: ({ bundleId, releaseId, seal, committedAt, key: sealKey, channels, group }) =>
      db.transaction((tx) => {
        const revision = rowsOf(tx.revision, bundleId).find((row) => row.seal === seal)?.revision;
        if (!revision || !seal || !committedAt) return false;
        const id = key(bundleId, revision);
        if (sealKey && !tx.staging.has(id))
          tx.staging.set(id, { bundleId, revision, releaseId, key: Buffer.from(sealKey, 'base64'), channels });
        if (tx.staging.get(id)?.releaseId !== releaseId) return false;
        if (group && !tx.group.has(group.groupId)) tx.group.set(group.groupId, group.members);
        const row = { bundleId, revision, seal, releaseId, t0: committedAt, committedAt };
        if (!tx.release.has(id)) tx.release.set(id, { ...row, groupId: group?.groupId ?? null });
        return true;
      }),
    restored: async () => db.rows.mark.get('restored') ?? null,
    clearRestored: (_personId) => db.transaction((tx) => Number(tx.mark.delete('restored'))),
  };
}
