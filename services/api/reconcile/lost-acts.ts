import type { BundleRows, LoggedRelease } from '../../../activities/ports/repair-store.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { ReleaseId } from '../../../schemas/release.ts';

/** What later bundles did to a release that the rows know, and the rows have not: after a restore, all since the backup. */
export function lostActs(
  { releaseId, acts }: LoggedRelease,
  { release, amendments }: BundleRows,
): LoggedRelease['acts'] {
  if (release?.releaseId !== releaseId) return [];
  return acts.filter(
    ({ amendment }) =>
      !amendments.some(({ act, byReleaseId }) => act === amendment.act && byReleaseId === amendment.byReleaseId),
  );
}

/** `known`: releases of the rows; what a bundle did whose own release they have lost cannot be kept without it. */
export function actDrifts(
  { bundleId, releaseId }: LoggedRelease,
  lost: LoggedRelease['acts'],
  known: ReadonlySet<ReleaseId>,
): Drift[] {
  return lost.map(({ amendment: { act, byBundleId, byReleaseId } }) => {
    const adopted = known.has(byReleaseId);
    const [zh, en] = adopted ? ['', ''] : ['，其发布记录也已丢失', ', whose release the rows have lost too'];
    return {
      kind: 'log-ahead',
      ...{ bundleId, releaseId, channel: null },
      message: {
        zh: `消息日志中有 ${byBundleId} 对它的处理（${act}），记录中没有${zh}`,
        en: `by the log ${byBundleId}${en} acted on it (${act}), which the rows have lost`,
      },
      repair: adopted ? 'adopt' : null,
    };
  });
}
