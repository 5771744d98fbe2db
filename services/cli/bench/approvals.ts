import type { BareUpdates } from '../../../infra/bench/bare-update.ts';
import { inParallel } from '../../../infra/bench/in-parallel.ts';
import type { ReleaseBench } from '../../../schemas/bench.ts';
import type { GateId } from '../../../schemas/finding.ts';
import type { Cast } from '../demo/people.ts';
import { signAs } from '../demo/sign.ts';
import type { SubmittedBundle } from './submit-all.ts';

/**
 * Signs every gate of every bundle, and measures all but the last, after which bundles begin to be prepared. Each gate
 * takes turns with as many bare Updates.
 */
export async function approveAll(
  { reviewerOf }: Pick<Cast, 'reviewerOf'>,
  bundles: readonly SubmittedBundle[],
  gates: readonly GateId[],
  { bare, concurrency, progress }: { bare: BareUpdates; concurrency: number; progress: (done: number) => void },
): Promise<ReleaseBench['approvals']> {
  let approvalsMs = 0;
  let bareMs = 0;
  let count = 0;
  const signAll = (gate: GateId) =>
    inParallel(bundles, concurrency, (bundle) => signAs(reviewerOf(gate), { ...bundle, gate }));
  const bareAll = () => inParallel(bundles, concurrency, (_, index) => bare.update(index));

  await bareAll(); // warms that worker, as the submissions have warmed the other one
  for (const [index, gate] of gates.slice(0, -1).entries()) {
    approvalsMs += await timed(() => signAll(gate));
    bareMs += await timed(bareAll);
    count += bundles.length;
    progress((index + 1) / gates.length);
  }
  const last = gates.at(-1);
  if (last !== undefined) await signAll(last);
  const [perSecond, barePerSecond] = [(count * 1_000) / approvalsMs, (count * 1_000) / bareMs];
  return { concurrency, count, perSecond, barePerSecond, ratio: perSecond / barePerSecond };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
