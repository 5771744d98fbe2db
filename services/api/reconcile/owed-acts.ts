import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { BundleId } from '../../../schemas/bundle.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { ReleaseState } from '../../../schemas/release.ts';

/** Past the point of no return, and not being taken back. */
const out: ReleaseState[] = ['verifying', 'released', 'partly-released', 'outcome-unknown'];

/**
 * Whether a 公告 is public, and a bundle that it acts on has not heard of it: the workflow of that one was lost as it was
 * told. A workflow that begins anew tells once more, and nobody hears twice.
 */
export function owedAct(rows: BundleRows, others: ReadonlyMap<BundleId, BundleRows>): Drift | null {
  const { bundleId, revision, release, last, receipts } = rows;
  if (!revision || !last || !out.includes(last.state) || release?.revision !== revision.revision) return null;
  const { releaseId } = release;
  if (!receipts.some((receipt) => receipt.releaseId === releaseId && receipt.state === 'verified')) return null;
  const owed = (revision.content.manifest.acts ?? []).find(({ act, bundleId: target }) => {
    const of = others.get(target);
    if (!of?.release || !of.last || !out.includes(of.last.state)) return false;
    return !of.amendments.some((known) => known.act === act && known.byReleaseId === releaseId);
  });
  if (!owed) return null;
  return {
    ...{ kind: 'workflow-differs', bundleId, releaseId, channel: null, repair: 'rebuild' },
    message: {
      zh: `它对 ${owed.bundleId} 的处理（${owed.act}）没有送达`,
      en: `what it does to ${owed.bundleId} (${owed.act}) has not reached that bundle`,
    },
  };
}
