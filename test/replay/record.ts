import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import type { ActOn } from '../../activities/releases/types.ts';
import type { ActKind, Channel } from '../../schemas/bundle.ts';
import { permanent } from '../../schemas/failures.ts';
import { type Amendment, GroupId, ReleaseId } from '../../schemas/release.ts';
import { enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { dayAt } from '../../workflows/policy-release/validity.ts';
import { type DeliveryRun, deliver } from '../support/delivery-driver.ts';
import {
  type Bundle,
  type Driver,
  inReview,
  prepared,
  publish,
  signAll,
  together,
} from '../support/policy-release-driver.ts';
import { digest, newBundleId, submission } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

/**
 * Records one history per path through the workflows: `npx vitest run --project record`. Recorded histories are never
 * made anew for a change of order: that change comes with patched(), and gets recordings of its own beside these.
 */
const root = join(import.meta.dirname, '..', '..');

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

async function keep(name: string, handle: WorkflowHandle): Promise<void> {
  const directory = join(import.meta.dirname, 'histories');
  await mkdir(directory, { recursive: true });
  const json = historyToJSON(await handle.fetchHistory()).replaceAll(`${root}/`, ''); // stack traces name files
  await writeFile(join(directory, `${name}.json`), `${json}\n`);
}

const threeWaves: { channel: Channel; wave: number }[] = [
  { channel: 'website', wave: 1 },
  { channel: 'wechat', wave: 2 },
  { channel: 'app', wave: 3 },
];
const warned = 'WRD-TITLE.00000001';
const stands = 'LAW-BASIS.00000002';
const second = { revision: 2, seal: digest('revision 2') };
const inDays = (days: number) => dayAt(Date.now() + days * 86_400_000);
const newAct = (kind: ActKind): Amendment => ({
  ...{ act: kind, on: inDays(0), byBundleId: newBundleId() },
  byReleaseId: ReleaseId.parse(randomUUID()),
});

async function goPublic(driver: Driver, ...channels: Channel[]): Promise<void> {
  await prepared(driver, channels.length > 0 ? channels : undefined);
  await driver.arm(60_000);
  await environment.sleep('2 minutes');
  await driver.until('releasing');
}
async function release(driver: Driver): Promise<void> {
  await goPublic(driver);
  await publish(driver, 'website');
  await driver.called('go wechat');
  await publish(driver, 'wechat');
  await driver.until('released');
}
const asLeader = (reason: string) => ({ args: [{ reason, actorId: 'leader' }] as [messages.Intervention] });
const retry = ({ handle }: Driver, channel: Channel) =>
  handle.executeUpdate(messages.retryChannel, { args: [{ channel, actorId: 'operator' }] });
const settle = ({ handle }: Driver, channel: Channel, state: messages.Settlement['state']) =>
  handle.executeUpdate(messages.settleChannel, { args: [{ channel, state, evidence: '截图', actorId: 'operator' }] });

type Path = { bundle?: Bundle; goes: (driver: Driver) => Promise<void> };
const paths: Record<string, Path> = {
  released: { goes: release },
  'returned-and-resubmitted': {
    async goes(driver) {
      await driver.sign('legal');
      const decision = { gate: 'wording', seal: submission().seal, reviewerId: 'reviewer-wording', reason: '附件缺失' };
      await driver.handle.executeUpdate(messages.returnGate, { args: [{ decision: 'returned', ...decision }] });
      await driver.until('returned');
      await driver.submit(second);
    },
  },
  'carried-and-signed': {
    bundle: {
      overrides: {
        carryDecisions: async () => [
          {
            ...{ gate: 'political', reviewerId: 'reviewer-political', actingFor: null, reason: null },
            ...{ decidedAt: '2026-11-24T01:00:00.000Z', fromRevision: 1 },
          },
        ],
      },
    },
    async goes(driver) {
      await driver.sign('political');
      await driver.submit(second);
      await expect.poll(async () => (await driver.status()).gates[0]?.carriedFrom).toBe(1);
      for (const gate of ['legal', 'secrecy', 'wording']) await driver.sign(gate);
      await driver.until('preparing');
    },
  },
  'answered-and-overridden': {
    bundle: {
      changes: {
        obligations: {
          warnings: [{ gate: 'wording', finding: warned }],
          errors: [{ gate: 'legal', finding: stands, overridable: true }],
        },
      },
    },
    async goes(driver) {
      const overriding = (actorId: string): messages.Overriding => ({
        ...{ finding: stands, seal: submission().seal, reason: '有省级依据', actorId },
      });
      await driver.handle.executeUpdate(messages.requestOverride, { args: [overriding('first')] });
      await driver.handle.executeUpdate(messages.confirmOverride, { args: [overriding('second')] });
      await driver.sign('legal', { actingFor: 'chief' });
      await driver.sign('wording', { answers: [{ finding: warned, answer: '固定用语' }] });
      for (const gate of ['political', 'secrecy']) await driver.sign(gate);
      await driver.until('preparing');
    },
  },
  emergency: {
    async goes(driver) {
      await driver.handle.executeUpdate(messages.declareEmergency, asLeader('台风'));
      await environment.sleep('26 hours');
      await driver.called('notice gate-escalation wording');
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'held-and-resumed': {
    async goes(driver) {
      await prepared(driver);
      await driver.arm(3_600_000);
      await driver.handle.executeUpdate(messages.hold, asLeader('等待通知'));
      const t0 = new Date((await driver.now()) + 60_000).toISOString();
      await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
      await environment.sleep('2 minutes');
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
      await environment.sleep('2 minutes');
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
          const isAway = plan !== null && Date.parse(plan.t0) >= (await environment.currentTimeMs());
          if (isAway) throw new Error('The database is away until T0 has passed');
          return { committedAt: null };
        },
      },
    },
    async goes(driver) {
      await prepared(driver);
      const armed = driver.arm(60_000);
      await driver.until('armed');
      await environment.sleep('3 minutes');
      await armed;
      await driver.until('releasing');
    },
  },
  'row-written-late': {
    bundle: {
      overrides: {
        async recordDecision(_sealed, { gate }) {
          if (gate === 'legal' && Context.current().info.attempt < 3) throw new Error('The database is away');
          return { decidedAt: new Date().toISOString() };
        },
      },
    },
    async goes(driver) {
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'overdue-gate': {
    async goes(driver) {
      await environment.sleep('20 days');
      await driver.called('notice gate-escalation legal');
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'rolled-back': {
    async goes(driver) {
      await goPublic(driver);
      await driver.say('website', 'refused');
      await driver.until('rolled-back');
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
      await environment.sleep('2 minutes');
      await publish(driver, 'website');
      await driver.called('go wechat (2)');
      await driver.say('wechat', 'verified', 2);
      await driver.until('released');
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
  'withdrawn-before-release': {
    async goes(driver) {
      await prepared(driver);
      await driver.handle.executeUpdate(messages.withdraw, asLeader('内容有误'));
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
      await environment.sleep('1100 days');
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
    bundle: {
      restored(bundleId, releaseId) {
        const at = '2026-11-24T01:00:00.000Z';
        const board = openBoard(bundleId);
        enterReview(board, submission(), at);
        const channels = board.channels.map((channel) => ({ ...channel, state: 'ready' as const }));
        const plan = { t0: at, policy: 'publish-rest' as const };
        return { board: { ...board, state: 'releasing', releaseId, channels, plan, committedAt: at }, transitions: 9 };
      },
    },
    async goes(driver) {
      await driver.called('go website');
      await publish(driver, 'website');
      await driver.called('go wechat');
    },
  },
  'cannot-render': {
    bundle: {
      overrides: {
        stageRelease: async () => {
          throw permanent('StagingDamaged', { zh: '图解无法绘制', en: 'The picture cannot be drawn' });
        },
      },
    },
    async goes(driver) {
      await signAll(driver);
      await driver.until('returned');
    },
  },
};

test.each(Object.entries(paths))('policyRelease: %s', async (name, { bundle, goes }) => {
  const use = async (driver: Driver) => {
    await goes(driver);
    await keep(`policy-release.${name}`, driver.handle);
  };
  await inReview(environment, use, bundle);
});

test('policyRelease: a group, and a notice that acts on both', async () => {
  const members = [newBundleId(), newBundleId()] as const;
  const group = { groupId: GroupId.parse(randomUUID()), members: [...members] };
  const acts: ActOn[] = members.map((target) => ({ target, amendment: newAct('withdraw'), reason: '不应公开' }));
  const changes = { isNotice: true, acts: 2, interpretationPlans: 0, interpretationMaterials: 0 };
  const bundles = [...members.map((bundleId) => ({ bundleId })), { changes, overrides: { actsOf: async () => acts } }];
  await together(environment, bundles, async ([one, two, notice]) => {
    if (!one || !two || !notice) throw new Error('not reached');
    for (const driver of [one, two]) {
      await prepared(driver);
      await driver.arm(60_000, group);
    }
    await environment.sleep('2 minutes');
    for (const driver of [one, two]) await publish(driver, 'website');
    for (const driver of [one, two]) await driver.called('go wechat');
    await prepared(notice);
    await notice.arm(60_000);
    await environment.sleep('2 minutes');
    await publish(notice, 'website');
    await notice.called('go wechat');
    for (const driver of [one, two]) await driver.until('withdrawing');
    await keep('policy-release.group-withdrawn-by-notice', one.handle);
    await keep('policy-release.acts-on-others', notice.handle);
  });
});

test('policyRelease: group-rolled-back', async () => {
  const members = [newBundleId(), newBundleId()] as const;
  const group = { groupId: GroupId.parse(randomUUID()), members: [...members] };
  const bundles = members.map((bundleId) => ({ bundleId }));
  await together(environment, bundles, async ([one, two]) => {
    if (!one || !two) throw new Error('not reached');
    for (const driver of [one, two]) {
      await prepared(driver);
      await driver.arm(60_000, group);
    }
    await environment.sleep('2 minutes');
    await publish(one, 'website');
    await two.say('website', 'refused');
    for (const driver of [one, two]) await driver.until('rolled-back');
    await keep('policy-release.group-rolled-back', one.handle);
  });
});

const accounts = ['a', 'b', 'c'].map((id) => ({ id, name: `公众号 ${id}` }));
const noAnswer = { state: 'unknown', detail: { zh: '没有应答', en: 'no answer' } } as const;
const noQuota = { zh: '今日接口调用次数已用完', en: "Today's calls are used up" };

type Delivery = { given?: Parameters<typeof deliver>[2]; orders: (run: DeliveryRun) => Promise<WorkflowHandle> };
const deliveries: Record<string, Delivery> = {
  prepared: { orders: ({ prepare }) => prepare() },
  published: { orders: ({ go }) => go() },
  discarded: { orders: ({ discard }) => discard() },
  withdrawn: { orders: ({ withdraw }) => withdraw() },
  inspected: { given: { accounts }, orders: ({ inspect }) => inspect() },
  'unknown-then-published': { given: { publishDelivery: async () => noAnswer }, orders: ({ go }) => go() },
  'several-accounts-prepared': { given: { accounts }, orders: ({ prepare }) => prepare() },
  'several-accounts': { given: { accounts }, orders: ({ go }) => go() },
  'one-account-refused': {
    given: { accounts, publishDelivery: refusedOnce('b') },
    orders: ({ go }) => go(),
  },
  'retried-after-refusal': {
    given: { accounts, publishDelivery: refusedOnce('b') },
    orders: async ({ go }) => {
      await go();
      return go(2);
    },
  },
  'withdrawal-refused': {
    given: { accounts, withdrawDelivery: withdrawalRefusedOnce('b') },
    orders: ({ withdraw }) => withdraw(),
  },
  'withdrawal-retried': {
    given: { accounts, withdrawDelivery: withdrawalRefusedOnce('b') },
    orders: async ({ withdraw }) => {
      await withdraw();
      return withdraw(2);
    },
  },
};

function refusedOnce(id: string): DeliveryActivities['publishDelivery'] {
  return async ({ account, attempt }) =>
    account === id && attempt === 1 ? { state: 'refused', detail: noQuota } : { state: 'running' };
}

function withdrawalRefusedOnce(id: string): DeliveryActivities['withdrawDelivery'] {
  return async ({ account, attempt }) => {
    if (account === id && attempt === 1) throw permanent('ChannelRefused', noQuota);
    return { at: new Date().toISOString(), detail: { zh: '已删除', en: 'deleted' } };
  };
}

test.each(Object.entries(deliveries))('channelDelivery: %s', async (name, { given, orders }) => {
  await deliver(environment, async (run) => keep(`channel-delivery.${name}`, await orders(run)), given);
});
