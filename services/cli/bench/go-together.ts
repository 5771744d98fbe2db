import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../infra/bench/in-parallel.ts';
import { type ProcessTree, processorTime } from '../../../infra/bench/processor-time.ts';
import type { ProcessorUse } from '../../../schemas/bench.ts';
import type { ReleaseState, ReleaseStatus } from '../../../schemas/release.ts';
import type { Cast } from '../demo/people.ts';
import { type Limits, readOn } from '../demo/persist.ts';
import { ends, stuckBeforeRelease } from '../demo/phases.ts';
import { CliFailure } from '../failure.ts';
import type { ProbeVerdict } from '../prober/messages.ts';
import { startProber } from '../prober/start.ts';
import type { SubmittedBundle } from './submit-all.ts';

export type GoneTogether = {
  t0: string;
  states: Map<string, ReleaseState>;
  /** Null where the prober died. */
  verdict: ProbeVerdict | null;
  processors: ProcessorUse | null;
};

type Options = {
  websiteUrl: string;
  leadMs: number;
  /** Of the system that is measured, and whatever else takes part. */
  processes: readonly ProcessTree[];
  limits: Limits;
  progress: (doing: string, fraction?: number) => void;
};

const AT_ONCE = 8;
/** From T0 on nobody but the prober asks for anything, until all should be over. */
const LEAVE_ALONE_MS = 5_000;
const ASK_EVERY_MS = 1_000;
/** Reading the processes takes a moment, which is not to be that of the commits. */
const READING_MS = 100;
/** Between two looks of the prober, whichever bundle they are at: more of them would measure the prober. */
const LOOK_EVERY_MS = 2.5;

/** Arms every bundle for one T0, which is `leadMs` from when all are prepared, and follows them to their ends. */
export async function goTogether(
  { drafter, leader }: Pick<Cast, 'drafter' | 'leader'>,
  bundles: readonly SubmittedBundle[],
  { websiteUrl, leadMs, processes, limits, progress }: Options,
): Promise<GoneTogether> {
  const read = ({ bundleId }: SubmittedBundle) => readOn(() => drafter.api.status(bundleId), limits);
  const prepared = await reachAll(bundles, read, {
    limits,
    progress: (done) => progress('预置 prepare', done),
    isThere: ({ state }) => state === 'prepared',
    isStuck: ({ state, channels }) =>
      stuckBeforeRelease.includes(state) || channels.some((each) => each.state === 'refused'),
  });
  const lost = [...prepared.values()].find(({ state }) => state !== 'prepared');
  if (lost) throw notPrepared(lost);

  await using prober = startProber({
    pages: bundles.flatMap(({ bundleId, pages }) =>
      pages.map((page) => ({
        group: bundleId,
        page: page || 'policy',
        url: new URL(`policies/${bundleId}/${page}`, `${websiteUrl.replace(/\/+$/, '')}/`).href,
        family: null,
      })),
    ),
    followersUrl: null,
    intervalMs: LOOK_EVERY_MS,
    manner: 'groups-in-turn',
  });
  progress('旁观探针 prober');
  await prober.watching;

  const t0 = new Date(Date.now() + leadMs).toISOString();
  progress('签发 arm');
  await inParallel(bundles, AT_ONCE, ({ bundleId, seal }) => leader.api.arm(bundleId, { seal, t0 }));
  progress(`T0 ${t0}`);
  const untilT0 = Date.parse(t0) - Date.now() - READING_MS;
  await sleep(Math.max(0, untilT0), undefined, { signal: limits.signal });
  const used = meter(processes);
  await sleep(LEAVE_ALONE_MS, undefined, { signal: limits.signal });
  const ended = await reachAll(bundles, read, {
    limits,
    progress: (done) => progress('发布、核验 release and verify', done),
    isThere: ({ state }) => ends.includes(state),
    isStuck: () => false,
  });
  const processors = used();
  return {
    t0,
    processors,
    states: new Map([...ended].map(([bundleId, { state }]) => [bundleId, state])),
    verdict: await prober.verdict(null),
  };
}

/** Reads how much processor time each has used so far; what it answers with tells what they use from here on. */
function meter(processes: readonly ProcessTree[]): () => ProcessorUse | null {
  const [before, from] = [processorTime(processes), performance.now()];
  return () => {
    const after = processorTime(processes);
    if (!before || !after) return null;
    const used = [...after].map(([process, ms]) => ({ process, ms: Math.max(0, ms - (before.get(process) ?? 0)) }));
    return { wallMs: performance.now() - from, used: used.sort((a, b) => b.ms - a.ms) };
  };
}

/** Asks for those that are under way, gently, until each is there or stuck, or time is up. */
async function reachAll(
  bundles: readonly SubmittedBundle[],
  read: (bundle: SubmittedBundle) => Promise<ReleaseStatus>,
  options: {
    limits: Limits;
    progress: (done: number) => void;
    isThere: (status: ReleaseStatus) => boolean;
    isStuck: (status: ReleaseStatus) => boolean;
  },
): Promise<Map<string, ReleaseStatus>> {
  const { limits, progress, isThere, isStuck } = options;
  const known = new Map<string, ReleaseStatus>();
  for (let open = [...bundles]; ; ) {
    const statuses = await inParallel(open, AT_ONCE, read);
    for (const status of statuses) known.set(status.bundleId, status);
    open = open.filter((_, index) => {
      const status = statuses[index];
      return status !== undefined && !isThere(status) && !isStuck(status);
    });
    progress(1 - open.length / bundles.length);
    if (open.length === 0 || Date.now() > limits.until) return known;
    await sleep(ASK_EVERY_MS, undefined, { signal: limits.signal });
  }
}

const notPrepared = ({ bundleId, state, blockers }: ReleaseStatus) =>
  new CliFailure({
    type: 'ChannelRefused',
    message: {
      zh: `有政策包没有到待签发（${state}）：${blockers.map(({ zh }) => zh).join('；')}`,
      en: `A bundle cannot be armed (${state}): ${blockers.map(({ en }) => en).join('; ')}`,
    },
    where: bundleId,
  });
