import type { Act, BundleId, Channel } from '../../schemas/bundle.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { BoardStatus, ReleasePolicy } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { bundleIdOf, type Draft, isNotice, type ValidityDates } from './content.ts';
import { dayAfter, dayOf, EXPIRING_DAYS } from './days.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const waves = { website: 1, wechat: 2, 'press-pack': 2 } as const;
const everywhere = Object.keys(waves) as (keyof typeof waves)[];

export type OfficeBundle = {
  bundleId: BundleId;
  channels: { channel: Channel; wave: number }[];
  policy: ReleasePolicy;
  /** All that was ever written, newest last. */
  drafts: Draft[];
  retries: number;
  /** Bundles that it shall go with, itself included; empty where it goes alone. */
  group: BundleId[];
  /** What it does to another bundle of the run, once that is public. */
  act: Act | null;
  dates: ValidityDates;
};

/** What somebody did and was told: the outside of the office, as the invariants may know it. */
export type Deed = { bundleId: BundleId; revision: number; gate: string; reviewerId: string; decision: string };

/** What everybody in the office shares. */
export type Office = ReturnType<typeof createOffice>;

export function createOffice(world: World, random: Random, seed: string, restAt: number) {
  const { scheduler, temporal } = world;
  const calendar = random.fork('calendar');
  const today = dayOf(scheduler.now());
  const tomorrow = dayAfter(today, 1);
  const datesOf = (): ValidityDates => ({
    effectiveFrom: calendar.pick([null, null, null, today, tomorrow]),
    effectiveUntil: calendar.pick([null, null, today, tomorrow, dayAfter(tomorrow, EXPIRING_DAYS - 1)]),
  });
  const open = (number: number, act: Act | null): OfficeBundle => ({
    bundleId: bundleIdOf(seed, number),
    channels: everywhere
      .filter((channel) => act || channel === 'website' || random.chance(0.7))
      .map((channel) => ({ channel, wave: waves[channel] })),
    policy: random.pick(['publish-rest', 'publish-rest', 'compensate', 'hold-all'] as const),
    drafts: [],
    retries: 0,
    group: [],
    act,
    dates: isNotice(act) ? { effectiveFrom: null, effectiveUntil: null } : datesOf(),
  });
  const bundles = Array.from({ length: random.pick([1, 1, 2, 2, 3, 4]) }, (_, number) => open(number, null));
  if (bundles.length > 1 && random.chance(0.5)) {
    const members = bundles.slice(0, random.between(2, bundles.length));
    for (const bundle of members) bundle.group = members.map(({ bundleId }) => bundleId);
  }
  for (let more = random.pick([0, 0, 1, 1, 2]); more > 0; more -= 1) {
    const act = random.pick(['correct', 'amend', 'supersede', 'abolish', 'withdraw'] as const);
    const { bundleId } = random.pick(bundles);
    const on = random.chance(0.8) ? today : calendar.pick([tomorrow, '2027-01-01']);
    bundles.push(open(bundles.length, { act, bundleId, on, reason: '依据变化' }));
  }

  const decided: Deed[] = [];
  const retried = new Map<BundleId, number>();
  const statusOf = ({ bundleId }: OfficeBundle) =>
    temporal.ask<BoardStatus>(messages.policyReleaseId(bundleId), messages.readStatus);

  /** One act of one person; what the office answers is written down. True where it was accepted. */
  async function act<T extends object>(
    bundle: OfficeBundle,
    sent: { name: string },
    input: T,
    told?: Deed,
  ): Promise<boolean> {
    const what = `${sent.name} ${bundle.bundleId.slice(0, 8)}`;
    const retry = () =>
      void (sent.name === messages.retryChannel.name && retried.set(bundle.bundleId, scheduler.now()));
    retry();
    try {
      await temporal.act(messages.policyReleaseId(bundle.bundleId), sent, input).finally(retry);
      world.told(`person: ${what} is accepted`);
      if (told) decided.push(told);
      return true;
    } catch (error) {
      world.told(`person: ${what}: ${permanentCause(error)?.type ?? (error instanceof Error ? error.name : error)}`);
      return false;
    }
  }
  const intervention = (reason: string, actorId = 'leader') => ({ reason, actorId });

  return {
    world,
    random,
    bundles,
    decided,
    /** When somebody last asked for another try of a channel, or was last answered. */
    retried,
    statusOf,
    act,
    hold: (bundle: OfficeBundle) => act(bundle, messages.hold, intervention('等待通知')),
    withdraw: (bundle: OfficeBundle) => act(bundle, messages.withdraw, intervention('依据变化')),
    intervention,
    /** While it lasts people begin new things, and do what they must not. */
    restless: () => scheduler.now() < restAt,
    later: (ms: number) => new Date(Date.now() + ms).toISOString(),
  };
}
