import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActOn } from '../../activities/releases/types.ts';
import type { ActKind, BundleId } from '../../schemas/bundle.ts';
import { type Amendment, GroupId, ReleaseId, type ReleaseState } from '../../schemas/release.ts';
import { type Board, enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { dayAt } from '../../workflows/policy-release/validity.ts';
import { type Driver, inReview, prepared, publish, signAll, together } from '../support/policy-release-driver.ts';
import { newBundleId, submission } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

async function released(driver: Driver): Promise<void> {
  await prepared(driver);
  await driver.arm(60_000);
  await environment.sleep('2 minutes');
  await publish(driver, 'website');
  await driver.called('go wechat');
  await publish(driver, 'wechat');
  await driver.until('released');
}
const inDays = (days: number) => dayAt(Date.now() + days * 86_400_000);
const act = (kind: ActKind, on = inDays(0)): Amendment => ({
  act: kind,
  on,
  byBundleId: newBundleId(),
  byReleaseId: ReleaseId.parse(randomUUID()),
});
const validities = ({ calls }: Driver) =>
  calls.flatMap((call) => (call.startsWith('validity ') ? [call.slice('validity '.length)] : []));

describe('validity', () => {
  test('moves by the calendar over the years: 尚未施行, 有效, 即将失效, 失效; each is recorded and told once', async () => {
    await inReview(
      environment,
      async (driver) => {
        await released(driver);
        await expect.poll(() => validities(driver)).toEqual(['not-yet-effective']);
        await environment.sleep('40 days');
        await expect.poll(() => validities(driver)).toEqual(['not-yet-effective', 'in-force']);
        await environment.sleep('700 days');
        expect(validities(driver)).toHaveLength(2);
        await environment.sleep('300 days');
        await expect.poll(() => validities(driver).slice(2)).toEqual(['expiring']);
        await environment.sleep('60 days');
        await expect.poll(() => validities(driver).slice(3)).toEqual(['expired']);
        await driver.called('validity', 4); // told to the channels
        expect((await driver.status()).validity).toBe('expired');
      },
      { changes: { effectiveFrom: inDays(30), effectiveUntil: inDays(1060), expiringDays: 30 } },
    );
  });

  test.each<[ActKind, string[]]>([
    ['correct', ['in-force']],
    ['amend', ['in-force', 'amended']],
    ['supersede', ['in-force', 'abolished']],
    ['abolish', ['in-force', 'abolished']],
  ])('%s by a later bundle is recorded, told to every channel once, and counts from its day', async (kind, states) => {
    await inReview(environment, async (driver) => {
      await released(driver);
      const news = { amendment: act(kind, inDays(10)), reason: '依据调整' };
      for (const _ of ['once', 'again']) await driver.handle.signal(messages.amend, news);
      await driver.called(`amended ${kind}`);
      await driver.called(`tell ${kind}`);
      expect(validities(driver)).toEqual(['in-force']);
      await environment.sleep('12 days');
      await expect.poll(() => validities(driver)).toEqual(states);
      expect((await driver.status()).amendments).toHaveLength(1);
    });
  });
});

test('a 公告 that is public withdraws what it acts on, and says so where that does not run any more', async () => {
  const target = newBundleId();
  const ended = newBundleId();
  const acts = (one: BundleId): ActOn => ({ target: one, amendment: act('withdraw'), reason: '不应公开' });
  const notice = {
    changes: { isNotice: true, acts: 2, interpretationPlans: 0, interpretationMaterials: 0 },
    overrides: { actsOf: async () => [acts(ended), acts(target)] },
  };
  await together(environment, [{ bundleId: target }, notice], async ([first, second]) => {
    if (!first || !second) throw new Error('not reached');
    await released(first);
    await prepared(second);
    await second.arm(60_000);
    await environment.sleep('2 minutes');
    await second.say('website', 'live');
    expect((await first.status()).state).toBe('released'); // not before the notice itself was read back
    await second.say('website', 'verified');
    await first.until('withdrawing');
    await second.called('notice act-lost');
    for (const channel of ['website', 'wechat'] as const) await first.say(channel, 'withdrawn');
    await first.handle.result();
    expect(first.calls.filter((call) => call === 'tell withdraw')).toHaveLength(1);
  });
});

describe('a workflow that was lost goes on from its rows', () => {
  const at = '2026-11-24T01:00:00.000Z';
  const board = (bundleId: BundleId, releaseId: ReleaseId, state: ReleaseState, more: Partial<Board> = {}): Board => {
    const restored = openBoard(bundleId);
    enterReview(restored, submission(), at);
    const signed = restored.gates.map((gate) => ({
      ...gate,
      state: 'signed' as const,
      reviewerId: `reviewer-${gate.gate}`,
      decidedAt: at,
    }));
    return { ...restored, state, releaseId, gates: signed, ...more };
  };
  const channels = (state: 'ready' | 'live' | 'verified', { channels: all }: Board) =>
    all.map((channel) => ({ ...channel, state }));
  const committed = { plan: { t0: at, policy: 'publish-rest' as const }, armedBy: 'leader', committedAt: at };

  const lost: Record<
    string,
    { more?: Partial<Board>; said?: 'ready' | 'verified'; goesOn: (driver: Driver) => Promise<void> }
  > = {
    'in-review': {
      more: { gates: [] },
      async goesOn(driver) {
        await signAll(driver);
        await driver.until('preparing');
      },
    },
    cleared: { goesOn: (driver) => driver.called('prepare') },
    preparing: {
      async goesOn(driver) {
        await driver.called('prepare');
        for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'ready');
        await driver.until('prepared');
      },
    },
    prepared: {
      said: 'ready',
      async goesOn(driver) {
        await driver.arm(60_000);
        await environment.sleep('2 minutes');
        await driver.until('releasing');
      },
    },
    armed: {
      said: 'ready',
      more: { plan: { t0: new Date(Date.now() + 3_600_000).toISOString(), policy: 'publish-rest' }, armedBy: 'leader' },
      async goesOn(driver) {
        await environment.sleep('61 minutes');
        await driver.until('releasing');
      },
    },
    releasing: {
      said: 'ready',
      more: committed,
      async goesOn(driver) {
        await driver.called('go website');
        await publish(driver, 'website');
        await driver.called('go wechat');
      },
    },
    verifying: {
      said: 'ready',
      more: committed,
      async goesOn(driver) {
        await driver.called('go website');
        await publish(driver, 'website');
        await driver.called('go wechat');
      },
    },
    released: {
      said: 'verified',
      more: committed,
      async goesOn(driver) {
        await driver.called('validity in-force');
        const [withdrawal] = [{ reason: '依据变化', actorId: 'leader' }];
        await driver.handle.executeUpdate(messages.withdraw, { args: [withdrawal] });
        await driver.until('withdrawing');
      },
    },
    withdrawing: {
      said: 'verified',
      more: { ...committed, withdrawal: { reason: '依据变化', actorId: 'leader' } },
      async goesOn(driver) {
        await driver.called('withdrawn');
        for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn');
        await driver.handle.result();
      },
    },
  };
  test.each(Object.entries(lost))('%s', async (state, { more = {}, said, goesOn }) => {
    const restored = (bundleId: BundleId, releaseId: ReleaseId) => {
      const open = board(bundleId, releaseId, state as ReleaseState);
      const { gates, ...rest } = more;
      const own = gates ? { gates: openGates(bundleId) } : {};
      return {
        board: { ...open, ...rest, ...own, ...(said && { channels: channels(said, open) }) },
        transitions: 7,
      };
    };
    await inReview(environment, goesOn, { restored });
  });

  test('releasing, and another member of its group has ended before it could hear of that', async () => {
    const restored = (bundleId: BundleId, releaseId: ReleaseId) => {
      const group = { groupId: GroupId.parse(randomUUID()), members: [bundleId, newBundleId()] };
      const open = board(bundleId, releaseId, 'releasing', { ...committed, group });
      return { board: { ...open, channels: channels('ready', open) }, transitions: 7 };
    };
    const goesOn = async (driver: Driver) => {
      await environment.sleep('2 minutes'); // the website waits for the order of the other, which never comes
      await driver.until('rolled-back');
    };
    await inReview(environment, goesOn, { restored });
  });
  const openGates = (bundleId: BundleId) => {
    const fresh = openBoard(bundleId);
    enterReview(fresh, submission(), new Date().toISOString());
    return fresh.gates;
  };
});
