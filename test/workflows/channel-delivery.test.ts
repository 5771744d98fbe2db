import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import { permanent } from '../../schemas/failures.ts';
import { type DeliveryRun, deliver } from '../support/delivery-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());
const run = (use: (run: DeliveryRun) => Promise<void>, overrides?: Partial<DeliveryActivities>) =>
  deliver(environment, use, overrides);

test('publishes only after T0, once, then reads the result back', async () => {
  await run(async ({ handle, calls, go }) => {
    await expect.poll(() => calls).toEqual(['prepare', 'receipt ready']);
    await go();
    await go(); // the event came twice
    await handle.result();
    expect(calls.slice(2)).toEqual(['publish with key', 'poll', 'receipt live', 'verify', 'receipt verified']);
  });
});

test('discards what it prepared when the release does not happen', async () => {
  await run(async ({ handle, calls, discard }) => {
    await discard();
    await handle.result();
    expect(calls).toEqual(['prepare', 'receipt ready', 'discard', 'receipt discarded']);
  });
});

test('a provider’s final no is reported as refused and never tried again', async () => {
  let tries = 0;
  const prepareDelivery = async () => {
    tries++;
    throw permanent('ChannelRefused', { zh: '标题过长', en: 'title too long' });
  };
  await run(
    async ({ handle, calls }) => {
      await handle.result();
      expect(tries).toBe(1);
      expect(calls).toEqual(['receipt refused']);
    },
    { prepareDelivery },
  );
});

test('an outage is waited out: the same step is tried until the provider answers', async () => {
  let tries = 0;
  const verifyDelivery: DeliveryActivities['verifyDelivery'] = async () => {
    if (++tries < 4) throw new Error('connection refused');
    return { digests: [], at: new Date().toISOString(), url: null, detail: { zh: '相符', en: 'same' } };
  };
  await run(
    async ({ handle, calls, go }) => {
      await go();
      await handle.result();
      expect(tries).toBe(4);
      expect(calls.filter((call) => call.startsWith('publish'))).toHaveLength(1);
      expect(calls.at(-1)).toBe('receipt verified');
    },
    { verifyDelivery },
  );
});

test('an unknown outcome is said once, asked about until it is known, and published no second time', async () => {
  const unknown = { state: 'unknown', detail: { zh: '没有应答', en: 'no answer' } } as const;
  let polls = 0;
  await run(
    async ({ handle, calls, go }) => {
      await go();
      await handle.result();
      expect(calls).toEqual([
        'prepare',
        'receipt ready',
        'receipt unknown',
        'receipt live',
        'verify',
        'receipt verified',
      ]);
      expect(polls).toBe(5);
    },
    {
      publishDelivery: async () => unknown,
      pollDelivery: async () =>
        ++polls < 5
          ? unknown
          : { state: 'live', at: new Date().toISOString(), url: null, detail: { zh: '已发布', en: 'published' } },
    },
  );
});
