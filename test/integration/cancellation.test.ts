import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation, WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as messages from '../../workflows/policy-release/messages.ts';
import { testServices } from '../support/local-services.ts';
import { newBundleId, receipt, recordingActivities, submission } from '../support/release-fixture.ts';
import { testBundle } from '../support/time-skipping.ts';

// On the real server: the time-skipping one differs where workflows are cancelled.
let connection: Connection;
let native: NativeConnection;
beforeAll(async () => {
  const { address } = testServices().temporal;
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await connection.close();
  await native.close();
});

async function start(use: (run: ReturnType<typeof handles>) => Promise<void>): Promise<void> {
  const recording = recordingActivities();
  const taskQueue = randomUUID();
  const { namespace } = testServices().temporal;
  const client = new Client({ connection, namespace });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue,
    workflowBundle: await testBundle(),
    activities: recording.activities,
  });
  const run = handles(client, taskQueue, recording);
  await worker.runUntil(async () => {
    await run.submit();
    await use(run);
  });
}

const handles = (client: Client, taskQueue: string, { calls, releaseId }: ReturnType<typeof recordingActivities>) => {
  const bundleId = newBundleId();
  const handle = client.workflow.getHandle(messages.policyReleaseId(bundleId));
  return {
    handle,
    calls,
    submit: () =>
      client.workflow.executeUpdateWithStart(messages.submit, {
        args: [submission()],
        startWorkflowOperation: new WithStartWorkflowOperation('policyRelease', {
          workflowId: messages.policyReleaseId(bundleId),
          taskQueue,
          args: [{ bundleId, lateWindowMs: 60_000 }],
          workflowIdConflictPolicy: 'FAIL',
        }),
      }),
    async prepare() {
      for (const { id } of submission().gates) {
        const decision = {
          decision: 'signed' as const,
          gate: id,
          seal: submission().seal,
          reviewerId: `reviewer-${id}`,
        };
        await handle.executeUpdate(messages.signGate, { args: [decision] });
      }
      await expect.poll(() => calls.includes('prepare')).toBe(true);
      for (const channel of ['website', 'wechat'] as const) {
        await handle.signal(messages.reportReceipt, receipt(bundleId, releaseId, channel, 'ready'));
      }
      await expect.poll(async () => (await handle.query(messages.readStatus)).state).toBe('prepared');
    },
  };
};

test('a cancellation before release takes down what was staged, and the bundle ends withdrawn', async () => {
  await start(async ({ handle, calls, prepare }) => {
    await prepare();
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(calls.slice(-2)).toEqual(['→ withdrawn', 'rolled-back']);
    expect(calls).not.toContain('commit');
  });
});

test('operators find a bundle in Temporal by its state, its document number and its T0', async () => {
  await start(async ({ handle, prepare }) => {
    await prepare();
    const t0 = new Date(Date.now() + 3_600_000).toISOString();
    await handle.executeUpdate(messages.arm, {
      args: [{ seal: submission().seal, t0, leaderId: 'leader', group: null }],
    });
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({
      LockstepState: ['armed'],
      LockstepDocumentNumber: [submission().documentNumber],
      LockstepReleaseAt: [new Date(t0)],
    });
    await handle.terminate('test is over');
  });
});
