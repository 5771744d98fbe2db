import { type Kysely, sql } from 'kysely';
import type { CoreStore, Revision, Staging } from '../../../activities/ports/core-store.ts';
import { BundleId, Channel } from '../../../schemas/bundle.ts';
import { Obligations } from '../../../schemas/finding.ts';
import { GateDefinition } from '../../../schemas/gate.ts';
import { ReleaseId, StagedObject } from '../../../schemas/release.ts';
import { SealedContent } from '../../../schemas/seal.ts';
import { Digest } from '../../../schemas/text.ts';
import { createDecisions } from './decisions.ts';
import { createReceiptRows } from './receipt.ts';
import { createReleaseRows } from './releases.ts';
import type { CoreTables } from './tables.ts';

const json = (value: unknown) => JSON.stringify(value);

export function createCoreStore(db: Kysely<CoreTables>): CoreStore {
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
    ...createDecisions(db),
    ...createReleaseRows(db),
    ...createReceiptRows(db),

    addRevision: (revision) =>
      db.transaction().execute(async (tx) => {
        const { bundleId, seal, content, gates, findings, obligations, gateInputs, drafterId } = revision;
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
            obligations: json(obligations),
            drafter_id: drafterId,
          })
          .execute();
        const inputs = Object.entries(gateInputs).map(([gate, sha256]) => ({
          bundle_id: bundleId,
          revision: next,
          gate,
          sha256,
        }));
        await tx.insertInto('gate_input').values(inputs).execute();
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
      const inputs = await db
        .selectFrom('gate_input')
        .select(['gate', 'sha256'])
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .execute();
      return {
        bundleId,
        revision,
        seal: Digest.parse(row.seal),
        content: SealedContent.parse(row.content),
        gates: GateDefinition.array().parse(row.gates),
        findings: row.findings,
        obligations: Obligations.parse(row.obligations),
        gateInputs: Object.fromEntries(inputs.map(({ gate, sha256 }) => [gate, Digest.parse(sha256)])),
        drafterId: row.drafter_id,
      };
    },

    async heading({ bundleId, revision }) {
      const row = await db
        .selectFrom('revision')
        .select(sql<string>`content #>> '{manifest,title}'`.as('title'))
        .select(sql<string>`content #>> '{manifest,issuedOn}'`.as('issuedOn'))
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .executeTakeFirst();
      return row ?? null;
    },

    async findings({ bundleId, seal }) {
      const row = await db
        .selectFrom('revision')
        .select('findings')
        .where('bundle_id', '=', bundleId)
        .where('seal', '=', seal)
        .executeTakeFirst();
      return row?.findings ?? null;
    },

    async bundleIds() {
      const rows = await db.selectFrom('bundle').select('bundle_id').orderBy('created_at', 'desc').limit(200).execute();
      return rows.map((row) => BundleId.parse(row.bundle_id));
    },

    async editors({ bundleId, revision }) {
      const rows = await db
        .selectFrom('revision')
        .select('drafter_id')
        .distinct()
        .where('bundle_id', '=', bundleId)
        .where('revision', '<=', revision)
        .execute();
      return rows.map(({ drafter_id }) => drafter_id);
    },

    async addTransition({ bundleId, transition: from, revision, seal, state, actorId, detail }) {
      const row = { bundle_id: bundleId, revision, seal, state, actor_id: actorId, detail };
      for (let transition = from; ; transition += 1) {
        const inserted = await db
          .insertInto('transition')
          .values({ ...row, transition })
          .onConflict((conflict) => conflict.columns(['bundle_id', 'transition']).doNothing())
          .returning('transition')
          .executeTakeFirst();
        if (inserted) return transition;
        const own = await db
          .selectFrom('transition')
          .select('transition')
          .where((at) => at.and({ bundle_id: bundleId, transition, revision, seal, state, actor_id: actorId }))
          .where('detail', 'is not distinct from', detail)
          .executeTakeFirst();
        if (own) return transition;
      }
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

    async now() {
      const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db);
      if (!rows[0]) throw new RangeError('The database has no clock');
      return rows[0].now;
    },
  };
}
