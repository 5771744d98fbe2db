import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../schemas/bundle.ts';
import { isPermanent } from '../../schemas/failures.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Driver, inReview as drive, prepared, publish, signAll } from '../support/policy-release-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

const refused = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);
const gone = ({ calls }: Driver) => calls.filter((call) => call.startsWith('go'));
const retry = ({ handle }: Driver, channel: Channel) =>
  handle.executeUpdate(messages.retryChannel, { args: [{ channel, actorId: 'operator' }] });
const settle = ({ handle }: Driver, channel: Channel, state: messages.Settlement['state']) =>
  handle.executeUpdate(messages.settleChannel, {
    args: [{ channel, state, evidence: '公众号后台截图', actorId: 'operator' }],
  });
const stateOf = async ({ status }: Driver, channel: Channel) =>
  (await status()).channels.find((each) => each.channel === channel)?.state;

const threeWaves: { channel: Channel; wave: number }[] = [
  { channel: 'website', wave: 1 },
  { channel: 'wechat', wave: 2 },
  { channel: 'app', wave: 3 },
];
/** Three waves, of which the first is public and the second has been told to go. */
async function secondWave(use: (driver: Driver) => Promise<void>, policy: ReleasePolicy = 'publish-rest') {
  await drive(
    environment,
    async (driver) => {
      await prepared(
        driver,
        threeWaves.map(({ channel }) => channel),
      );
      await driver.arm(60_000);
      await environment.sleep('2 minutes');
      await driver.until('releasing');
      await publish(driver, 'website');
      await driver.called('go wechat');
      await use(driver);
    },
    { changes: { policy, channels: threeWaves } },
  );
}

describe('a refused channel', () => {
  test('is tried again before T0, and goes with the try that it is ready with', async () => {
    await drive(environment, async (driver) => {
      await signAll(driver);
      await driver.called('prepare');
      await driver.say('website', 'ready');
      await expect(retry(driver, 'wechat')).rejects.toSatisfy(refused('WrongPhase'));
      await driver.say('wechat', 'refused');
      await retry(driver, 'wechat');
      await driver.called('prepare wechat (2)');
      await driver.say('wechat', 'ready'); // of the first try, late
      expect(await stateOf(driver, 'wechat')).toBe('none');
      await driver.say('wechat', 'ready', 2);
      await driver.until('prepared');
      await driver.arm(60_000);
      await environment.sleep('2 minutes');
      await driver.until('releasing');
      await publish(driver, 'website');
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'verified', 2);
      await driver.until('released');
      const { state } = await driver.handle.executeUpdate(messages.withdraw, {
        args: [{ reason: '依据变化', actorId: 'leader' }],
      });
      expect(state).toBe('withdrawing');
      await driver.called('withdrawn (2)'); // one order to all, which no channel takes for an old one
      for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn', 2);
      await driver.handle.result();
    });
  });

  test('is tried again after the commit: prepared, told to go, read back, and then everything is released', async () => {
    await secondWave(async (driver) => {
      await driver.say('wechat', 'refused');
      await driver.called('go app');
      await publish(driver, 'app');
      await driver.until('partly-released');
      await driver.called('notice channel-refused');
      await retry(driver, 'wechat');
      await driver.called('prepare wechat (2)');
      await driver.say('wechat', 'verified'); // of the first try: no news
      expect(await stateOf(driver, 'wechat')).toBe('none');
      await driver.say('wechat', 'ready', 2);
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'refused', 2);
      await driver.called('notice channel-refused', 2); // it happened again, and is told again
      await retry(driver, 'wechat');
      await driver.say('wechat', 'ready', 3);
      await driver.called('go wechat (3)');
      await driver.say('wechat', 'verified', 3);
      await driver.until('released');
    });
  });
});

describe('an unknown outcome', () => {
  test('is settled by hand with evidence, and never by telling the channel again', async () => {
    await secondWave(async (driver) => {
      await driver.say('wechat', 'unknown');
      await driver.called('go app');
      await publish(driver, 'app');
      await driver.until('outcome-unknown');
      await driver.called('notice outcome-unknown');
      await expect(retry(driver, 'wechat')).rejects.toSatisfy(refused('WrongPhase'));
      await expect(settle(driver, 'website', 'verified')).rejects.toSatisfy(refused('WrongPhase'));
      await expect(settle(driver, 'wechat', 'withdrawn')).rejects.toSatisfy(refused('WrongPhase'));
      await settle(driver, 'wechat', 'verified');
      await driver.until('released');
      expect(driver.calls).toContain('settled wechat verified');
      const { channels } = await driver.status();
      expect(channels.find(({ channel }) => channel === 'wechat')?.detail?.zh).toContain('operator');
      expect(gone(driver)).toEqual(['go website', 'go wechat', 'go app']);
    });
  });

  test('of a preparation is given up by hand, and then tried again', async () => {
    await drive(environment, async (driver) => {
      await signAll(driver);
      await driver.called('prepare');
      await driver.say('website', 'ready');
      await driver.say('wechat', 'unknown');
      await expect(settle(driver, 'wechat', 'verified')).rejects.toSatisfy(refused('WrongPhase'));
      await settle(driver, 'wechat', 'refused');
      await retry(driver, 'wechat');
      await driver.say('wechat', 'ready', 2);
      await driver.until('prepared');
    });
  });
});

test('a refused withdrawal is tried again by one order to all, and settled by hand where it cannot be done', async () => {
  await secondWave(async (driver) => {
    await publish(driver, 'wechat');
    await driver.called('go app');
    await publish(driver, 'app');
    await driver.until('released');
    await driver.handle.executeUpdate(messages.withdraw, { args: [{ reason: '依据变化', actorId: 'leader' }] });
    await driver.say('website', 'withdrawn');
    await expect(settle(driver, 'wechat', 'withdrawn')).rejects.toSatisfy(refused('WrongPhase'));
    for (const channel of ['wechat', 'app'] as const) await driver.say(channel, 'refused');
    await expect(retry(driver, 'website')).rejects.toSatisfy(refused('WrongPhase'));
    await retry(driver, 'wechat');
    await driver.called('withdrawn (2)');
    for (const channel of ['wechat', 'app'] as const) await driver.say(channel, 'refused', 2);
    await retry(driver, 'app'); // a third try, not a second one that everybody has heard already
    await driver.called('withdrawn (3)');
    await driver.say('app', 'withdrawn', 3);
    await settle(driver, 'wechat', 'withdrawn');
    await driver.handle.result();
    expect(driver.calls.at(-1)).toBe('→ withdrawn');
  });
});

describe('after the point of no return', () => {
  test.each(['hold-all', 'compensate'] as const)(
    '%s stops the later waves until the channel has come round',
    async (policy) => {
      await secondWave(async (driver) => {
        await driver.say('wechat', 'refused');
        await driver.until('partly-released');
        await driver.called(policy === 'compensate' ? 'notice compensation-due' : 'notice channel-refused');
        expect(gone(driver)).toEqual(['go website', 'go wechat']);
        await retry(driver, 'wechat');
        await driver.say('wechat', 'ready', 2);
        await driver.called('go wechat (2)');
        await driver.say('wechat', 'verified', 2);
        await driver.called('go app');
      }, policy);
    },
  );

  test('compensation needs a second person, and only that policy compensates', async () => {
    const compensate = ({ handle }: Driver, actorId: string) =>
      handle.executeUpdate(messages.compensate, { args: [{ reason: '公众号被拒', actorId }] });
    await secondWave(async (driver) => {
      await expect(compensate(driver, 'deputy')).rejects.toSatisfy(refused('WrongPhase'));
      await driver.say('wechat', 'refused');
      await driver.until('partly-released');
      await expect(compensate(driver, 'leader')).rejects.toSatisfy(refused('NotAllowed'));
      expect((await compensate(driver, 'deputy')).state).toBe('withdrawing');
      expect(gone(driver)).not.toContain('go app');
    }, 'compensate');
  });

  test('no other policy compensates', async () => {
    await secondWave(async (driver) => {
      await driver.say('wechat', 'refused');
      await driver.until('partly-released');
      const compensate = driver.handle.executeUpdate(messages.compensate, {
        args: [{ reason: 'x', actorId: 'deputy' }],
      });
      await expect(compensate).rejects.toSatisfy(refused('WrongPhase'));
    }, 'hold-all');
  });

  test('nothing irreversible goes while an undoable channel is not public, whatever the policy', async () => {
    await secondWave(async (driver) => {
      await driver.say('website', 'refused'); // the platform took it down again
      await driver.say('wechat', 'refused');
      await driver.until('partly-released');
      expect(gone(driver)).toEqual(['go website', 'go wechat']);
      await retry(driver, 'website');
      await driver.say('website', 'ready', 2);
      await driver.called('go website (2)');
      await driver.say('website', 'verified', 2);
      await driver.called('go app');
    });
  });
});
