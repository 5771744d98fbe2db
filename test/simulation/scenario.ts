import type { BoardStatus } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { createDrafters } from './drafters.ts';
import { createLeaders } from './leaders.ts';
import { createOffice, type OfficeBundle } from './office.ts';
import { createOperators } from './operators.ts';
import type { Random } from './random.ts';
import { createReconciling } from './reconciling.ts';
import { createReviewers } from './reviewers.ts';
import type { World } from './world.ts';

/** The bundles of a run, and the people who work on them: mostly as they should, sometimes as they must not. */
export function createScenario(world: World, random: Random, seed: string, restAt: number) {
  const { scheduler } = world;
  const office = createOffice(world, random, seed, restAt);
  const { bundles, statusOf, act, hold, withdraw, intervention, restless } = office;
  const submit = createDrafters(office);
  const { decide } = createReviewers(office);
  const { arm, instant } = createLeaders(office, submit);
  const operators = createOperators(office);
  const { retry } = operators;
  const reconciling = createReconciling(office);

  /** What somebody does about a bundle as it stands. */
  function next(bundle: OfficeBundle, status: BoardStatus | undefined): Promise<unknown> | undefined {
    if (!status) return begin(bundle);
    const t0 = instant();
    if (restless() && random.chance(0.05)) {
      const { seal } = status;
      return random.pick([
        () => submit(bundle),
        () => act(bundle, messages.arm, { seal, t0, leaderId: 'leader', group: null }),
        () => hold(bundle),
        () => act(bundle, messages.resume, { t0, actorId: 'leader' }),
        () => (random.chance(0.3) ? withdraw(bundle) : undefined),
        () => decide(bundle, status),
      ])();
    }
    const refused = status.channels.find(({ state }) => state === 'refused');
    const doubtful = status.channels.find(({ state }) => state === 'unknown');
    switch (status.state) {
      case 'in-review':
        return decide(bundle, status);
      case 'returned':
      case 'rolled-back':
        return restless() ? submit(bundle) : undefined;
      case 'preparing':
        return refused && (random.chance(0.7) || !restless() ? retry(bundle, refused.channel) : submit(bundle));
      case 'prepared':
        return random.chance(restless() ? 0.1 : 0) ? submit(bundle) : arm(bundle, status, t0);
      case 'armed':
        if (!restless() || random.chance(0.7)) return undefined;
        return random.chance(0.9) ? hold(bundle) : withdraw(bundle);
      case 'held':
        if (refused) return random.chance(0.7) || !restless() ? retry(bundle, refused.channel) : submit(bundle);
        if (restless() && random.chance(0.15)) return submit(bundle);
        if (status.group) return arm(bundle, status, t0);
        return act(bundle, messages.resume, { t0: random.chance(0.5) && restless() ? null : t0, actorId: 'leader' });
      case 'withdrawing':
        return operators.takeDown(bundle, status);
      case 'partly-released':
        if (bundle.policy === 'compensate' && random.chance(0.5))
          return act(bundle, messages.compensate, intervention('部分渠道失败', 'second-leader'));
        return refused && random.chance(0.5) ? retry(bundle, refused.channel) : undefined;
      case 'releasing':
      case 'verifying':
      case 'released':
      case 'outcome-unknown':
        if (restless() && random.chance(0.01)) return withdraw(bundle);
        return doubtful && operators.settle(bundle, status, doubtful.channel);
      default:
        return undefined;
    }
  }

  /** What acts on another bundle is written once that is public. */
  async function begin(bundle: OfficeBundle): Promise<void> {
    if (reconciling.isLost(bundle)) return;
    const target = bundle.act?.bundleId;
    if (target && !(restless() && (await world.core.store.releases(target)).length > 0)) return;
    await submit(bundle);
  }

  function live(bundle: OfficeBundle): void {
    void next(bundle, statusOf(bundle));
    if (random.chance(0.03)) void next(bundle, statusOf(bundle)); // a double click
    scheduler.after(random.chance(0.5) ? random.between(50, 3_000) : random.between(1_000, 25_000), () => live(bundle));
  }
  for (const bundle of bundles) scheduler.after(random.between(0, 20_000), () => live(bundle));

  /** Clocks drift and jump while it lasts. */
  function jump(): void {
    if (scheduler.now() >= restAt) return;
    const skew = random.chance(0.85) ? random.between(-500, 500) : random.between(-600_000, 600_000);
    const database = random.pick(Object.keys(world.skews)) as keyof typeof world.skews;
    if (random.chance(0.5)) world.skews[database] = skew;
    else random.pick(world.processes).skewMs = skew;
    world.told(`a clock is ${skew} ms off`);
    scheduler.after(random.between(10_000, 120_000), jump);
  }
  if (random.chance(0.5)) scheduler.after(random.between(0, 60_000), jump);

  return {
    ...{ bundles, decided: office.decided, retried: office.retried, statusOf },
    ...{
      isMended: reconciling.isOver,
      rebuilt: reconciling.rebuilt,
      differences: reconciling.differences,
      recover: reconciling.recover,
    },
  };
}
export type Scenario = ReturnType<typeof createScenario>;
