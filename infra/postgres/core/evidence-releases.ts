import type { Kysely } from 'kysely';
import { coverageOf } from '../../../activities/releases/coverage.ts';
import { releaseTimes } from '../../../activities/releases/release-times.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { Amendment, ReleaseId } from '../../../schemas/release.ts';
import { receiptOf } from './receipt.ts';
import type { CoreTables } from './tables.ts';

/** What became public, where and when, with what else, and what was done to it or by it later. */
export async function releaseEvidence(tx: Kysely<CoreTables>, bundleId: BundleId) {
  const releases = await tx
    .selectFrom('release')
    .select(['release_id as releaseId', 'revision', 'seal', 't0', 'committed_at as committedAt'])
    .select('group_id as groupId')
    .where('bundle_id', '=', bundleId)
    .orderBy('revision')
    .execute();
  const groups = await tx
    .selectFrom('release_group as own')
    .innerJoin('release_group as member', 'member.group_id', 'own.group_id')
    .leftJoin('release', (join) =>
      join.onRef('release.group_id', '=', 'member.group_id').onRef('release.bundle_id', '=', 'member.bundle_id'),
    )
    .select(['member.group_id as groupId', 'member.bundle_id as bundleId', 'member.formed_by as formedBy'])
    .select(['member.formed_at as formedAt', 'committed_at as committedAt'])
    .where('own.bundle_id', '=', bundleId)
    .orderBy('member.formed_at')
    .orderBy('member.bundle_id')
    .execute();
  const inspections = await tx
    .selectFrom('inspection')
    .select(['inspection_id as inspectionId', 'release_id as releaseId', 'bundle_id as bundleId', 'channel', 'state'])
    .select(['at', 'digests', 'detail', 'received_at as receivedAt'])
    .where('bundle_id', '=', bundleId)
    .orderBy('received_at')
    .execute();
  const amendments = await tx
    .selectFrom('amendment')
    .select(['release_id as releaseId', 'bundle_id as bundleId', 'act', 'effective_on as on'])
    .select(['by_bundle_id as byBundleId', 'by_release_id as byReleaseId', 'at'])
    .where((column) => column.or([column('bundle_id', '=', bundleId), column('by_bundle_id', '=', bundleId)]))
    .orderBy('at')
    .execute();
  const validity = await tx
    .selectFrom('validity')
    .select(['release_id as releaseId', 'validity', 'since', 'at'])
    .where('bundle_id', '=', bundleId)
    .orderBy('at')
    .execute();

  /** A release as it went: with the channels of its revision, and their receipts. */
  const released = async (releaseId: string) => {
    const row = await tx
      .selectFrom('staging')
      .innerJoin('revision', (join) =>
        join.onRef('revision.bundle_id', '=', 'staging.bundle_id').onRef('revision.revision', '=', 'staging.revision'),
      )
      .select('content')
      .where('release_id', '=', releaseId)
      .executeTakeFirst();
    const receipts = await tx
      .selectFrom('receipt')
      .selectAll()
      .where('release_id', '=', releaseId)
      .orderBy('at')
      .orderBy('received_at')
      .execute();
    return {
      releaseId: ReleaseId.parse(releaseId),
      channels: row?.content.channels ?? [],
      receipts: receipts.map(receiptOf),
    };
  };
  const receipts = await tx
    .selectFrom('receipt')
    .selectAll()
    .where('bundle_id', '=', bundleId)
    .orderBy('at')
    .orderBy('received_at')
    .execute();
  const went = [];
  for (const release of releases) {
    const { channels, receipts: own } = await released(release.releaseId);
    went.push({ ...release, ...releaseTimes(release, channels, own) });
  }
  const coverage = [];
  for (const releaseId of new Set(amendments.map((each) => each.releaseId))) {
    const acts = amendments.filter((each) => each.releaseId === releaseId);
    const later = [];
    for (const { act, on, byBundleId, byReleaseId } of acts)
      later.push({
        amendment: Amendment.parse({ act, on, byBundleId, byReleaseId }),
        later: await released(byReleaseId),
      });
    coverage.push(coverageOf(BundleId.parse(acts[0]?.bundleId), await released(releaseId), later));
  }
  return {
    releases: went,
    receipts: receipts.map(receiptOf),
    groups,
    inspections,
    amendments,
    validity,
    coverage,
  };
}
