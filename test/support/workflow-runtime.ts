import { vi } from 'vitest';

/**
 * Stands in for `@temporalio/workflow`, so that thousands of lives of one bundle run in seconds through the workflow's
 * own code: conditions, timers, updates and activities as Temporal has them, in one process on a clock that is moved by
 * hand. No history and no retry: those are the matter of the workflow and replay lanes.
 */
type Handler = (argument: never) => unknown;
type Wait = { holds: () => boolean; due: number; resolve: (held: boolean) => void };
type Named = { name: string };

let handlers: Map<string, { run: Handler; validator?: Handler }>;
let waits: Set<Wait>;
let activities: object;
let broken: unknown[];

export const defineUpdate = (name: string): Named => ({ name });
export const defineSignal = defineUpdate;
export const defineQuery = defineUpdate;
export const setHandler = ({ name }: Named, run: Handler, options: { validator?: Handler } = {}) =>
  void handlers.set(name, { run, ...options });
export const condition = (holds: () => boolean, timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> =>
  holds()
    ? Promise.resolve(true)
    : new Promise((resolve) => waits.add({ holds, due: Date.now() + timeoutMs, resolve }));
export const proxyActivities = () =>
  new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...input: unknown[]) =>
          Reflect.get(activities, name)(...input),
    },
  );
export const proxyLocalActivities = proxyActivities;
/** An activity that waits, on the same clock. */
export const pause = (ms: number): Promise<unknown> => condition(() => false, ms);
/** Another workflow hears what the port makes of it. */
export const getExternalWorkflowHandle = (workflowId: string) => ({
  signal: async ({ name }: Named, message: unknown) =>
    Reflect.get(activities, 'signalOther')(workflowId, name, message),
});
export const upsertSearchAttributes = () => {};
export const allHandlersFinished = () => true;
export const isCancellation = () => false;
export const log = { warn() {} };
export const CancellationScope = { nonCancellable: <T>(use: () => T): T => use() };

/** Lets everything happen that needs no more time. */
async function settle(): Promise<void> {
  for (;;) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const ready = [...waits].filter(({ holds }) => holds());
    if (ready.length === 0) return;
    for (const wait of ready) {
      waits.delete(wait);
      wait.resolve(true);
    }
  }
}

/** Begins one workflow; the one before it is forgotten. `ended` throws what the workflow or a handler threw. */
export async function begin(run: () => Promise<void>, port: object): Promise<{ ended: () => boolean }> {
  handlers = new Map();
  waits = new Set();
  activities = port;
  const thrown: unknown[] = [];
  broken = thrown;
  let over = false;
  const end = () => {
    over = true;
  };
  void run().then(end, (error) => thrown.push(error));
  await settle();
  const ended = () => {
    if (thrown.length > 0) throw thrown[0];
    return over;
  };
  return { ended };
}

/** Resolves to what the validator threw; undefined where the command was accepted. */
export async function update({ name }: Named, argument: unknown): Promise<unknown> {
  const handler = handlers.get(name);
  try {
    handler?.validator?.(argument as never);
  } catch (refusal) {
    return refusal;
  }
  const thrown = broken;
  void Promise.resolve(handler?.run(argument as never)).catch((error) => thrown.push(error));
  await settle();
  return undefined;
}

export async function signal({ name }: Named, argument: unknown): Promise<void> {
  handlers.get(name)?.run(argument as never);
  await settle();
}

export const query = <T>({ name }: Named): T => handlers.get(name)?.run(undefined as never) as T;

/** Moves the clock, and stops on the way wherever a timer ends. */
export async function pass(ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    const next = [...waits].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
    if (!next) break;
    vi.setSystemTime(Math.max(next.due, Date.now()));
    waits.delete(next);
    next.resolve(false);
    await settle();
  }
  vi.setSystemTime(until);
  await settle();
}
