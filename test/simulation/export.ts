import type { Rows } from './ledger.ts';
import type { World } from './world.ts';

/** The rows of the core as anyone may have exported them; made anew only where something was written. */
export function exporter({ core: { db } }: World): () => { rows: Rows; fresh: boolean } {
  let version = -1;
  let rows: Rows;
  return () => {
    if (db.version === version) return { rows, fresh: false };
    version = db.version;
    const { revision, decision, override, transition, release, receipt, amendment, staging } = db.rows;
    rows = {
      revisions: [...revision.values()].map(({ bundleId, revision, seal, drafterId, content, obligations }) => ({
        bundleId,
        revision,
        seal,
        drafterId,
        word: content.manifest.title.split(' ')[1] ?? '',
        items: Object.fromEntries(content.parts.map(({ id, sha256 }) => [id, sha256])),
        obligations,
      })),
      decisions: [...decision.values()],
      overrides: [...override.values()],
      transitions: [...transition.values()].sort((a, b) => a.transition - b.transition),
      releases: [...release.values()],
      receipts: [...receipt.values()],
      amendments: [...amendment.values()],
      staged: [...staging.values()].flatMap(({ bundleId, revision, channels }) =>
        channels.map((staged) => ({ bundleId, revision, ...staged })),
      ),
    };
    return { rows, fresh: true };
  };
}
