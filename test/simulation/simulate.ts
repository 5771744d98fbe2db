import { Topic } from '../../schemas/events.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import { policyReleaseId } from '../../workflows/policy-release/messages.ts';
import type { CoreRows } from '../support/memory-core-store.ts';
import { inSimulatedTime } from './clock.ts';
import { dayOf, midnightAfter } from './days.ts';
import { exporter } from './export.ts';
import { gates } from './gates.ts';
import { createInvariants } from './invariants.ts';
import { lastOf, type Rows } from './ledger.ts';
import type { OfficeBundle } from './office.ts';
import { createRandom } from './random.ts';
import { createReader } from './reader.ts';
import { restore } from './restoring.ts';
import { createScenario } from './scenario.ts';
import { createWorld, type Parts, press, realParts, type World } from './world.ts';

const morning = Date.parse('2026-11-24T00:00:00Z');
const minute = 60_000;
/** So many steps after the last fault, every bundle has come to an end that is a person's to change. */
const patience = 6_000;

export type Run = {
  seed: string;
  steps: number;
  /** What was broken, as `I3 never early: …`; empty where everything held. */
  violations: string[];
  /** All that happened which the code did not ask for, and what people did. */
  story: string[];
  ends: string[];
};

/** Where a bundle may stay for ever: the next step is a person's. */
function isAtRest({ state, channels }: BoardStatus): boolean {
  if (state === 'preparing' || state === 'withdrawing') return channels.some((channel) => channel.state === 'refused');
  return [
    'in-review',
    'returned',
    'held',
    'prepared',
    'rolled-back',
    'released',
    'partly-released',
    'withdrawn',
  ].includes(state);
}

/** One run of the whole office. The same seed gives the same run. */
export const simulate = (seed: string, parts: Parts = realParts): Promise<Run> =>
  inSimulatedTime(() => run(seed, parts));

async function run(seed: string, parts: Parts): Promise<Run> {
  const random = createRandom(seed);
  const calendar = random.fork('calendar');
  // Some runs go past midnight: what is valid until that day, or from the next one on, changes while all else goes on.
  const overnight = calendar.chance(0.25);
  const start = overnight ? midnightAfter(morning) - calendar.between(minute, 6 * minute) : morning;
  const calmAt = start + random.between(90_000, 5 * minute);
  const story: string[] = [];
  const world = createWorld({ random, start, calmAt, note: (what) => story.push(what), parts });
  const { scheduler } = world;
  const scenario = createScenario(world, random.fork('people'), seed, calmAt);
  const reader = createReader(
    world,
    scenario.bundles.map(({ bundleId }) => bundleId),
  );
  const invariants = createInvariants({
    bundles: scenario.bundles,
    gates,
    recipients: press.recipients.map(({ address }) => address),
    retried: scenario.retried,
  });
  const exported = exporter(world);
  const looked = exporter(world);
  let backup: CoreRows | undefined;
  const backups = random.fork('backups');
  if (backups.chance(0.15)) {
    scheduler.after(backups.between(20_000, calmAt - start), () => {
      backup = world.core.db.rows;
    });
  }
  let clock = 0;
  let latest = 0;
  const result = (violations: string[]): Run => ({
    seed,
    steps: scheduler.steps,
    violations,
    story: [...story, ...(violations.length > 0 ? historyOf(exported().rows) : [])],
    ends: scenario.bundles.map((bundle) => scenario.statusOf(bundle)?.state ?? 'draft'),
  });

  const look = async () => {
    clock = Math.max(clock, scheduler.now() + world.skews.core);
    latest = Math.max(latest, scheduler.now() + Math.max(...Object.values(world.skews)));
    const seen = await reader.look();
    const rows = exported();
    if (!seen && !rows.fresh) return [];
    const times = { clock: new Date(clock).toISOString(), day: dayOf(latest) };
    return [...world.broken, ...world.bus.parked, ...invariants.check(seen, rows.rows, times)];
  };

  /** Its workflow was lost at its end; or it was to act on another bundle that has not become public. */
  const isOver = (bundle: OfficeBundle): boolean => {
    const last = lastOf(looked().rows, bundle.bundleId);
    return last ? last.state === 'withdrawn' : bundle.act !== null;
  };
  /** Every bundle waits for a person, and nothing is under way. */
  const isQuiet = () => {
    if (!scenario.isMended() || world.bus.lag() > 0 || world.temporal.waiting().length > 0) return false;
    return scenario.bundles.every((bundle) => {
      const status = scenario.statusOf(bundle);
      // What would act on another bundle is never begun where that one did not become public.
      return status ? isAtRest(status) : isOver(bundle);
    });
  };

  let calmSteps = 0;
  let restedSteps = 0;
  let history = -1;
  // A timer is late by as much as Temporal's clock jumped while it ran.
  const notBefore = overnight ? midnightAfter(start) + 11 * minute : start;
  const hasSettled = () => {
    if (scheduler.now() < notBefore || restedSteps < 150 || !isQuiet()) return false;
    const before = history;
    history = exported().rows.transitions.length;
    if (history !== before) restedSteps = 100; // what somebody did a moment ago has yet to be announced
    return history === before;
  };
  while (!hasSettled()) {
    await scheduler.step();
    const violations = await look();
    if (violations.length > 0) return result(violations);
    if (scheduler.now() < calmAt) continue;
    if (calmSteps === 0) mendClocks(world);
    calmSteps += 1;
    const rested = calmSteps % 20 === 0 ? isQuiet() : restedSteps > 0;
    restedSteps = rested ? restedSteps + 1 : 0;
    if (calmSteps > patience) {
      const waiting = scenario.bundles
        .map((bundle) => scenario.statusOf(bundle))
        .map(
          (status) =>
            `${status?.bundleId.slice(0, 8)} is ${status?.state}, ${status?.channels.map(({ channel, state }) => `${channel} ${state}`).join(', ')}`,
        );
      return result([
        `liveness: ${waiting.join('; ')}; ${world.bus.lag()} records not handled`,
        ...world.temporal.waiting(),
      ]);
    }
  }
  const announced = world.bus.published(Topic.bundles).flatMap((event) => {
    if (event.type !== 'bundle.transitioned.v1') return [];
    return [{ bundleId: event.subject, transition: event.data.transition, state: event.data.state }];
  });
  const today = dayOf(scheduler.now());
  /** What `reconcile` says at the end, where outsiders did something that it has to notice. */
  async function differences(): Promise<string[] | null> {
    if (world.wechat.taken.size === 0) return null;
    const looking = scenario.differences();
    let done = false;
    const ended = () => {
      done = true;
    };
    looking.then(ended, ended);
    while (!done) await scheduler.step();
    return looking;
  }
  const told = {
    decided: scenario.decided,
    announced,
    today,
    rebuilt: scenario.rebuilt,
    strayed: scenario.bundles
      .map(({ bundleId }) => bundleId)
      .filter((bundleId) => world.temporal.strayed.has(policyReleaseId(bundleId))),
    wasRead: world.wechat.wasRead,
    differences: await differences(),
  };
  const violations = invariants.checkEnd(await reader.lookAgain(), exported().rows, told);
  if (!backup || violations.length > 0) return result(violations);
  return result(await restore(backup, { world, scenario, reader, invariants, exported: () => exported().rows }));
}

const historyOf = ({ transitions }: Rows) =>
  transitions
    .map(
      ({ bundleId, transition, revision, state, actorId, at }) =>
        `${bundleId.slice(0, 8)} ${transition} ${at} revision ${revision} ${state} by ${actorId}`,
    )
    .sort();

function mendClocks({ skews, processes }: World): void {
  for (const database of Object.keys(skews)) skews[database as keyof typeof skews] = 0;
  for (const process of processes) process.skewMs = 0;
}
