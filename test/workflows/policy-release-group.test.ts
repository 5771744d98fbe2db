import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPermanent, permanent } from '../../schemas/failures.ts';
import { GroupId, type ReleaseGroup } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Bundle, type Driver, prepared, publish, together } from '../support/policy-release-driver.ts';
import { digest, newBundleId } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

const groupOf = (...members: ReleaseGroup['members']): ReleaseGroup => ({
  groupId: GroupId.parse(randomUUID()),
  members,
});
const gone = ({ calls }: Driver) => calls.filter((call) => call.startsWith('go'));

/** Two bundles of one group whose instant has come. */
async function releasing(
  use: (one: Driver, two: Driver, group: ReleaseGroup) => Promise<void>,
  bundles: [Bundle, Bundle] = [{}, {}],
): Promise<void> {
  const ids = [newBundleId(), newBundleId()] as const;
  const group = groupOf(...ids);
  const named = bundles.map((bundle, index) => ({ ...bundle, bundleId: ids[index] ?? ids[0] }));
  await together(environment, named, async ([one, two]) => {
    if (!one || !two) throw new Error('not reached');
    for (const driver of [one, two]) {
      const channels = bundles[driver === one ? 0 : 1].changes?.channels?.map(({ channel }) => channel);
      await prepared(driver, channels);
      await driver.arm(60_000, group);
    }
    await environment.sleep('2 minutes');
    for (const driver of [one, two]) await driver.until('releasing');
    await use(one, two, group);
  });
}

describe('bundles of one group', () => {
  test('send nothing irreversible before the undoable channels of all members were read back', async () => {
    await releasing(async (one, two) => {
      await publish(one, 'website');
      await two.say('website', 'live');
      expect(gone(one)).toEqual(['go website']);
      expect((await one.status()).state).toBe('releasing');
      await two.say('website', 'verified');
      for (const driver of [one, two]) {
        await driver.called('go wechat');
        await publish(driver, 'wechat');
        await driver.until('released');
      }
    });
  });

  test('are all rolled back where one fails', async () => {
    await releasing(async (one, two) => {
      await publish(one, 'website');
      await two.say('website', 'refused');
      for (const driver of [one, two]) {
        await driver.until('rolled-back');
        expect(gone(driver)).toEqual(['go website']);
      }
      expect((await one.status()).blockers[0]?.zh).toContain('同批');
    });
  });

  test('wait for a member without undoable channels only until it has said so', async () => {
    await releasing(
      async (one, two) => {
        await publish(one, 'website');
        await one.called('go wechat');
        await two.called('go wechat');
      },
      [{}, { changes: { channels: [{ channel: 'wechat', wave: 2 }] } }],
    );
  });

  test('can be withdrawn while they wait for another, which then is taken back too', async () => {
    await releasing(async (one, two) => {
      const { state } = await one.handle.executeUpdate(messages.withdraw, {
        args: [{ reason: '依据变化', actorId: 'leader' }],
      });
      expect(state).toBe('withdrawing');
      await two.say('website', 'verified');
      await two.until('rolled-back');
    });
  });

  test('that are withdrawn while they wait for the word of another do not wait for it', async () => {
    await releasing(async (one) => {
      await publish(one, 'website');
      const { state } = await one.handle.executeUpdate(messages.withdraw, {
        args: [{ reason: '依据变化', actorId: 'leader' }],
      });
      expect(state).toBe('withdrawing');
      expect(gone(one)).toEqual(['go website']);
    });
  });

  test('go again after a rollback: what was said in the first group is nothing to the second', async () => {
    await releasing(async (one, two) => {
      await two.say('website', 'refused');
      for (const driver of [one, two]) await driver.say('website', 'discarded');
      for (const driver of [one, two]) {
        if (driver === one) await driver.say('website', 'refused');
        await driver.until('rolled-back');
      }
      const again = groupOf(one.bundleId, two.bundleId);
      for (const driver of [one, two]) {
        driver.calls.splice(0);
        await driver.submit({ revision: 2, seal: digest('revision 2') });
        await prepared(driver);
        await driver.arm(60_000, again);
      }
      await environment.sleep('2 minutes');
      for (const driver of [one, two]) await driver.until('releasing');
      for (const driver of [one, two]) await publish(driver, 'website');
      for (const driver of [one, two]) await driver.called('go wechat');
    });
  });
});

test('a hold that comes too late in a group is refused, and the bundle goes on as released', async () => {
  const committedAt = new Date().toISOString();
  let groupWent = false;
  const savePlan = async () => ({ committedAt: groupWent ? committedAt : null });
  await together(environment, [{ overrides: { savePlan } }], async ([driver]) => {
    if (!driver) throw new Error('not reached');
    await prepared(driver);
    await driver.arm(3_600_000, groupOf(driver.bundleId, newBundleId()));
    groupWent = true; // another member's transaction carried this one along
    const hold = driver.handle.executeUpdate(messages.hold, { args: [{ reason: '等待', actorId: 'leader' }] });
    await expect(hold).rejects.toSatisfy((error) => isPermanent(error, 'WrongPhase'));
    await driver.called('go website');
    expect(await driver.status()).toMatchObject({ state: 'releasing', committedAt });
  });
});

test('a member that finds its own commit refused learns that the group has gone', async () => {
  const committedAt = new Date().toISOString();
  const commitRelease = async () => {
    throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
  };
  let armed = false;
  const savePlan = async () => {
    const answer = { committedAt: armed ? committedAt : null };
    armed = true;
    return answer;
  };
  await together(environment, [{ overrides: { savePlan, commitRelease } }], async ([driver]) => {
    if (!driver) throw new Error('not reached');
    await prepared(driver);
    await driver.arm(60_000);
    await environment.sleep('2 minutes');
    await driver.until('releasing');
    expect(driver.calls).not.toContain('→ held');
  });
});
