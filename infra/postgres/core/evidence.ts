import type { Kysely } from 'kysely';
import { BundleEvidence } from '../../../schemas/audit.ts';
import type { BundleId } from '../../../schemas/bundle.ts';
import { receiptOf } from './receipt.ts';
import type { CoreTables } from './tables.ts';

/** Every row about a bundle, from one snapshot: what is told together was true together. */
export const evidenceOf = (db: Kysely<CoreTables>, bundleId: BundleId): Promise<BundleEvidence | null> =>
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
      const decisions = await tx
        .selectFrom('decision')
        .select(['revision', 'seal', 'gate', 'decision', 'reviewer_id as reviewerId', 'reason'])
        .select('decided_at as decidedAt')
        .where('bundle_id', '=', bundleId)
        .orderBy('decided_at')
        .execute();
      const transitions = await tx
        .selectFrom('transition')
        .select(['transition', 'revision', 'seal', 'state', 'actor_id as actorId', 'detail', 'at'])
        .where('bundle_id', '=', bundleId)
        .orderBy('transition')
        .execute();
      const releases = await tx
        .selectFrom('release')
        .select(['release_id as releaseId', 'revision', 'seal', 't0', 'committed_at as committedAt'])
        .where('bundle_id', '=', bundleId)
        .orderBy('revision')
        .execute();
      const receipts = await tx
        .selectFrom('receipt')
        .selectAll()
        .where('bundle_id', '=', bundleId)
        .orderBy('at')
        .execute();
      return BundleEvidence.parse({
        bundleId,
        revisions: revisions.map(({ revision, seal, content, gates, findings, drafter_id, created_at }) => ({
          revision,
          seal,
          title: content.manifest.title,
          documentNumber: content.manifest.documentNumber,
          gates: gates.map(({ id }) => id),
          findings,
          drafterId: drafter_id,
          createdAt: created_at,
        })),
        decisions,
        transitions,
        releases,
        receipts: receipts.map(receiptOf),
      });
    });
