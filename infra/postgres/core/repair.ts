import { type Kysely, sql } from 'kysely';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { BundleRows, RepairStore } from '../../../activities/ports/repair-store.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { GateDecision } from '../../../schemas/gate.ts';
import { ChannelInspection } from '../../../schemas/receipt.ts';
import { GroupId, type ReleaseGroup, ReleaseState, Validity } from '../../../schemas/release.ts';
import { Digest, Instant } from '../../../schemas/text.ts';
import { createInbox } from '../inbox.ts';
import { receiptOf } from './receipt.ts';
import { clearRestoreMark, releaseModeOff } from './restore-mark.ts';
import type { CoreTables } from './tables.ts';

export function createRepairStore(db: Kysely<CoreTables>, store: CoreStore): RepairStore {
  const inbox = createInbox(db);

  async function rowsOf(bundleId: BundleId): Promise<BundleRows> {
    const transitions = await db
      .selectFrom('transition')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .orderBy('transition')
      .execute();
    const last = transitions.at(-1);
    const number = Math.max(0, ...transitions.map(({ revision }) => revision));
    const revision = number > 0 ? await store.revision({ bundleId, revision: number }) : null;
    const revisions = await db
      .selectFrom('revision')
      .select(['revision', 'seal'])
      .where('bundle_id', '=', bundleId)
      .orderBy('revision')
      .execute();
    const decisions = await db
      .selectFrom('decision')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', number)
      .execute();
    const overrides = await db
      .selectFrom('override')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', number)
      .orderBy('at')
      .execute();
    const emergency = await db
      .selectFrom('emergency')
      .select(['declared_by', 'declared_at'])
      .where('bundle_id', '=', bundleId)
      .executeTakeFirst();
    const plan = await db.selectFrom('plan').selectAll().where('bundle_id', '=', bundleId).executeTakeFirst();
    const releases = await store.releases(bundleId);
    const release = releases.find((each) => each.revision === number) ?? null;
    const groupId = release?.groupId ?? plan?.group_id ?? null;
    const members = groupId
      ? await db.selectFrom('release_group').select('bundle_id').where('group_id', '=', groupId).execute()
      : [];
    const receipts = await db
      .selectFrom('receipt')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .orderBy('received_at')
      .execute();
    const validity = release
      ? await db
          .selectFrom('validity')
          .select('validity')
          .where('release_id', '=', release.releaseId)
          .orderBy('at', 'desc')
          .limit(1)
          .executeTakeFirst()
      : undefined;
    return {
      bundleId,
      revision,
      revisions: revisions.map(({ revision, seal }) => ({ bundleId, revision, seal: Digest.parse(seal) })),
      editors: revision ? await store.editors(revision) : [],
      submittedAt: transitions.find((row) => row.revision === number)?.at ?? null,
      decisions: decisions.map((row) => ({
        ...GateDecision.parse({
          decision: row.decision,
          gate: row.gate,
          seal: row.seal,
          reviewerId: row.reviewer_id,
          ...(row.acting_for && { actingFor: row.acting_for }),
          ...(row.decision === 'returned' ? { reason: row.reason } : { answers: row.answers }),
          ...(row.decision === 'signed' && row.reason !== null && { opinion: row.reason }),
        }),
        decidedAt: row.decided_at,
        carriedFrom: row.carried_from,
      })),
      overrides: overrides.map(({ finding, gate, step, person_id, reason }) => ({
        finding,
        gate,
        step,
        personId: person_id,
        reason,
      })),
      emergency: emergency ? { declaredBy: emergency.declared_by, at: emergency.declared_at } : null,
      staging: revision ? await store.staging(revision) : null,
      plan:
        plan && plan.revision === number
          ? { t0: plan.t0, armedBy: plan.armed_by, groupId: plan.group_id ? GroupId.parse(plan.group_id) : null }
          : null,
      // A member that a restore has lost leaves no group of one.
      group:
        groupId && members.length > 1
          ? { groupId: GroupId.parse(groupId), members: members.map(({ bundle_id }) => BundleId.parse(bundle_id)) }
          : null,
      release,
      releaseIds: releases.map(({ releaseId }) => releaseId),
      receipts: receipts.map(receiptOf),
      amendments: release ? await store.amendments(release.releaseId) : [],
      validity: validity ? Validity.parse(validity.validity) : null,
      transitions: last ? last.transition + 1 : 0,
      last: last ? { state: ReleaseState.parse(last.state), actorId: last.actor_id, detail: last.detail } : null,
    };
  }

  return {
    async bundleIds() {
      const rows = await db.selectFrom('bundle').select('bundle_id').orderBy('created_at').execute();
      return rows.map(({ bundle_id }) => BundleId.parse(bundle_id));
    },
    rows: rowsOf,
    async beginAnew(bundleId) {
      const { begun_anew_at: begunAt } = await db
        .updateTable('bundle')
        .set({
          begun_anew_at: sql<string>`greatest(clock_timestamp(), begun_anew_at + interval '1 millisecond')`,
        })
        .where('bundle_id', '=', bundleId)
        .returning('begun_anew_at')
        .executeTakeFirstOrThrow();
      return Instant.parse(begunAt);
    },
    async history(bundleId) {
      const rows = await db
        .selectFrom('transition')
        .selectAll()
        .where('bundle_id', '=', bundleId)
        .orderBy('transition')
        .execute();
      return rows.map(({ revision, seal, transition, state, actor_id, detail }) => ({
        ...{ bundleId, revision, transition, detail, actorId: actor_id },
        seal: Digest.parse(seal),
        state: ReleaseState.parse(state),
      }));
    },

    addInspection: async (eventId, inspection) =>
      void (await inbox.once(eventId, async (tx) => {
        const { inspectionId, releaseId, bundleId, channel, state, at, digests, detail } = inspection;
        await tx
          .insertInto('inspection')
          .values({
            inspection_id: inspectionId,
            release_id: releaseId,
            bundle_id: bundleId,
            channel,
            state,
            at,
            digests: JSON.stringify(digests),
            detail: detail && JSON.stringify(detail),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      })),

    async inspections(inspectionId) {
      const rows = await db.selectFrom('inspection').selectAll().where('inspection_id', '=', inspectionId).execute();
      return rows.map((row) =>
        ChannelInspection.parse({
          inspectionId,
          releaseId: row.release_id,
          bundleId: row.bundle_id,
          channel: row.channel,
          state: row.state,
          at: row.at,
          digests: row.digests,
          detail: row.detail,
        }),
      );
    },

    adoptRelease: ({ bundleId, releaseId, seal, committedAt, key, channels, group }) =>
      db.transaction().execute(async (tx) => {
        const revision = await tx
          .selectFrom('revision')
          .select('revision')
          .where('bundle_id', '=', bundleId)
          .where('seal', '=', seal ?? '')
          .executeTakeFirst();
        if (!revision || !seal || !committedAt) return false;
        if (key) {
          await tx
            .insertInto('staging')
            .values({
              release_id: releaseId,
              bundle_id: bundleId,
              revision: revision.revision,
              key: Buffer.from(key, 'base64'),
              channels: JSON.stringify(channels),
            })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        const staged = await tx
          .selectFrom('staging')
          .select('key')
          .where('release_id', '=', releaseId)
          .executeTakeFirst();
        if (!staged) return false;
        if (group) await adoptGroup(tx, group);
        // The instant that was armed is lost with the rows; the commit itself is known, and it was not early.
        await tx
          .insertInto('release')
          .values({
            release_id: releaseId,
            bundle_id: bundleId,
            revision: revision.revision,
            seal,
            t0: committedAt,
            committed_at: committedAt,
            group_id: group?.groupId ?? null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return true;
      }),

    restored: () => releaseModeOff(db),
    clearRestored: (personId) => clearRestoreMark(db, personId),
  };
}

/** The members that the rows know; who formed it is lost with the others. */
async function adoptGroup(tx: Kysely<CoreTables>, { groupId, members }: ReleaseGroup): Promise<void> {
  const known = await tx.selectFrom('bundle').select('bundle_id').where('bundle_id', 'in', members).execute();
  await tx
    .insertInto('release_group')
    .values(known.map(({ bundle_id }) => ({ group_id: groupId, bundle_id, formed_by: 'system' })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
