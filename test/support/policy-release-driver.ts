import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type { ReleaseActivities } from '../../activities/releases/types.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { BoardStatus, ReleaseGroup, ReleaseId, ReleaseState } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { newBundleId, receipt, recordingActivities, submission } from './release-fixture.ts';
import { withWorker } from './time-skipping.ts';

export type Driver = {
  handle: WorkflowHandle;
  bundleId: BundleId;
  releaseId: ReleaseId;
  /** What the workflow asked of its port, in order. */
  calls: string[];
  submit: (changes: Partial<messages.Submission>) => Promise<BoardStatus>;
  sign: (gate: string, changes?: Partial<GateDecision>) => Promise<BoardStatus>;
  say: (channel: Channel, state: ChannelReceipt['state'], attempt?: number) => Promise<void>;
  status: () => Promise<BoardStatus>;
  until: (state: ReleaseState) => Promise<void>;
  /** Waits for a call, as often as `times`. */
  called: (call: string, times?: number) => Promise<void>;
  now: () => Promise<number>;
  sleep: TestWorkflowEnvironment['sleep'];
  arm: (inMs: number, group?: ReleaseGroup) => Promise<BoardStatus>;
};
export type Bundle = {
  bundleId?: BundleId;
  overrides?: Partial<ReleaseActivities>;
  changes?: Partial<messages.Submission>;
  /** Begins from here instead of from a submission. */
  restored?: (bundleId: BundleId, releaseId: ReleaseId) => messages.Restored;
};

/** A bundle in review, and what people and channels may do to it. */
export const inReview = (
  environment: TestWorkflowEnvironment,
  use: (driver: Driver) => Promise<void>,
  bundle: Bundle = {},
): Promise<void> =>
  together(environment, [bundle], async ([driver]) => {
    if (driver) await use(driver);
  });

/** Several bundles in review on one worker. */
export async function together(
  environment: TestWorkflowEnvironment,
  bundles: Bundle[],
  use: (drivers: Driver[]) => Promise<void>,
): Promise<void> {
  const taskQueue = randomUUID();
  const started = bundles.map((bundle) => ({
    ...bundle,
    bundleId: bundle.bundleId ?? newBundleId(),
    port: recordingActivities(bundle.overrides),
  }));
  // Each call of the port names its bundle, but for the one about the calendar.
  const portOf = (bundleId: string) => started.find((each) => each.bundleId === bundleId) ?? started[0];
  const activities = Object.fromEntries(
    Object.keys(recordingActivities().activities).map((name) => [
      name,
      (first: { bundleId: string }, ...rest: unknown[]) =>
        Reflect.get(portOf(first.bundleId)?.port.activities ?? {}, name)(first, ...rest),
    ]),
  );
  await withWorker(environment, taskQueue, activities, async () => {
    const drivers: Driver[] = [];
    for (const { bundleId, port, changes = {}, restored } of started) {
      const workflowId = messages.policyReleaseId(bundleId);
      const input = { bundleId, lateWindowMs: 30 * 60_000 };
      if (restored) {
        const args = [{ ...input, restored: restored(bundleId, port.releaseId) }] as [messages.PolicyReleaseInput];
        await environment.client.workflow.start('policyRelease', { workflowId, taskQueue, args });
      } else {
        await environment.client.workflow.executeUpdateWithStart(messages.submit, {
          args: [submission(changes)],
          startWorkflowOperation: new WithStartWorkflowOperation('policyRelease', {
            workflowId,
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: 'FAIL',
          }),
        });
      }
      drivers.push(driverOf(environment, bundleId, port, submission(changes)));
    }
    await use(drivers);
    for (const { handle } of drivers) await handle.terminate('test is over').catch(() => undefined);
  });
}

function driverOf(
  environment: TestWorkflowEnvironment,
  bundleId: BundleId,
  { calls, releaseId }: ReturnType<typeof recordingActivities>,
  first: messages.Submission,
): Driver {
  const handle = environment.client.workflow.getHandle(messages.policyReleaseId(bundleId));
  let { seal } = first;
  const status = () => handle.query(messages.readStatus);
  return {
    handle,
    bundleId,
    releaseId,
    calls,
    status,
    submit(changes) {
      const next = { ...first, ...changes };
      seal = next.seal;
      return handle.executeUpdate(messages.submit, { args: [next] });
    },
    sign: (gate, given = {}) =>
      handle.executeUpdate(messages.signGate, {
        args: [{ decision: 'signed', gate, seal, reviewerId: `reviewer-${gate}`, ...given } as GateDecision],
      }),
    say: (channel, state, attempt = 1) =>
      handle.signal(messages.reportReceipt, { ...receipt(bundleId, releaseId, channel, state), attempt }),
    async until(state) {
      await expect.poll(async () => (await status()).state).toBe(state);
    },
    async called(call, times = 1) {
      await expect.poll(() => calls.filter((made) => made === call).length).toBe(times);
    },
    now: () => environment.currentTimeMs(),
    sleep: environment.sleep,
    arm: async (inMs, group) => {
      const t0 = new Date((await environment.currentTimeMs()) + inMs).toISOString();
      return handle.executeUpdate(messages.arm, { args: [{ seal, t0, leaderId: 'leader', group: group ?? null }] });
    },
  };
}

export const signAll = async ({ sign }: Driver) => {
  for (const gate of ['political', 'legal', 'secrecy', 'wording']) await sign(gate);
};
/** Signed by every gate, and every channel of `channels` is ready. */
export async function prepared(driver: Driver, channels: Channel[] = ['website', 'wechat']): Promise<void> {
  await signAll(driver);
  await driver.until('preparing');
  await driver.called('prepare');
  for (const channel of channels) await driver.say(channel, 'ready');
  await driver.until('prepared');
}
export const publish = async ({ say }: Driver, ...channels: Channel[]) => {
  for (const channel of channels) {
    await say(channel, 'live');
    await say(channel, 'verified');
  }
};
