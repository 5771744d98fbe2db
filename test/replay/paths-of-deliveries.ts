import type { WorkflowHandle } from '@temporalio/client';
import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import { permanent } from '../../schemas/failures.ts';
import type { DeliveryRun, deliver } from '../support/delivery-driver.ts';

const accounts = ['a', 'b', 'c'].map((id) => ({ id, name: `公众号 ${id}` }));
/** More than fit into one task of the workflow. */
const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, name: `公众号 ${id}` }));
const noAnswer = { state: 'unknown', detail: { zh: '没有应答', en: 'no answer' } } as const;
const noQuota = { zh: '今日接口调用次数已用完', en: "Today's calls are used up" };

export type Delivery = { given?: Parameters<typeof deliver>[2]; orders: (run: DeliveryRun) => Promise<WorkflowHandle> };
/** The orders to a channel, and what becomes of them. */
export const deliveries: Record<string, Delivery> = {
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
  'prepared-refused': {
    given: { prepareDelivery: () => Promise.reject(permanent('ChannelRefused', noQuota)) },
    orders: ({ prepare }) => prepare(),
  },
  'discarded-before-it-came': { given: { closeOrder: async () => [] }, orders: ({ discard }) => discard() },
  'away-at-first': { given: { publishDelivery: awayAtFirst(3) }, orders: ({ go }) => go() },
  'silent-for-long': { given: { publishDelivery: awayAtFirst(30) }, orders: ({ go }) => go() },
  'differs-when-read-back': {
    given: { accounts, verifyDelivery: () => Promise.reject(permanent('ChannelRefused', noQuota)) },
    orders: ({ go }) => go(),
  },
  'many-accounts-prepared': { given: { accounts: many }, orders: ({ prepare }) => prepare() },
  'many-accounts': { given: { accounts: many }, orders: ({ go }) => go() },
};

/** Tries that are a minute apart, so that thirty of them are longer than the patience of a channel. */
function awayAtFirst(tries: number): DeliveryActivities['publishDelivery'] {
  let left = tries;
  return async () => {
    if (left-- > 0) throw new Error('connection refused');
    return { state: 'running' };
  };
}

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
