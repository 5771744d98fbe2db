import { type Kysely, sql } from 'kysely';
import type { CoreStore, Revision, Staging } from '../../../activities/ports/core-store.ts';
import { BundleId, Channel } from '../../../schemas/bundle.ts';
import { permanent } from '../../../schemas/failures.ts';
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
const begunAnew = permanent('WrongPhase', {
  zh: '核对已经按记录重建了这个政策包的流程，原来的流程不再记录',
  en: 'Reconcile began the workflow of this bundle anew from the rows; the one before it writes no more',
});

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

    async addTransition({ bundleId, transition: from, revision, seal, state, actorId, detail }, begunAt = null) {
      for (let transition = from; ; transition += 1) {
        const row = sql`${bundleId}::uuid, ${transition}::integer, ${revision}::integer, ${seal}, ${state}, ${actorId}, ${detail}`;
        // Behind the lock of whoever begins the bundle anew: see 0007-begun-anew.sql.
        const { rows: inserted } = await sql`
          insert into transition (bundle_id, transition, revision, seal, state, actor_id, detail)
          select ${row} from (
            select from bundle
            where bundle_id = ${bundleId} and (begun_anew_at is null or begun_anew_at <= ${begunAt}::timestamptz)
            for share
          ) as current
          on conflict (bundle_id, transition) do nothing
          returning transition`.execute(db);
        if (inserted.length > 0) return transition;
        const { rows: known } = await sql<{ own: boolean }>`
          select (revision, seal, state, actor_id, detail) is not distinct from
            (${revision}::integer, ${seal}::text, ${state}::text, ${actorId}::text, ${detail}::text) as own
          from transition where bundle_id = ${bundleId} and transition = ${transition}`.execute(db);
        if (known[0]?.own) return transition;
        if (!known[0]) throw begunAnew;
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
