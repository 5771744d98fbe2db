import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { CoreStore, Revision, Staging } from '../../../activities/ports/core-store.ts';
import { BundleId, Channel } from '../../../schemas/bundle.ts';
import { permanent } from '../../../schemas/failures.ts';
import { GateDefinition } from '../../../schemas/gate.ts';
import { ReleaseId, StagedObject } from '../../../schemas/release.ts';
import { SealedContent } from '../../../schemas/seal.ts';
import { Digest } from '../../../schemas/text.ts';
import { createInbox } from '../inbox.ts';
import { commitRelease } from './commit.ts';
import { receiptOf } from './receipt.ts';
import type { CoreTables } from './tables.ts';

const json = (value: unknown) => JSON.stringify(value);

/** Names of the constraints that keep people apart, and what to tell the person who meets one. */
const decisionRefusals: Record<string, Parameters<typeof permanent>> = {
  decision_pkey: ['GateNotOpen', { zh: '这一关已有决定', en: 'This gate has been decided already' }],
  decision_one_gate_a_person: ['NotAllowed', { zh: '一人至多审签一关', en: 'One person decides at most one gate' }],
  decision_no_self_review: [
    'NotAllowed',
    { zh: '起草人不能审签自己的稿件', en: 'The drafter may not review the own bundle' },
  ],
  decision_on_the_seal: ['SealStale', { zh: '封签不是这一版的', en: 'The seal is not that of this revision' }],
};

export function createCoreStore(db: Kysely<CoreTables>): CoreStore {
  const inbox = createInbox(db);

  async function stagingOf({ bundleId, revision }: { bundleId: BundleId; revision: number }): Promise<Staging | null> {
    const row = await db
      .selectFrom('staging')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', revision)
      .executeTakeFirst();
    if (!row) return null;
    const channels = row.channels.map(({ channel, objects }) => ({
      channel: Channel.parse(channel),
      objects: objects.map((object) => StagedObject.parse(object)),
    }));
    return { releaseId: ReleaseId.parse(row.release_id), key: row.key, channels };
  }

  return {
    addRevision: (revision) =>
      db.transaction().execute(async (tx) => {
        const { bundleId, seal, content, gates, findings, drafterId } = revision;
        await tx
          .insertInto('bundle')
          .values({ bundle_id: bundleId })
          .onConflict((c) => c.doNothing())
          .execute();
        // Numbers are given one at a time.
        await tx.selectFrom('bundle').select('bundle_id').where('bundle_id', '=', bundleId).forUpdate().execute();
        const known = await tx
          .selectFrom('revision')
          .select(['revision', 'seal'])
          .where('bundle_id', '=', bundleId)
          .orderBy('revision', 'desc')
          .execute();
        const same = known.find((row) => row.seal === seal);
        if (same) return same.revision;
        const next = (known[0]?.revision ?? 0) + 1;
        await tx
          .insertInto('revision')
          .values({
            bundle_id: bundleId,
            revision: next,
            seal,
            content: json(content),
            gates: json(gates),
            findings: json(findings),
            drafter_id: drafterId,
          })
          .execute();
        return next;
      }),

    async revision({ bundleId, revision }): Promise<Revision | null> {
      const row = await db
        .selectFrom('revision')
        .selectAll()
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .executeTakeFirst();
      if (!row) return null;
      return {
        bundleId,
        revision,
        seal: Digest.parse(row.seal),
        content: SealedContent.parse(row.content),
        gates: GateDefinition.array().parse(row.gates),
        findings: row.findings,
        drafterId: row.drafter_id,
      };
    },

    async bundleIds() {
      const rows = await db.selectFrom('bundle').select('bundle_id').orderBy('created_at', 'desc').limit(200).execute();
      return rows.map((row) => BundleId.parse(row.bundle_id));
    },

    async addDecision({ bundleId, revision }, decision) {
      const row = await db
        .selectFrom('revision')
        .select('drafter_id')
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .executeTakeFirst();
      if (!row) throw permanent('BundleUnknown', { zh: '没有这个版本', en: 'There is no such revision' });
      const reason = decision.decision === 'returned' ? decision.reason : (decision.opinion ?? null);
      try {
        const inserted = await db
          .insertInto('decision')
          .values({
            bundle_id: bundleId,
            revision,
            seal: decision.seal,
            gate: decision.gate,
            decision: decision.decision,
            reviewer_id: decision.reviewerId,
            drafter_id: row.drafter_id,
            reason,
          })
          .returning('decided_at')
          .executeTakeFirstOrThrow();
        return { decidedAt: inserted.decided_at };
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || !error.constraint) throw error;
        // A retry of the very same decision finds its own row.
        const own = await db
          .selectFrom('decision')
          .select('decided_at')
          .where('bundle_id', '=', bundleId)
          .where('revision', '=', revision)
          .where('gate', '=', decision.gate)
          .where('seal', '=', decision.seal)
          .where('reviewer_id', '=', decision.reviewerId)
          .where('decision', '=', decision.decision)
          .executeTakeFirst();
        if (own) return { decidedAt: own.decided_at };
        const refusal = decisionRefusals[error.constraint];
        throw refusal ? permanent(...refusal) : error;
      }
    },

    async addTransition({ bundleId, transition, revision, seal, state, actorId, detail }) {
      await db
        .insertInto('transition')
        .values({ bundle_id: bundleId, transition, revision, seal, state, actor_id: actorId, detail })
        .onConflict((conflict) => conflict.columns(['bundle_id', 'transition']).doNothing())
        .execute();
    },

    staging: stagingOf,

    async addStaging(sealed, { releaseId, key, channels }) {
      await db
        .insertInto('staging')
        .values({
          release_id: releaseId,
          bundle_id: sealed.bundleId,
          revision: sealed.revision,
          key,
          channels: json(channels),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const stored = await stagingOf(sealed);
      if (!stored) throw new RangeError('The staging row is missing right after it was written');
      return stored;
    },

    async savePlan({ bundleId, revision, seal }, plan) {
      if (!plan) return void (await db.deleteFrom('plan').where('bundle_id', '=', bundleId).execute());
      const row = { revision, seal, t0: plan.t0, policy: plan.policy };
      await db
        .insertInto('plan')
        .values({ bundle_id: bundleId, ...row })
        .onConflict((conflict) => conflict.column('bundle_id').doUpdateSet(row))
        .execute();
    },

    commit: (sealed, releaseId) => commitRelease(db, sealed, releaseId),

    async receipts(bundleId) {
      const rows = await db.selectFrom('receipt').selectAll().where('bundle_id', '=', bundleId).orderBy('at').execute();
      return rows.map(receiptOf);
    },

    async addReceipt(eventId, receipt) {
      await inbox.once(eventId, async (tx) => {
        await tx
          .insertInto('receipt')
          .values({
            release_id: receipt.releaseId,
            bundle_id: receipt.bundleId,
            channel: receipt.channel,
            state: receipt.state,
            at: receipt.at,
            digests: json(receipt.digests),
            url: receipt.url,
            detail: receipt.detail && json(receipt.detail),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    },

    async now() {
      const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db);
      if (!rows[0]) throw new RangeError('The database has no clock');
      return rows[0].now;
    },
  };
}
