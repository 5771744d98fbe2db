import type { ChannelBench, ReleaseBench, SeenBench } from '../../../schemas/bench.ts';
import type { Channel } from '../../../schemas/bundle.ts';
import type { ChannelReceipt } from '../../../schemas/receipt.ts';
import type { ProbeVerdict } from '../prober/messages.ts';
import { spreadOf } from './statistics.ts';

/** What is known of one bundle afterwards, from its evidence. Instants are RFC 3339. */
export type BundleOutcome = {
  bundleId: string;
  released: boolean;
  committed: { t0: string; committedAt: string } | null;
  receipts: readonly Pick<ChannelReceipt, 'channel' | 'state' | 'at'>[];
  /** When each channel began its last call to a provider, ms since 1970. */
  calls: readonly { channel: Channel; at: number }[];
};

type Figures = Pick<ReleaseBench['release'], 'released' | 'lateness' | 'channels' | 'seen'>;

export function releaseFigures(
  outcomes: readonly BundleOutcome[],
  channels: readonly Channel[],
  probed: { verdict: ProbeVerdict; pages: number } | null,
): Figures {
  const commits = new Map<string, number>();
  const lateness: number[] = [];
  for (const { bundleId, committed } of outcomes) {
    if (!committed) continue;
    const committedAt = Date.parse(committed.committedAt);
    commits.set(bundleId, committedAt);
    lateness.push(committedAt - Date.parse(committed.t0));
  }
  return {
    released: outcomes.filter(({ released }) => released).length,
    lateness: spreadOf(lateness),
    channels: channels.map((channel) => channelFigures(channel, outcomes, commits)),
    seen: probed && seenFigures(probed.verdict, probed.pages, commits),
  };
}

function channelFigures(
  channel: Channel,
  outcomes: readonly BundleOutcome[],
  commits: Map<string, number>,
): ChannelBench {
  /** The first receipt of a state counts: a repeat says the same, later. */
  const reached = (state: ChannelReceipt['state']) =>
    outcomes.flatMap(({ bundleId, receipts }) => {
      const times = receipts.filter((each) => each.channel === channel && each.state === state);
      const committedAt = commits.get(bundleId);
      if (times.length === 0 || committedAt === undefined) return [];
      return [{ committedAt, at: Math.min(...times.map(({ at }) => Date.parse(at))) }];
    });
  const [live, verified] = [reached('live'), reached('verified')];
  const fromCommit = (all: typeof live) => spreadOf(all.map(({ at, committedAt }) => at - committedAt));
  const calls = outcomes.flatMap(({ committed, calls }) =>
    committed ? calls.filter((each) => each.channel === channel).map(({ at }) => at - Date.parse(committed.t0)) : [],
  );
  return {
    channel,
    bundles: outcomes.length,
    verified: verified.length,
    t0ToCall: spreadOf(calls),
    commitToLive: fromCommit(live),
    commitToVerified: fromCommit(verified),
    totalLiveMs: total(
      live.map(({ at }) => at),
      commits,
    ),
    totalVerifiedMs: total(
      verified.map(({ at }) => at),
      commits,
    ),
  };
}

/** Groups are bundles here. */
function seenFigures(verdict: ProbeVerdict, pages: number, commits: Map<string, number>): SeenBench {
  const late = new Set(verdict.lateStart.map(({ group, page }) => `${group} ${page}`));
  const byBundle = Map.groupBy(verdict.firstSeen, ({ group }) => group);
  const firsts: number[] = [];
  const lasts: number[] = [];
  let early = 0;
  for (const [bundleId, met] of byBundle) {
    const committedAt = commits.get(bundleId);
    // Public and never committed is as early as can be.
    early += met.filter(({ at }) => committedAt === undefined || at < committedAt).length;
    if (committedAt === undefined) continue;
    const times = met.map(({ at }) => at - committedAt);
    firsts.push(Math.min(...times));
    lasts.push(Math.max(...times));
  }
  return {
    looks: verdict.samples,
    unanswered: verdict.unanswered,
    pages,
    met: verdict.firstSeen.filter(({ group, page }) => !late.has(`${group} ${page}`)).length,
    tornWindowMs: verdict.tornWindowMs,
    early,
    commitToFirst: spreadOf(firsts),
    commitToLast: spreadOf(lasts),
    totalMs: total(
      verdict.firstSeen.map(({ at }) => at),
      commits,
    ),
  };
}

/** From the first commit of all to the last of these moments. */
function total(moments: readonly number[], commits: Map<string, number>): number | null {
  if (moments.length === 0 || commits.size === 0) return null;
  return Math.max(0, Math.max(...moments) - Math.min(...commits.values()));
}
