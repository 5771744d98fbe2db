import type { Channel } from '../../schemas/bundle.ts';
import { enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Bundle, publish } from '../support/policy-release-driver.ts';
import { submission } from '../support/release-fixture.ts';
import { asLeader, goPublic, inDays, newAct, type Path, release, retry, settle, withdraw } from './path.ts';

const threeWaves: { channel: Channel; wave: number }[] = [
  { channel: 'website', wave: 1 },
  { channel: 'wechat', wave: 2 },
  { channel: 'app', wave: 3 },
];

const at = '2026-11-24T01:00:00.000Z';
/** What reconcile knows of a bundle in `state`, each channel of which has said `said`. */
const fromRows =
  (
    state: 'preparing' | 'releasing' | 'withdrawing',
    said: 'none' | 'ready' | 'verified',
  ): NonNullable<Bundle['restored']> =>
  (bundleId, releaseId) => {
    const board = openBoard(bundleId);
    enterReview(board, submission(), at);
    const channels = board.channels.map((channel) => ({ ...channel, state: said }));
    const plan = { t0: at, policy: 'publish-rest' as const };
    const committed = state === 'preparing' ? {} : { plan, committedAt: at };
    const withdrawal = state === 'withdrawing' ? { reason: '依据变化', actorId: 'leader' } : null;
    return { board: { ...board, state, releaseId, channels, withdrawal, ...committed }, transitions: 9 };
  };

/** From the commit to the end of validity, or to what takes the release back. */
export const pathsAfterTheCommit: Record<string, Path> = {
  released: { goes: release },
  'rolled-back': {
    async goes(driver) {
      await goPublic(driver);
      await driver.say('website', 'refused');
      await driver.until('rolled-back');
    },
  },
  'partly-released-and-retried': {
    async goes(driver) {
      await goPublic(driver);
      await publish(driver, 'website');
      await driver.called('go wechat');
      await driver.say('wechat', 'refused');
      await driver.called('notice channel-refused');
      await retry(driver, 'wechat');
      await driver.say('wechat', 'ready', 2);
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'verified', 2);
      await driver.until('released');
    },
  },
  'unknown-and-settled': {
    async goes(driver) {
      await goPublic(driver);
      await publish(driver, 'website');
      await driver.called('go wechat');
      await driver.say('wechat', 'unknown');
      await driver.called('notice outcome-unknown');
      await settle(driver, 'wechat', 'verified');
      await driver.until('released');
    },
  },
  'later-waves-held': {
    bundle: { changes: { policy: 'hold-all', channels: threeWaves } },
    async goes(driver) {
      await goPublic(driver, 'website', 'wechat', 'app');
      await publish(driver, 'website');
      await driver.called('go wechat');
      await driver.say('wechat', 'refused');
      await driver.until('partly-released');
      await retry(driver, 'wechat');
      await driver.say('wechat', 'ready', 2);
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'verified', 2);
      await driver.called('go app');
    },
  },
  compensated: {
    bundle: { changes: { policy: 'compensate' } },
    async goes(driver) {
      await goPublic(driver);
      await publish(driver, 'website');
      await driver.called('go wechat');
      await driver.say('wechat', 'refused');
      await driver.called('notice compensation-due');
      const deputy = { reason: '公众号被拒', actorId: 'deputy' };
      await driver.handle.executeUpdate(messages.compensate, { args: [deputy] });
      for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn');
      await driver.handle.result();
    },
  },
  'withdrawn-after-release': {
    async goes(driver) {
      await release(driver);
      await driver.handle.executeUpdate(messages.withdraw, asLeader('依据变化'));
      await driver.say('website', 'withdrawn');
      await driver.say('wechat', 'refused');
      await retry(driver, 'wechat');
      await driver.called('withdrawn (2)');
      await driver.say('wechat', 'refused', 2);
      await settle(driver, 'wechat', 'withdrawn');
      await driver.handle.result();
    },
  },
  'valid-for-years': {
    bundle: { changes: { effectiveFrom: inDays(30), effectiveUntil: inDays(1060) } },
    async goes(driver) {
      await release(driver);
      await driver.handle.signal(messages.amend, { amendment: newAct('amend'), reason: '修改' });
      await driver.sleep('1100 days');
      await driver.called('validity', 4);
    },
  },
  abolished: {
    async goes(driver) {
      await release(driver);
      await driver.handle.signal(messages.amend, { amendment: newAct('abolish'), reason: '废止' });
      await driver.called('validity abolished');
    },
  },
  restored: {
    bundle: { restored: fromRows('releasing', 'ready') },
    async goes(driver) {
      await driver.called('go website');
      await publish(driver, 'website');
      await driver.called('go wechat');
    },
  },
  'restored-while-preparing': {
    bundle: { restored: fromRows('preparing', 'none') },
    async goes(driver) {
      await driver.called('prepare');
      for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'ready');
      await driver.until('prepared');
    },
  },
  'restored-while-withdrawing': {
    bundle: { restored: fromRows('withdrawing', 'verified') },
    async goes(driver) {
      await driver.called('withdrawn');
      for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn');
      await driver.handle.result();
    },
  },
  'withdrawn-while-releasing': {
    async goes(driver) {
      await goPublic(driver);
      await withdraw(driver);
      for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn');
      await driver.handle.result();
    },
  },
};
