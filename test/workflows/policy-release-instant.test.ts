import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToldCommit } from '../../activities/releases/types.ts';
import { permanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Driver, inReview, prepared, publish } from '../support/policy-release-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

/** A bundle whose commit waits for T0, until `finish` says how that ended. The row is there once `commit` was called. */
async function waiting(use: (driver: Driver, instant: Instant) => Promise<void>): Promise<void> {
  const [asked, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<ToldCommit>()];
  let committedAt: string | null = null;
  const instant: Instant = {
    commit() {
      committedAt = new Date().toISOString();
      return committedAt;
    },
    finish: () =>
      committedAt
        ? ended.resolve({ outcome: 'committed', committedAt, told: true })
        : ended.reject(permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' })),
  };
  const overrides = {
    savePlan: async () => ({ committedAt }),
    commitRelease: () => {
      asked.resolve();
      return ended.promise;
    },
  };
  await inReview(
    environment,
    async (driver) => {
      await prepared(driver);
      await driver.arm(60_000);
      await environment.sleep('58 seconds');
      await asked.promise;
      await use(driver, instant);
    },
    { overrides },
  );
}
type Instant = { commit: () => string; finish: () => void };
const asLeader = { args: [{ reason: '等待通知', actorId: 'leader' }] as [messages.Intervention] };

describe('while the commit waits for its instant', () => {
  test('the bundle stays armed; what the commit has told is not told again', async () => {
    await waiting(async (driver, { commit, finish }) => {
      expect((await driver.status()).state).toBe('armed');
      commit();
      finish();
      await driver.until('releasing');
      await publish(driver, 'website');
      await driver.called('go wechat');
      expect(driver.calls).not.toContain('go website');
    });
  });

  test('a hold wins, and is answered at once', async () => {
    await waiting(async (driver, { finish }) => {
      expect(await driver.handle.executeUpdate(messages.hold, asLeader)).toMatchObject({ state: 'held' });
      finish();
      const t0 = new Date((await driver.now()) + 60_000).toISOString();
      const resumed = await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
      expect(resumed).toMatchObject({ state: 'armed', plan: { t0 } });
    });
  });

  test('a withdrawal wins, and takes down what was staged', async () => {
    await waiting(async (driver, { finish }) => {
      expect(await driver.handle.executeUpdate(messages.withdraw, asLeader)).toMatchObject({ state: 'withdrawn' });
      expect(driver.calls).toContain('rolled-back');
      finish();
    });
  });

  test('a channel that takes its readiness back stops it, and somebody is told', async () => {
    await waiting(async (driver, { finish }) => {
      await driver.say('wechat', 'refused');
      await driver.until('held');
      await driver.called('notice release-held');
      finish();
    });
  });

  test('a withdrawal that finds the row there orders nothing before the commit has given its own order', async () => {
    await waiting(async (driver, { commit, finish }) => {
      commit();
      const withdrawn = driver.handle.executeUpdate(messages.withdraw, asLeader);
      await driver.until('releasing');
      expect(driver.calls.filter((call) => call === 'withdrawn' || call === 'rolled-back')).toEqual([]);
      finish();
      expect(await withdrawn).toMatchObject({ state: 'withdrawing' });
      await driver.called('withdrawn');
      expect(driver.calls).not.toContain('go website');
    });
  });
});
