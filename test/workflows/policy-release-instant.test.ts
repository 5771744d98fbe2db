import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseActivities, ToldCommit } from '../../activities/releases/types.ts';
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
      await driver.called('rolled-back');
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

  test.each([
    ['found it early', () => ({ outcome: 'early' as const, waitMs: 1_000 })],
    ['was refused', () => Promise.reject(permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' }))],
    ['found the row', (committedAt: string) => ({ outcome: 'committed' as const, committedAt, told: true })],
  ])('what a try of before a hold and a resume says at last moves nothing: it %s', async (_, end) => {
    const tries: PromiseWithResolvers<ToldCommit>[] = [];
    const commitRelease = () => {
      const made = Promise.withResolvers<ToldCommit>();
      tries.push(made);
      return made.promise;
    };
    await inReview(
      environment,
      async (driver) => {
        await prepared(driver);
        await driver.arm(60_000);
        await environment.sleep('58 seconds');
        await expect.poll(() => tries.length).toBe(1);
        await driver.handle.executeUpdate(messages.hold, asLeader);
        const t0 = new Date((await driver.now()) + 3_000).toISOString();
        await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
        await expect.poll(() => tries.length).toBe(2);
        const committedAt = new Date().toISOString();
        tries[0]?.resolve(end(committedAt));
        await environment.sleep('1 second');
        expect(await driver.status()).toMatchObject({ state: 'armed', plan: { t0 }, committedAt: null });
        tries[1]?.resolve({ outcome: 'committed', committedAt, told: true });
        await driver.until('releasing');
        await publish(driver, 'website');
        await driver.called('go wechat');
        expect(driver.calls.filter((call) => call === 'go website' || call === 'notice release-held')).toEqual([]);
      },
      { overrides: { commitRelease } },
    );
  });
});

describe('the commit goes by the row of the plan', () => {
  /** A bundle that is armed while its plan cannot be written; `mend` lets the next try write it. */
  async function arming(use: (driver: Driver, mend: () => Promise<void>, armed: Promise<unknown>) => Promise<void>) {
    const asked = Promise.withResolvers<void>();
    let [isAway, isThere] = [true, false];
    const overrides: Partial<ReleaseActivities> = {
      async savePlan(_sealed, plan) {
        asked.resolve();
        if (isAway) throw new Error('The database is away');
        isThere = plan !== null;
        return { committedAt: null };
      },
      async commitRelease() {
        if (!isThere) throw permanent('WrongPhase', { zh: '没有发布计划', en: 'There is no plan' });
        return { outcome: 'committed', committedAt: new Date().toISOString(), told: true };
      },
    };
    const mend = async () => {
      isAway = false;
      await environment.sleep('1 minute'); // more than the longest interval between two tries
    };
    await inReview(
      environment,
      async (driver) => {
        await prepared(driver);
        const armed = driver.arm(60_000);
        await asked.promise;
        await use(driver, mend, armed);
      },
      { overrides },
    );
  }

  test('one that is written after T0 is committed late, within the window, and not held', async () => {
    await arming(async (driver, mend, armed) => {
      await environment.sleep('2 minutes');
      expect((await driver.status()).state).toBe('armed');
      await mend();
      await armed;
      await driver.until('releasing');
      expect(driver.calls).not.toContain('→ held');
    });
  });

  test('a hold that comes meanwhile wins', async () => {
    await arming(async (driver, mend, armed) => {
      const held = driver.handle.executeUpdate(messages.hold, asLeader);
      await driver.until('committing');
      await environment.sleep('2 minutes');
      await mend();
      await armed;
      expect(await held).toMatchObject({ state: 'held' });
      expect(driver.calls).not.toContain('→ releasing');
    });
  });
});
