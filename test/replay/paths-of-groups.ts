import { randomUUID } from 'node:crypto';
import type { ActOn } from '../../activities/releases/types.ts';
import { GroupId } from '../../schemas/release.ts';
import { type Bundle, type Driver, prepared, publish } from '../support/policy-release-driver.ts';
import { newBundleId } from '../support/release-fixture.ts';
import { newAct, withdraw } from './path.ts';

/** Several bundles that meet: the history of each that has a name is kept. */
export type Meeting = {
  bundles: Bundle[];
  goes: (drivers: [Driver, Driver, ...Driver[]]) => Promise<void>;
  names: (string | null)[];
};

const members = [newBundleId(), newBundleId()] as const;
const group = { groupId: GroupId.parse(randomUUID()), members: [...members] };
const bundles: Bundle[] = members.map((bundleId) => ({ bundleId }));

/** Both members of a group whose instant has come. */
async function goTogether([one, two]: [Driver, Driver, ...Driver[]]): Promise<void> {
  for (const driver of [one, two]) {
    await prepared(driver);
    await driver.arm(60_000, group);
  }
  await one.sleep('2 minutes');
  for (const driver of [one, two]) await driver.until('releasing');
}

const acts: ActOn[] = members.map((target) => ({ target, amendment: newAct('withdraw'), reason: '不应公开' }));
const notice: Bundle = {
  changes: { isNotice: true, acts: 2, interpretationPlans: 0, interpretationMaterials: 0 },
  overrides: { actsOf: async () => acts },
};
/** Of two acts one reaches nobody, since that bundle does not run. */
const lateNotice: Bundle = {
  ...notice,
  overrides: { actsOf: async () => [{ target: newBundleId(), amendment: newAct('withdraw'), reason: '不应公开' }] },
};

export const meetings: Meeting[] = [
  {
    names: ['group-withdrawn-by-notice', null, 'acts-on-others'],
    bundles: [...bundles, notice],
    async goes(drivers) {
      const [one, two, withdrawing] = drivers;
      if (!withdrawing) throw new Error('not reached');
      await goTogether(drivers);
      for (const driver of [one, two]) await publish(driver, 'website');
      for (const driver of [one, two]) await driver.called('go wechat');
      await prepared(withdrawing);
      await withdrawing.arm(60_000);
      await one.sleep('2 minutes');
      await publish(withdrawing, 'website');
      await withdrawing.called('go wechat');
      for (const driver of [one, two]) await driver.until('withdrawing');
    },
  },
  {
    names: ['group-rolled-back', 'group-fails'],
    bundles,
    async goes(drivers) {
      const [one, two] = drivers;
      await goTogether(drivers);
      await publish(one, 'website');
      await two.say('website', 'refused');
      for (const driver of [one, two]) await driver.until('rolled-back');
    },
  },
  {
    names: ['group-withdrawn-while-releasing', 'group-loses-a-member'],
    bundles,
    async goes(drivers) {
      const [one, two] = drivers;
      await goTogether(drivers);
      await publish(one, 'website');
      await withdraw(one);
      await two.say('website', 'verified');
      await two.until('rolled-back');
    },
  },
  {
    names: ['group-member-lost', 'acts-on-nobody'],
    bundles: [bundles[0] ?? {}, lateNotice],
    async goes([one, withdrawing]) {
      await prepared(one);
      await one.arm(60_000, group);
      await prepared(withdrawing);
      await withdrawing.arm(60_000);
      await one.sleep('2 minutes');
      for (const driver of [one, withdrawing]) await publish(driver, 'website');
      await one.until('rolled-back');
      await withdrawing.called('notice act-lost');
    },
  },
];
