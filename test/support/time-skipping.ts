import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { timeSkippingServerPath } from '../../infra/local/temporal-test-server.ts';
import { workflowBundle } from '../../infra/temporal/workflow-bundle.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

let bundle: Promise<WorkflowBundleOption> | undefined;
/** The workflow code as it is deployed, bundled once per test file. */
export const testBundle = () => {
  bundle ??= workflowBundle();
  return bundle;
};

const keyword = 2; // temporal.api.enums.v1.IndexedValueType
const datetime = 6;
export const searchAttributeTypes = {
  LockstepState: keyword,
  LockstepDocumentNumber: keyword,
  LockstepReleaseAt: datetime,
};

/** A server on which twenty working days pass in a second. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServerPath(defaultCacheDir(process.env));
  const environment = await started(path);
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: searchAttributeTypes,
  });
  return environment;
}

/** The SDK gives the server five seconds, which a busy machine may need for the start of a JVM alone. */
async function started(path: string, tries = 6): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
  } catch (error) {
    if (tries === 1) throw error;
    return started(path, tries - 1);
  }
}

/** A worker on its own queue, for as long as `use` runs. */
export async function withWorker<T>(
  environment: TestWorkflowEnvironment,
  taskQueue: string,
  activities: object,
  use: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await testBundle(),
    activities,
  });
  return worker.runUntil(use);
}
