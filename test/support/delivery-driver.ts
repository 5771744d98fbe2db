import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { DeliveryActivities, DeliveryOrder } from '../../activities/delivery/types.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { deliveryId, discardDelivery, goDelivery } from '../../workflows/delivery/messages.ts';
import { digest, newBundleId } from './release-fixture.ts';
import { withWorker } from './time-skipping.ts';

export type DeliveryRun = {
  handle: WorkflowHandle;
  order: DeliveryOrder;
  /** What was called, receipts as `receipt live`. */
  calls: string[];
  go: () => Promise<void>;
  discard: () => Promise<void>;
};

/** A delivery whose provider does as it is told; `overrides` make it refuse, doubt or stall. */
export async function deliver(
  environment: TestWorkflowEnvironment,
  use: (run: DeliveryRun) => Promise<void>,
  overrides: Partial<DeliveryActivities> = {},
): Promise<void> {
  const calls: string[] = [];
  const at = () => new Date().toISOString();
  const detail = { zh: '已发布', en: 'published' };
  const note = (call: string) => void calls.push(call);
  const activities: DeliveryActivities = {
    async prepareDelivery() {
      note('prepare');
      return { digests: [digest('post')], at: at() };
    },
    async publishDelivery(_order, key) {
      note(`publish with ${key}`);
      return { state: 'running' };
    },
    async pollDelivery() {
      note('poll');
      return { state: 'live', at: at(), url: 'https://mp.example/s/1', detail };
    },
    async verifyDelivery() {
      note('verify');
      return { digests: [digest('post')], at: at(), url: 'https://mp.example/s/1', detail };
    },
    async discardDelivery() {
      note('discard');
      return { at: at() };
    },
    async withdrawDelivery() {
      note('withdraw');
      return { at: at(), detail: { zh: '已删除', en: 'deleted' } };
    },
    async sendReceipt({ state }) {
      note(`receipt ${state}`);
    },
    ...overrides,
  };
  const order: DeliveryOrder = {
    releaseId: ReleaseId.parse(randomUUID()),
    bundleId: newBundleId(),
    seal: digest('revision 1'),
    channel: 'wechat',
    account: 'default',
    objects: [],
  };
  const taskQueue = randomUUID();
  await withWorker(environment, taskQueue, activities, async () => {
    const handle = await environment.client.workflow.start('channelDelivery', {
      workflowId: deliveryId(order),
      taskQueue,
      args: [order],
    });
    const go = () => handle.signal(goDelivery, 'key');
    await use({ handle, order, calls, go, discard: () => handle.signal(discardDelivery) });
  });
}
