import { Context } from '@temporalio/activity';
import { expect } from 'vitest';
import type { ReleaseActivities } from '../../activities/releases/types.ts';
import { permanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { prepared, publish, signAll } from '../support/policy-release-driver.ts';
import { asLeader, goPublic, hold, type Path, resume, retry, withdraw } from './path.ts';

let [isDatabaseAway, wasEarly, hasGroupGone] = [true, false, false];
const committedAt = new Date().toISOString();
/** A commit that is on its way until the worker ends. */
const commitWaits: Pick<ReleaseActivities, 'commitRelease'> = { commitRelease: () => Context.current().cancelled };

/** From what is prepared to the commit, or to what keeps it back. */
export const pathsOfTheInstant: Record<string, Path> = {
  'held-and-resumed': {
    async goes(driver) {
      await prepared(driver);
      await driver.arm(3_600_000);
      await driver.handle.executeUpdate(messages.hold, asLeader('等待通知'));
      const t0 = new Date((await driver.now()) + 60_000).toISOString();
      await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
      await driver.sleep('2 minutes');
      await driver.until('releasing');
    },
  },
  'held-at-its-instant': {
    bundle: {
      overrides: {
        commitRelease: async () => {
          throw permanent('GatesNotPassed', { zh: '尚未通过：文字关', en: 'Not signed: wording gate' });
        },
      },
    },
    async goes(driver) {
      await prepared(driver);
      await driver.arm(60_000);
      await driver.sleep('2 minutes');
      await driver.called('notice release-held');
    },
  },
  'told-with-commit': {
    bundle: {
      overrides: {
        commitRelease: async () => ({ outcome: 'committed', committedAt: new Date().toISOString(), told: true }),
      },
    },
    async goes(driver) {
      await goPublic(driver);
      await publish(driver, 'website');
      await driver.called('go wechat');
      expect(driver.calls).not.toContain('go website');
    },
  },
  'plan-written-late': {
    bundle: {
      overrides: {
        async savePlan(_sealed, plan) {
          if (plan && isDatabaseAway) throw new Error('The database is away until T0 has passed');
          return { committedAt: null };
        },
      },
    },
    async goes(driver) {
      await prepared(driver);
      const armed = driver.arm(60_000);
      await driver.until('armed');
      await driver.sleep('3 minutes');
      isDatabaseAway = false;
      await driver.sleep('1 minute');
      await armed;
      await driver.until('releasing');
    },
  },
  'retried-before-release': {
    async goes(driver) {
      await signAll(driver);
      await driver.called('prepare');
      await driver.say('website', 'ready');
      await driver.say('wechat', 'refused');
      await retry(driver, 'wechat');
      await driver.say('wechat', 'ready', 2);
      await driver.until('prepared');
      await driver.arm(60_000);
      await driver.sleep('2 minutes');
      await publish(driver, 'website');
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'verified', 2);
      await driver.until('released');
    },
  },
  'withdrawn-before-release': {
    async goes(driver) {
      await prepared(driver);
      await driver.handle.executeUpdate(messages.withdraw, asLeader('内容有误'));
      await driver.handle.result();
    },
  },
  'held-before-armed': {
    async goes(driver) {
      await prepared(driver);
      await hold(driver);
      await driver.handle.executeUpdate(messages.resume, { args: [{ t0: null, actorId: 'leader' }] });
      await driver.until('prepared');
    },
  },
  'held-too-late': {
    bundle: { overrides: { savePlan: async () => ({ committedAt: hasGroupGone ? committedAt : null }) } },
    async goes(driver) {
      await prepared(driver);
      await driver.arm(3_600_000);
      hasGroupGone = true;
      await hold(driver).catch(() => undefined); // refused: it is out
      await driver.called('go website');
    },
  },
  'early-by-the-database': {
    bundle: {
      overrides: {
        async commitRelease() {
          if (wasEarly) return { outcome: 'committed', committedAt: new Date().toISOString(), told: false };
          wasEarly = true;
          return { outcome: 'early', waitMs: 8_000 };
        },
      },
    },
    goes: goPublic,
  },
  'missed-its-instant': {
    bundle: { overrides: { commitRelease: () => Promise.reject(new Error('The database is away')) } },
    async goes(driver) {
      await prepared(driver);
      await driver.arm(60_000);
      await driver.sleep('40 minutes');
      await driver.until('held');
      await resume(driver);
    },
  },
  'not-ready-at-its-instant': {
    bundle: { overrides: commitWaits },
    async goes(driver) {
      await prepared(driver);
      await driver.arm(60_000);
      await driver.sleep('58 seconds');
      await driver.say('wechat', 'refused');
      await driver.called('notice release-held');
    },
  },
  'held-while-the-commit-waits': {
    bundle: { overrides: commitWaits },
    async goes(driver) {
      await prepared(driver);
      await driver.arm(60_000);
      await driver.sleep('58 seconds');
      await hold(driver);
      await resume(driver);
    },
  },
  'withdrawn-while-armed': {
    async goes(driver) {
      await prepared(driver);
      await driver.arm(3_600_000);
      await withdraw(driver);
      await driver.handle.result();
    },
  },
};
