import type { Kysely } from 'kysely';
import type { BundleId } from '../../../schemas/bundle.ts';
import { StoredEvidence } from '../../../schemas/evidence.ts';
import { createAccessStore } from './access.ts';
import { createChangeStore } from './changes.ts';
import { createDeskStore } from './desk.ts';
import { releaseEvidence } from './evidence-releases.ts';
import { reviewEvidence } from './evidence-reviews.ts';
import type { CoreTables } from './tables.ts';

/** Every row about a bundle, from one snapshot: what is told together was true together. */
export const evidenceOf = (db: Kysely<CoreTables>, bundleId: BundleId): Promise<StoredEvidence | null> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const revisions = await tx
        .selectFrom('revision')
        .selectAll()
        .where('bundle_id', '=', bundleId)
        .orderBy('revision')
        .execute();
      if (revisions.length === 0) return null;
      const inputs = await tx.selectFrom('gate_input').selectAll().where('bundle_id', '=', bundleId).execute();
      const chain = await tx
        .selectFrom('audit')
        .select(({ fn }) => fn.max('seq').as('size'))
        .executeTakeFirst();
      const transitions = await tx
        .selectFrom('transition')
        .select(['transition', 'revision', 'seal', 'state', 'actor_id as actorId', 'detail', 'at'])
        .where('bundle_id', '=', bundleId)
        .orderBy('transition')
        .execute();
      return StoredEvidence.parse({
        bundleId,
        chainSize: chain?.size ?? 0,
        revisions: revisions.map((row) => ({
          revision: row.revision,
          seal: row.seal,
          title: row.content.manifest.title,
          documentNumber: row.content.manifest.documentNumber,
          content: row.content,
          gates: row.gates.map(({ id }) => id),
          gateInputs: Object.fromEntries(
            inputs.filter(({ revision }) => revision === row.revision).map(({ gate, sha256 }) => [gate, sha256]),
          ),
          findings: row.findings,
          obligations: row.obligations,
          drafterId: row.drafter_id,
          createdAt: row.created_at,
        })),
        changes: await createChangeStore(tx).changes(bundleId),
        ...(await reviewEvidence(tx, bundleId)),
        notices: await createDeskStore(tx).notices([bundleId]),
        transitions,
        ...(await releaseEvidence(tx, bundleId)),
        reads: await createAccessStore(tx).of(bundleId),
      });
    });
