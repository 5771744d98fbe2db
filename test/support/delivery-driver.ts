import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createAwaitOutcome } from '../../activities/delivery/await-outcome.ts';
import type { Account, AnsweringActivities, ChannelRef, DeliveryActivities } from '../../activities/delivery/types.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { deliveryId, inspectionWorkflowId } from '../../workflows/delivery/messages.ts';
import { digest, newBundleId } from './release-fixture.ts';
import { withWorker } from './time-skipping.ts';

export type DeliveryRun = {
  /** Orders as the consumer gives them; each resolves with the end of its workflow. */
  prepare: (attempt?: number) => Promise<WorkflowHandle>;
  go: (attempt?: number) => Promise<WorkflowHandle>;
  discard: () => Promise<WorkflowHandle>;
  withdraw: (attempt?: number) => Promise<WorkflowHandle>;
  inspect: () => Promise<WorkflowHandle>;
  /** What was called, `publish a`, receipts as `receipt live`. */
  calls: string[];
  receipts: ChannelReceipt[];
  inspections: ChannelInspection[];
};

export type Overrides = Partial<DeliveryActivities>;

/** A channel whose provider does as it is told; `overrides` make it refuse, doubt or stall. */
export async function deliver(
  environment: TestWorkflowEnvironment,
  use: (run: DeliveryRun) => Promise<void>,
  { accounts = [{ id: 'a', name: '甲号' }], ...overrides }: Overrides & { accounts?: Account[] } = {},
): Promise<void> {
  const calls: string[] = [];
  const receipts: ChannelReceipt[] = [];
  const inspections: ChannelInspection[] = [];
  const at = () => new Date().toISOString();
  const detail = { zh: '已发布', en: 'published' };
  const note = (call: string) => void calls.push(call);
  const provider: DeliveryActivities = {
    acceptOrder: async () => accounts,
    accountsOf: async () => accounts,
    closeOrder: async () => accounts,
    async prepareDelivery({ account }) {
      note(`prepare ${account}`);
      return { digests: [digest('post')], at: at() };
    },
    async publishDelivery({ account }, key) {
      note(`publish ${account} with ${key}`);
      return { state: 'running' };
    },
    async pollDelivery({ account }) {
      note(`poll ${account}`);
      return { state: 'live', at: at(), url: `https://mp.example/s/${account}`, detail };
    },
    async verifyDelivery({ account }) {
      note(`verify ${account}`);
      return { digests: [digest('post')], at: at(), url: `https://mp.example/s/${account}`, detail };
    },
    async discardDelivery({ account }) {
      note(`discard ${account}`);
      return { at: at() };
    },
    async withdrawDelivery({ account }) {
      note(`withdraw ${account}`);
      return { at: at(), detail: { zh: '已删除', en: 'deleted' } };
    },
    inspectDelivery: async () => ({ state: 'public', digests: [digest('post')], detail: null }),
    ...overrides,
  };
  const activities: DeliveryActivities & AnsweringActivities = {
    ...provider,
    awaitOutcome: createAwaitOutcome(provider),
    async sendReceipt(receipt) {
      receipts.push(receipt);
      note(`receipt ${receipt.state}`);
    },
    async sendInspection(inspection) {
      inspections.push(inspection);
      note(`inspection ${inspection.state}`);
    },
  };
  const ref: ChannelRef = { releaseId: ReleaseId.parse(randomUUID()), bundleId: newBundleId(), channel: 'wechat' };
  const order = { ...ref, seal: digest('revision 1'), objects: [], actsOn: [] };
  const taskQueue = randomUUID();
  await withWorker(environment, taskQueue, activities, async () => {
    const ended = async (workflow: string, workflowId: string, input: unknown) => {
      const handle = await environment.client.workflow.start(workflow, { workflowId, taskQueue, args: [input] });
      await handle.result();
      return handle;
    };
    await use({
      prepare: (attempt = 1) => ended('prepareOnChannel', deliveryId('prepare', ref, attempt), { order, attempt }),
      go: (attempt = 1) => ended('publishOnChannel', deliveryId('publish', ref, attempt), { ref, attempt, key: 'key' }),
      discard: () => ended('discardOnChannel', deliveryId('discard', ref), { ref }),
      withdraw: (attempt = 1) =>
        ended('withdrawOnChannel', deliveryId('withdraw', ref, attempt), { ref, attempt, reason: '附件有误' }),
      inspect: () => {
        const inspectionId = randomUUID();
        return ended('inspectOnChannel', inspectionWorkflowId(ref, inspectionId), { ref, inspectionId });
      },
      calls,
      receipts,
      inspections,
    });
  });
}
