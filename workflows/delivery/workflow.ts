import { condition, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { DeliveryActivities, DeliveryOrder, PublishStep } from '../../activities/delivery/types.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { discardDelivery, goDelivery, type WithdrawalInput } from './messages.ts';

const activities = proxyActivities<DeliveryActivities>({
  startToCloseTimeout: '6 minutes', // a provider may be slow; a worker that died is noticed by its silence
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' }, // only a permanent failure gives up
});

const firstPollMs = 300;
const lastPollMs = 60_000;

type Report = Pick<ChannelReceipt, 'state' | 'at'> & Partial<Pick<ChannelReceipt, 'digests' | 'url' | 'detail'>>;

const now = () => new Date().toISOString();

/** Carries one release on one account of one channel: prepared before T0, public after it, read back, reported. */
export async function channelDelivery(order: DeliveryOrder): Promise<void> {
  let key: string | null = null;
  let discarded = false;
  setHandler(goDelivery, (given) => {
    key ??= given;
  });
  setHandler(discardDelivery, () => {
    discarded = true;
  });

  const report = ({ state, at, digests = [], url = null, detail = null }: Report) =>
    activities.sendReceipt({
      releaseId: order.releaseId,
      bundleId: order.bundleId,
      channel: order.channel,
      state,
      at,
      digests,
      url,
      detail,
    });

  try {
    const prepared = await activities.prepareDelivery(order);
    await report({ state: 'ready', ...prepared });
    await condition(() => key !== null || discarded);
    if (key === null) {
      await report({ state: 'discarded', ...(await activities.discardDelivery(order)) });
      return;
    }
    const published = await untilPublic(await activities.publishDelivery(order, key));
    if (published.state === 'refused') {
      await report({ state: 'refused', at: now(), detail: published.detail });
      return;
    }
    await report({ state: 'live', at: published.at, url: published.url, detail: published.detail });
    await report({ state: 'verified', ...(await activities.verifyDelivery(order)) });
  } catch (error) {
    const cause = permanentCause(error);
    if (!cause) throw error;
    await report({ state: 'refused', at: now(), detail: cause.message });
  }

  /** 结果待核实 is reported as such, and asked again until somebody knows. */
  async function untilPublic(first: PublishStep): Promise<Extract<PublishStep, { state: 'live' | 'refused' }>> {
    let step = first;
    let saidUnknown = false;
    for (
      let waitMs = firstPollMs;
      step.state === 'running' || step.state === 'unknown';
      waitMs = Math.min(waitMs * 2, lastPollMs)
    ) {
      if (step.state === 'unknown' && !saidUnknown) {
        await report({ state: 'unknown', at: now(), detail: step.detail });
        saidUnknown = true;
      }
      await sleep(waitMs);
      step = await activities.pollDelivery(order);
    }
    return step;
  }
}

/** 撤稿 on one account: what was published is taken back, or everyone who got it is told. */
export async function channelWithdrawal({ order, reason }: WithdrawalInput): Promise<void> {
  const receipt = {
    releaseId: order.releaseId,
    bundleId: order.bundleId,
    channel: order.channel,
    digests: [],
    url: null,
  };
  try {
    const { at, detail } = await activities.withdrawDelivery(order, reason);
    await activities.sendReceipt({ ...receipt, state: 'withdrawn', at, detail });
  } catch (error) {
    const cause = permanentCause(error);
    if (!cause) throw error;
    await activities.sendReceipt({ ...receipt, state: 'refused', at: now(), detail: cause.message });
  }
}
