import type { BareUpdates } from '../../../infra/bench/bare-update.ts';
import type { CallBegun } from '../../../infra/bench/calls-begun.ts';
import { inParallel } from '../../../infra/bench/in-parallel.ts';
import { ITEMS_PER_NOTICE } from '../../../infra/bench/notices.ts';
import type { ProcessTree } from '../../../infra/bench/processor-time.ts';
import { measureSymlinkFloor } from '../../../infra/bench/symlink-floor.ts';
import type { Reporter } from '../../../infra/local/report.ts';
import type { ReleaseBench } from '../../../schemas/bench.ts';
import type { Channel } from '../../../schemas/bundle.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { ApiClient } from '../api-client.ts';
import type { Cast } from '../demo/people.ts';
import type { Limits } from '../demo/persist.ts';
import { step } from '../demo/story.ts';
import { approveAll } from './approvals.ts';
import { goTogether } from './go-together.ts';
import { type BundleOutcome, releaseFigures } from './release-figures.ts';
import { medianOf } from './statistics.ts';
import { type SubmittedBundle, submitAll } from './submit-all.ts';

type Options = {
  cast: Cast;
  /** Reads the evidence. */
  auditor: ApiClient;
  websiteUrl: string;
  channels: Channel[];
  count: number;
  /** Signatures under way at a time. */
  concurrency: number;
  /** From arming to T0. */
  leadMs: number;
  processes: readonly ProcessTree[];
  /** What the channels recorded of their calls; none where their records cannot be read. */
  callsOf: (releases: readonly ReleaseId[]) => Promise<CallBegun[]>;
  startBare: (size: { workflows: number; updatesEach: number }) => Promise<BareUpdates>;
  limits: Limits;
  report: Reporter;
};

const FLOOR_RUNS = 5;

/** The whole way of `count` bundles with one T0, and what it is measured against, in one run. */
export async function measureRelease(
  options: Options,
): Promise<Pick<ReleaseBench, 'release' | 'floor' | 'approvals'> & { temporalVersion: string }> {
  const { cast, auditor, websiteUrl, channels, count, concurrency, leadMs, processes, limits, report } = options;
  const bundles = await step(report, `送审 submit ${count} × ${ITEMS_PER_NOTICE}`, async (progress) => [
    await submitAll(cast, { count, channels, progress: (done) => progress('', done) }),
    channels.join(', '),
  ]);
  const gates = (await cast.drafter.api.status(bundles[0]?.bundleId ?? '')).gates.map(({ gate }) => gate);
  await using bare = await options.startBare({ workflows: count, updatesEach: gates.length });
  const approvals = await step(report, `审签 sign, ${concurrency} at once`, async (progress) => {
    const measured = await approveAll(cast, bundles, gates, {
      bare,
      concurrency,
      progress: (done) => progress('', done),
    });
    return [measured, `${measured.perSecond.toFixed(0)}/s; bare Updates ${measured.barePerSecond.toFixed(0)}/s`];
  });
  const gone = await step(report, '同一时刻发布 release at one T0', async (progress) => {
    const together = await goTogether(cast, bundles, { websiteUrl, leadMs, processes, limits, progress });
    const released = [...together.states.values()].filter((state) => state === 'released').length;
    return [together, `${released}/${count}`];
  });
  const evidence = await inParallel(bundles, 4, ({ bundleId }) => auditor.evidence(bundleId));
  const calls = await options.callsOf(evidence.flatMap(({ releases: [only] }) => only?.releaseId ?? []));
  const outcomes = evidence.map(
    ({ bundleId, releases: [committed = null], receipts }): BundleOutcome => ({
      bundleId,
      released: gone.states.get(bundleId) === 'released',
      committed,
      receipts,
      calls: calls.filter(({ releaseId }) => releaseId === committed?.releaseId),
    }),
  );
  const floor = await step(report, '符号链接下限 symlink floor', async () => {
    const pages = await pagesOf(bundles[0], websiteUrl);
    const times = await measureSymlinkFloor(pages, { directories: count, runs: FLOOR_RUNS });
    return [times, `${Math.round(medianOf(times))} ms`];
  });

  const pages = bundles.reduce((total, bundle) => total + bundle.pages.length, 0);
  return {
    release: {
      bundles: count,
      itemsEach: ITEMS_PER_NOTICE,
      t0: gone.t0,
      processors: gone.processors,
      ...releaseFigures(outcomes, channels, gone.verdict && { verdict: gone.verdict, pages }),
    },
    floor: {
      directories: count,
      files: pages,
      runs: floor.length,
      medianMs: medianOf(floor),
      fastestMs: Math.min(...floor),
    },
    approvals,
    temporalVersion: bare.serverVersion,
  };
}

/** The very bytes that the site shows: what the floor serves is as long. */
async function pagesOf(bundle: SubmittedBundle | undefined, websiteUrl: string): Promise<Uint8Array[]> {
  const urls = bundle?.pages.map((page) => `${websiteUrl}/policies/${bundle.bundleId}/${page}`) ?? [];
  return Promise.all(urls.map(async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())));
}
