import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPermanent, permanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Driver, inReview as drive, prepared, signAll } from '../support/policy-release-driver.ts';
import { digest, receipt, recordingActivities, submission } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
// A server each: a workflow that a test leaves behind would keep the clock of the next one from being skipped.
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

const day = 86_400_000;
const inReview = (use: (driver: Driver) => Promise<void>, options?: Parameters<typeof drive>[2]) =>
  drive(environment, use, options);

describe('a release goes out only together', () => {
  test('prepares after the fourth gate, commits at T0, and sends the irreversible channels after the website was read back', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await driver.arm(3_600_000);
      expect(driver.calls).not.toContain('commit');
      await environment.sleep('61 minutes');
      await driver.until('releasing');
      await expect.poll(() => driver.calls.filter((call) => call.startsWith('go'))).toEqual(['go website']);
      await driver.say('website', 'live');
      await driver.say('website', 'verified');
      await expect
        .poll(() => driver.calls.filter((call) => call.startsWith('go')))
        .toEqual(['go website', 'go wechat']);
      await driver.say('wechat', 'live');
      await driver.say('wechat', 'verified');
      await driver.until('released');
      const status = await driver.handle.query(messages.readStatus);
      expect(status.channels.map(({ state }) => state)).toEqual(['verified', 'verified']);
      expect(status.blockers).toEqual([]);
    });
  });

  test('cannot be armed while a gate has not signed, and says which', async () => {
    await inReview(async (driver) => {
      for (const gate of ['political', 'legal', 'secrecy']) await driver.sign(gate);
      await expect(driver.arm(60_000)).rejects.toSatisfy((error) => isPermanent(error, 'GatesNotPassed'));
      await expect(driver.arm(60_000)).rejects.toMatchObject({ cause: { message: expect.stringContaining('文字关') } });
      expect(driver.calls.some((call) => call.startsWith('stage'))).toBe(false);
    });
  });

  test.each([
    ['没有解读方案', { interpretationPlans: 0 }],
    ['没有解读材料', { interpretationMaterials: 0 }],
  ])('cannot be armed when there is %s, even with every gate signed', async (words, changes) => {
    await inReview(
      async (driver) => {
        await signAll(driver);
        await expect(driver.arm(60_000)).rejects.toMatchObject({ cause: { message: expect.stringContaining(words) } });
      },
      { changes },
    );
  });

  test('cannot be armed while a channel is not ready', async () => {
    await inReview(async (driver) => {
      await signAll(driver);
      await driver.until('preparing');
      await driver.say('website', 'ready');
      await expect(driver.arm(60_000)).rejects.toMatchObject({ cause: { message: expect.stringContaining('wechat') } });
    });
  });

  test('rolls everything back when the undoable channel refuses, before WeChat is told to go', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await driver.arm(60_000);
      await environment.sleep('2 minutes');
      await driver.until('releasing');
      await driver.say('website', 'refused');
      await driver.until('rolled-back');
      expect(driver.calls).toContain('rolled-back');
      expect(driver.calls).not.toContain('go wechat');
    });
  });

  test('goes back to the drafter, and says why, when what was signed cannot be rendered', async () => {
    const stageRelease = async () => {
      throw permanent('StagingDamaged', { zh: '图解无法绘制', en: 'The picture cannot be drawn' });
    };
    await inReview(
      async (driver) => {
        await signAll(driver);
        await driver.until('returned');
        const { blockers } = await driver.handle.query(messages.readStatus);
        expect(blockers[0]?.zh).toBe('图解无法绘制');
        const second = submission({ revision: 2, seal: digest('revision 2') });
        expect(await driver.handle.executeUpdate(messages.submit, { args: [second] })).toMatchObject({
          state: 'in-review',
        });
      },
      { overrides: { stageRelease } },
    );
  });

  test('never commits early: the database clock has the last word', async () => {
    const answers = [
      { outcome: 'early', waitMs: 5_000 },
      { outcome: 'committed', committedAt: new Date().toISOString(), told: false },
    ] as const;
    let asked = 0;
    await inReview(
      async (driver) => {
        await prepared(driver);
        await driver.arm(60_000);
        await environment.sleep('2 minutes');
        await driver.until('releasing');
        expect(asked).toBe(2);
      },
      { overrides: { commitRelease: async () => answers[Math.min(asked++, 1)] ?? answers[1] } },
    );
  });

  test('is held, and says why, when the commit finds a gate open', async () => {
    const refuses = async () => {
      throw permanent('GatesNotPassed', { zh: '尚未通过：文字关', en: 'Not signed: wording gate' });
    };
    await inReview(
      async (driver) => {
        await prepared(driver);
        await driver.arm(60_000);
        await environment.sleep('2 minutes');
        await driver.until('held');
        const { blockers } = await driver.handle.query(messages.readStatus);
        expect(blockers.map(({ zh }) => zh)).toContain('尚未通过：文字关');
      },
      { overrides: { commitRelease: refuses } },
    );
  });
});

describe('gates', () => {
  test('refuse a stale seal, a self-review, a second gate by one person, and a second decision', async () => {
    await inReview(async ({ sign }) => {
      const refuses = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);
      await expect(sign('legal', { seal: digest('another') })).rejects.toSatisfy(refuses('SealStale'));
      await expect(sign('legal', { reviewerId: 'drafter' })).rejects.toSatisfy(refuses('NotAllowed'));
      await sign('legal');
      await expect(sign('legal', { reviewerId: 'somebody' })).rejects.toSatisfy(refuses('GateNotOpen'));
      await expect(sign('wording', { reviewerId: 'reviewer-legal' })).rejects.toSatisfy(refuses('NotAllowed'));
      await expect(sign('policy')).rejects.toSatisfy(refuses('GateNotOpen'));
    });
  });

  test('cannot sign away an error finding of their own rules', async () => {
    await inReview(
      async ({ sign }) => {
        await sign('legal');
        await expect(sign('secrecy')).rejects.toSatisfy((error) => isPermanent(error, 'FindingsBlock'));
      },
      {
        changes: {
          obligations: {
            errors: [{ gate: 'secrecy', finding: 'SEC-MARK.00000000', overridable: false }],
            warnings: [],
          },
        },
      },
    );
  });

  test('return a bundle with the reason; the next revision starts with every gate open', async () => {
    await inReview(async ({ handle, sign, until, bundleId }) => {
      await sign('legal');
      await handle.executeUpdate(messages.returnGate, {
        args: [
          {
            decision: 'returned',
            gate: 'wording',
            seal: submission().seal,
            reviewerId: 'reviewer-wording',
            reason: '附件缺失',
          },
        ],
      });
      await until('returned');
      const second = submission({ revision: 2, seal: digest('revision 2') });
      const status = await handle.executeUpdate(messages.submit, { args: [second] });
      expect(status).toMatchObject({ bundleId, revision: 2, state: 'in-review' });
      expect(status.gates.every((gate) => gate.state === 'open')).toBe(true);
      await expect(sign('legal')).rejects.toSatisfy((error) => isPermanent(error, 'SealStale'));
    });
  });

  test('a clock of 20 working days runs out and is shown; the late review still counts', async () => {
    await inReview(
      async (driver) => {
        await environment.sleep(29 * day);
        await expect
          .poll(async () => (await driver.handle.query(messages.readStatus)).gates.map(({ overdue }) => overdue))
          .toEqual([true, true, true, true]);
        await signAll(driver);
        await driver.until('preparing');
      },
      {
        overrides: {
          gateClocks: async (gates, at) =>
            gates.map(({ id }) => ({
              gate: id,
              remindAt: null,
              dueAt: new Date(Date.parse(at) + 28 * day).toISOString(),
              escalateAt: null,
              calendarVersion: 3,
              problem: null,
            })),
        },
      },
    );
  });

  test('a year without a calendar shows as a problem of the clock, and stops nobody from reviewing', async () => {
    const problem = { zh: '工作日历缺少2027年', en: 'The calendar has no year 2027' };
    await inReview(
      async (driver) => {
        await expect
          .poll(async () => (await driver.handle.query(messages.readStatus)).gates[0]?.clockProblem)
          .toEqual(problem);
        await signAll(driver);
        await driver.until('preparing');
      },
      {
        overrides: {
          gateClocks: async (gates) =>
            gates.map(({ id }) => ({
              ...{ gate: id, calendarVersion: 3, problem },
              ...{ remindAt: null, dueAt: null, escalateAt: null },
            })),
        },
      },
    );
  });
});

describe('the leader', () => {
  test('holds an armed release; it keeps its date, and goes out only after it is resumed', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await driver.arm(3_600_000);
      const held = await driver.handle.executeUpdate(messages.hold, {
        args: [{ reason: '等待通知', actorId: 'leader' }],
      });
      expect(held.state).toBe('held');
      expect(held.plan).not.toBeNull();
      await environment.sleep('2 hours');
      expect(driver.calls).not.toContain('commit');
      const past = driver.handle.executeUpdate(messages.resume, { args: [{ t0: null, actorId: 'leader' }] });
      await expect(past).rejects.toSatisfy((error) => isPermanent(error, 'T0Invalid'));
      const t0 = new Date((await driver.now()) + 60_000).toISOString();
      await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
      await environment.sleep('2 minutes');
      await driver.until('releasing');
    });
  });

  test('cannot arm for an instant that has passed', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await expect(driver.arm(-1)).rejects.toSatisfy((error) => isPermanent(error, 'T0Invalid'));
    });
  });

  test('withdraws before T0: what was staged is taken down and nothing is committed', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await driver.arm(3_600_000);
      const status = await driver.handle.executeUpdate(messages.withdraw, {
        args: [{ reason: '内容有误', actorId: 'leader' }],
      });
      expect(status.state).toBe('withdrawn');
      await driver.handle.result();
      expect(driver.calls).toContain('rolled-back');
      expect(driver.calls).not.toContain('commit');
    });
  });

  test('withdraws after release: done only when every channel says so', async () => {
    await inReview(async (driver) => {
      await prepared(driver);
      await driver.arm(60_000);
      await environment.sleep('2 minutes');
      for (const channel of ['website', 'wechat'] as const) {
        await driver.say(channel, 'live');
        await driver.say(channel, 'verified');
      }
      await driver.until('released');
      const status = await driver.handle.executeUpdate(messages.withdraw, {
        args: [{ reason: '依据变化', actorId: 'leader' }],
      });
      expect(status.state).toBe('withdrawing');
      await driver.say('website', 'withdrawn');
      await driver.until('withdrawing');
      await driver.say('wechat', 'withdrawn');
      await driver.handle.result();
    });
  });
});

test('a missed instant beyond the late window is never made up for silently: what was away till then commits nothing', async () => {
  let isAway = true;
  const commitRelease = async () => {
    if (isAway) throw new Error('The database is away');
    return { outcome: 'committed', committedAt: new Date().toISOString(), told: false } as const;
  };
  await inReview(
    async (driver) => {
      await prepared(driver);
      await driver.arm(60_000);
      await environment.sleep('35 minutes'); // the window is half an hour
      isAway = false;
      await environment.sleep('1 minute');
      await driver.until('held');
      await driver.called('notice release-held');
      expect(driver.calls).not.toContain('→ releasing');
    },
    { overrides: { commitRelease } },
  );
});

test('a receipt of an earlier revision changes nothing', async () => {
  await inReview(async ({ handle, bundleId }) => {
    await handle.signal(messages.reportReceipt, receipt(bundleId, recordingActivities().releaseId, 'website', 'live'));
    expect((await handle.query(messages.readStatus)).channels[0]?.state).toBe('none');
  });
});
