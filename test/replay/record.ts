import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import { permanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type DeliveryRun, deliver } from '../support/delivery-driver.ts';
import { type Driver, inReview, prepared, signAll } from '../support/policy-release-driver.ts';
import { digest, submission } from '../support/release-fixture.ts';
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

async function goPublic(driver: Driver): Promise<void> {
  await prepared(driver);
  await driver.arm(60_000);
  await environment.sleep('2 minutes');
  await driver.until('releasing');
}
async function verify({ say }: Driver): Promise<void> {
  for (const channel of ['website', 'wechat'] as const) {
    await say(channel, 'live');
    await say(channel, 'verified');
  }
}
const asLeader = (reason: string) => ({ args: [{ reason, actorId: 'leader' }] as [messages.Intervention] });

const paths: Record<string, (driver: Driver) => Promise<void>> = {
  released: async (driver) => {
    await goPublic(driver);
    await verify(driver);
    await driver.until('released');
  },
  'returned-and-resubmitted': async (driver) => {
    await driver.sign('legal');
    const decision = { gate: 'wording', seal: submission().seal, reviewerId: 'reviewer-wording', reason: '附件缺失' };
    await driver.handle.executeUpdate(messages.returnGate, { args: [{ decision: 'returned', ...decision }] });
    await driver.until('returned');
    const second = submission({ revision: 2, seal: digest('revision 2') });
    await driver.handle.executeUpdate(messages.submit, { args: [second] });
  },
  'held-and-resumed': async (driver) => {
    await prepared(driver);
    await driver.arm(3_600_000);
    await driver.handle.executeUpdate(messages.hold, asLeader('等待通知'));
    const t0 = new Date((await driver.now()) + 60_000).toISOString();
    await driver.handle.executeUpdate(messages.resume, { args: [{ t0, actorId: 'leader' }] });
    await environment.sleep('2 minutes');
    await driver.until('releasing');
  },
  'overdue-gate': async (driver) => {
    await environment.sleep('20 days');
    await signAll(driver);
    await driver.until('preparing');
  },
  'rolled-back': async (driver) => {
    await goPublic(driver);
    await driver.say('website', 'refused');
    await driver.until('rolled-back');
  },
  'partly-released': async (driver) => {
    await goPublic(driver);
    await driver.say('website', 'live');
    await driver.say('website', 'verified');
    await expect.poll(() => driver.calls.includes('go wechat')).toBe(true);
    await driver.say('wechat', 'refused');
    await driver.until('partly-released');
  },
  'withdrawn-before-release': async (driver) => {
    await prepared(driver);
    await driver.handle.executeUpdate(messages.withdraw, asLeader('内容有误'));
    await driver.handle.result();
  },
  'withdrawn-after-release': async (driver) => {
    await goPublic(driver);
    await verify(driver);
    await driver.until('released');
    await driver.handle.executeUpdate(messages.withdraw, asLeader('依据变化'));
    for (const channel of ['website', 'wechat'] as const) await driver.say(channel, 'withdrawn');
    await driver.handle.result();
  },
};

test.each(Object.entries(paths))('policyRelease: %s', async (name, path) => {
  await inReview(environment, async (driver) => {
    await path(driver);
    await keep(`policy-release.${name}`, driver.handle);
  });
});

test('policyRelease: cannot-render', async () => {
  const stageRelease = async () => {
    throw permanent('StagingDamaged', { zh: '图解无法绘制', en: 'The picture cannot be drawn' });
  };
  await inReview(
    environment,
    async (driver) => {
      await signAll(driver);
      await driver.until('returned');
      await keep('policy-release.cannot-render', driver.handle);
    },
    { overrides: { stageRelease } },
  );
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
