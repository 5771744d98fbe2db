import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type { ReleaseActivities } from '../../activities/releases/types.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { newBundleId, receipt, recordingActivities, submission } from './release-fixture.ts';
import { withWorker } from './time-skipping.ts';

export type Driver = {
  handle: WorkflowHandle;
  bundleId: BundleId;
  calls: string[];
  sign: (gate: string, changes?: Partial<GateDecision>) => Promise<unknown>;
  say: (channel: Channel, state: ChannelReceipt['state']) => Promise<void>;
  until: (state: ReleaseState) => Promise<void>;
  now: () => Promise<number>;
  arm: (inMs: number) => Promise<unknown>;
};

/** A bundle in review, and what people and channels may do to it. */
export async function inReview(
  environment: TestWorkflowEnvironment,
  use: (driver: Driver) => Promise<void>,
  {
    overrides = {},
    changes = {},
  }: { overrides?: Partial<ReleaseActivities>; changes?: Partial<messages.Submission> } = {},
): Promise<void> {
  const { activities, calls, releaseId } = recordingActivities(overrides);
  const bundleId = newBundleId();
  const taskQueue = randomUUID();
  await withWorker(environment, taskQueue, activities, async () => {
    await environment.client.workflow.executeUpdateWithStart(messages.submit, {
      args: [submission(changes)],
      startWorkflowOperation: new WithStartWorkflowOperation('policyRelease', {
        workflowId: messages.policyReleaseId(bundleId),
        taskQueue,
        args: [{ bundleId, lateWindowMs: 30 * 60_000 }],
        workflowIdConflictPolicy: 'FAIL',
      }),
    });
    const handle = environment.client.workflow.getHandle(messages.policyReleaseId(bundleId));
    const driver: Driver = {
      handle,
      bundleId,
      calls,
      sign: (gate, given = {}) =>
        handle.executeUpdate(messages.signGate, {
          args: [
            {
              decision: 'signed',
              gate,
              seal: submission(changes).seal,
              reviewerId: `reviewer-${gate}`,
              ...given,
            } as GateDecision,
          ],
        }),
      say: (channel, state) => handle.signal(messages.reportReceipt, receipt(bundleId, releaseId, channel, state)),
      async until(state) {
        await expect.poll(async () => (await handle.query(messages.readStatus)).state, { timeout: 20_000 }).toBe(state);
      },
      now: () => environment.currentTimeMs(),
      arm: async (inMs) =>
        handle.executeUpdate(messages.arm, {
          args: [
            {
              seal: submission(changes).seal,
              t0: new Date((await environment.currentTimeMs()) + inMs).toISOString(),
              leaderId: 'leader',
            },
          ],
        }),
    };
    await use(driver);
    await handle.terminate('test is over').catch(() => undefined);
  });
}

export const signAll = async ({ sign }: Driver) => {
  for (const gate of ['political', 'legal', 'secrecy', 'wording']) await sign(gate);
};
export async function prepared(driver: Driver): Promise<void> {
  await signAll(driver);
  await driver.until('preparing');
  await expect.poll(() => driver.calls.includes('prepare')).toBe(true);
  await driver.say('website', 'ready');
  await driver.say('wechat', 'ready');
  await driver.until('prepared');
}
