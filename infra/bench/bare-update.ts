import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectTemporal, type TemporalSettings } from '../temporal/client.ts';
import { preloadModules } from '../temporal/workflow-bundle.ts';

const UPDATE = 'bare'; // by name: the file that defines it belongs to the Worker's sandbox
const quiet = new DefaultLogger('ERROR');

export type BareUpdates = AsyncDisposable & {
  /** Of the Temporal server, as it says itself. */
  serverVersion: string;
  /** One Update of the `index`th workflow; resolves with its answer. */
  update(index: number): Promise<void>;
};

/**
 * `workflows` minimal workflows on the server that the system uses, with a Worker of their own in this process: the
 * floor that approvals are measured against. Each takes `updatesEach` Updates and ends.
 */
export async function startBareUpdates(
  temporal: TemporalSettings,
  { workflows, updatesEach }: { workflows: number; updatesEach: number },
): Promise<BareUpdates> {
  const taskQueue = `lockstep-bench-${randomUUID()}`;
  Runtime.install({
    logger: quiet,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
  const native = await NativeConnection.connect({ address: temporal.address });
  const worker = await Worker.create({
    connection: native,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: join(import.meta.dirname, 'bare-update-workflow.ts'),
      preloadModules, // or the floor would pay for what ours saves
      logger: quiet,
    }),
  });
  const running = worker.run();
  const client = await connectTemporal(temporal);
  const serverVersion = await versionOf(client.connection);
  const handles: WorkflowHandle[] = [];
  for (let each = 0; each < workflows; each += 1) {
    handles.push(
      await client.workflow.start('bareUpdate', { taskQueue, workflowId: `${taskQueue}-${each}`, args: [updatesEach] }),
    );
  }
  return {
    serverVersion,
    async update(index) {
      await handles[index]?.executeUpdate<number, [number]>(UPDATE, { args: [index] });
    },
    async [Symbol.asyncDispose]() {
      // Those that got fewer Updates than they wait for: nothing of a measurement stays behind.
      await Promise.allSettled(handles.map((handle) => handle.terminate('measured')));
      worker.shutdown();
      await running;
      await native.close();
      await client.connection.close();
    },
  };
}

async function versionOf(connection: unknown): Promise<string> {
  if (!(connection instanceof Connection)) return 'unknown';
  return (await connection.workflowService.getSystemInfo({})).serverVersion || 'unknown';
}
