import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Stands in for `@temporalio/workflow` where several workflows run in one process: what code calls here concerns the
 * execution in which it runs. The server behind it is `temporal.ts`.
 */
export type Handler = (argument: never) => unknown;
export type Wait = { holds: () => boolean; resolve: (held: boolean) => void };
export type Named = { name: string };
export type Duration = string | number;
export type ActivityOptions = {
  startToCloseTimeout?: Duration;
  scheduleToCloseTimeout?: Duration;
  heartbeatTimeout?: Duration;
  retry?: { initialInterval?: Duration; maximumInterval?: Duration; maximumAttempts?: number };
};

/** What the module needs of an execution. */
export type Execution = {
  readonly id: string;
  readonly handlers: Map<string, { run: Handler; validator?: Handler }>;
  readonly waits: Set<Wait>;
  /** Updates and signals whose handlers have not ended. */
  running: number;
  timer(ms: Duration, run: () => void): void;
  execute(activity: string, input: unknown[], options: ActivityOptions): Promise<unknown>;
  /** As part of the workflow task. */
  executeLocally(activity: string, input: unknown[], options: ActivityOptions): Promise<unknown>;
  /** Rejects where the other workflow has ended, or never was. */
  tell(id: string, sent: Named, input: unknown): Promise<void>;
};
export const executing = new AsyncLocalStorage<Execution>();

function current(): Execution {
  const execution = executing.getStore();
  if (!execution) throw new Error('Workflow code runs outside of an execution');
  return execution;
}

export const defineUpdate = (name: string): Named => ({ name });
export const defineSignal = defineUpdate;
export const defineQuery = defineUpdate;
export const setHandler = ({ name }: Named, run: Handler, options: { validator?: Handler } = {}) =>
  void current().handlers.set(name, { run, ...options });
export const condition = (holds: () => boolean, timeout?: Duration): Promise<boolean> => {
  if (holds()) return Promise.resolve(true);
  const execution = current();
  return new Promise((resolve) => {
    const wait = { holds, resolve };
    execution.waits.add(wait);
    if (timeout === undefined) return;
    execution.timer(timeout, () => {
      if (execution.waits.delete(wait)) resolve(false);
    });
  });
};
export const sleep = (ms: Duration): Promise<void> => new Promise((resolve) => current().timer(ms, resolve));
const proxied = (run: 'execute' | 'executeLocally') => (options: ActivityOptions) =>
  new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...input: unknown[]) =>
          current()[run](String(name), input, options),
    },
  );
export const proxyActivities = proxied('execute');
export const proxyLocalActivities = proxied('executeLocally');
export const getExternalWorkflowHandle = (id: string) => ({
  signal: (sent: Named, input: unknown) => current().tell(id, sent, input),
});
export const allHandlersFinished = () => current().running === 0;
export const patched = () => true;
export const deprecatePatch = () => {};
export const upsertSearchAttributes = () => {};
export const isCancellation = () => false;
export const log = { info() {}, warn() {}, error() {} };
export const CancellationScope = { nonCancellable: <T>(use: () => T): T => use() };
