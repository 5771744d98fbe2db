import {
  type Client,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { TemporalFailure } from '@temporalio/common';
import { type AttemptDeps, copy, createAttempts, ms, type Worker } from './attempts.ts';
import { settled } from './scheduler.ts';
import { type ActivityOptions, type Execution, executing, type Named } from './workflow-module.ts';

type Job = { rank: number; run: () => void };
type Running = Execution & {
  queue: string;
  jobs: Job[];
  tasked: boolean;
  closed: boolean;
  /** Activities that have not ended, with their last failure. */
  pending: Map<object, string>;
  /** What queries were answered since the last task, which alone changes a workflow; undefined while one runs. */
  answers: Map<string, unknown> | undefined;
};
const away = () =>
  new ServiceError('Temporal is away', {
    cause: Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: 'unavailable', metadata: {} }),
  });

export type TemporalDeps = AttemptDeps & {
  workflows: Record<string, (input: never) => Promise<unknown>>;
  /** A workflow or a handler threw something that is no answer: in Temporal its task would fail for ever. */
  broken: (what: string, error: unknown) => void;
};

/** Temporal as our code meets it: workflows survive every crash, and what comes together is handled together. `clock` is its own. */
export function createTemporal(deps: TemporalDeps) {
  const { scheduler, random, faults, clock, workers, workflows, broken } = deps;
  const attempts = createAttempts(deps);
  const executions = new Map<string, Running>();

  function enqueue(execution: Running, rank: number, run: () => void): void {
    if (execution.closed) return;
    execution.jobs.push({ rank, run });
    if (execution.tasked) return;
    execution.tasked = true;
    scheduler.after(random.between(0, 30), () => task(execution), clock);
  }

  /** One workflow task: signals and updates first, as in Temporal; then results and timers. */
  async function task(execution: Running): Promise<void> {
    const { process } = workers[execution.queue] as Worker;
    if (!process.up) {
      process.whenUp(() => void scheduler.after(random.between(1, 50), () => task(execution), clock));
      return;
    }
    execution.tasked = false;
    execution.answers = undefined;
    const jobs = execution.jobs.splice(0).sort((a, b) => a.rank - b.rank);
    executing.run(execution, () => {
      for (const job of jobs) job.run();
    });
    for (;;) {
      await settled();
      const ready = [...execution.waits].filter(({ holds }) => executing.run(execution, holds));
      if (ready.length === 0) break;
      for (const wait of ready) {
        execution.waits.delete(wait);
        wait.resolve(true);
      }
    }
    execution.answers = new Map();
  }

  function execute(execution: Running, name: string, input: unknown[], options: ActivityOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const activity = {};
      const ended = (run: () => void) => {
        execution.pending.delete(activity);
        enqueue(execution, 2, run);
      };
      execution.pending.set(activity, name);
      attempts(execution.queue, name, input, options, {
        isWanted: () => !execution.closed,
        done: (value) => ended(() => resolve(value)),
        failed: (error) => ended(() => reject(error)),
        again: (error, failures) => execution.pending.set(activity, `${name} failed ${failures} times: ${error}`),
      });
    });
  }

  function start(workflow: string, id: string, queue: string, input: unknown): Running {
    const execution: Running = {
      id,
      queue,
      handlers: new Map(),
      waits: new Set(),
      running: 0,
      jobs: [],
      tasked: false,
      closed: false,
      pending: new Map(),
      answers: new Map(),
      timer: (duration, run) => void scheduler.after(ms(duration, 0), () => enqueue(execution, 2, run)),
      execute: (name, args, options) => execute(execution, name, args, options),
      tell: (other, sent, message) =>
        new Promise((resolve, reject) => {
          const given = copy(message);
          scheduler.after(random.between(0, 30), () => {
            let told = resolve;
            try {
              signal(other, sent, given);
            } catch (error) {
              told = () => reject(error);
            }
            enqueue(execution, 2, told);
          });
        }),
    };
    executions.set(id, execution);
    const given = copy(input);
    enqueue(execution, 0, () => {
      void workflows[workflow]?.(given as never).then(
        () => {
          execution.closed = true;
        },
        (error) => broken(`workflow ${id}`, error),
      );
    });
    return execution;
  }

  const open = (id: string): Running => {
    const execution = executions.get(id);
    if (!execution || execution.closed) throw new WorkflowNotFoundError('workflow not found', id, undefined);
    return execution;
  };
  function signal(id: string, { name }: Named, input: unknown): void {
    const execution = open(id);
    const given = copy(input);
    enqueue(execution, 1, () => {
      execution.running += 1;
      void Promise.resolve(execution.handlers.get(name)?.run(given as never)).then(
        () => {
          execution.running -= 1;
        },
        (error) => broken(`signal ${name} of ${id}`, error),
      );
    });
  }
  /** What the handler answers; rejects with what the validator or the handler threw. */
  function update(execution: Running, { name }: Named, input: unknown): Promise<unknown> {
    const given = copy(input);
    return new Promise((resolve, reject) => {
      enqueue(execution, 1, () => {
        const handler = execution.handlers.get(name);
        try {
          handler?.validator?.(given as never);
        } catch (refusal) {
          return reject(refusal);
        }
        execution.running += 1;
        void Promise.resolve(handler?.run(given as never))
          .then(
            (value) => resolve(copy(value)),
            (error) => {
              if (!(error instanceof TemporalFailure)) broken(`update ${name} of ${execution.id}`, error);
              reject(error);
            },
          )
          .finally(() => {
            execution.running -= 1;
          });
      });
    });
  }

  const client = {
    async start(
      workflow: string,
      { workflowId, taskQueue, args }: { workflowId: string; taskQueue: string; args: unknown[] },
    ) {
      await faults.call('temporal', away, () => {
        if (executions.has(workflowId)) throw new WorkflowExecutionAlreadyStartedError('exists', workflowId, workflow);
        start(workflow, workflowId, taskQueue, args[0]);
      });
    },
    getHandle: (id: string) => ({
      signal: (sent: Named, input?: unknown) => faults.call('temporal', away, () => signal(id, sent, input)),
    }),
  };

  return {
    client: { workflow: client } as unknown as Pick<Client, 'workflow'>,
    /** A person's act. Resolves to the answer; rejects with a refusal, or because the answer was lost. */
    act: (id: string, sent: Named, input: unknown, first?: { workflow: string; queue: string; input: unknown }) =>
      faults.call('temporal', away, () => {
        const known = executions.get(id);
        if (!known && first) return update(start(first.workflow, id, first.queue, first.input), sent, input);
        return update(open(id), sent, input);
      }),
    /** What a query answers; undefined before the first task. */
    ask<T>(id: string, { name }: Named): T | undefined {
      const execution = executions.get(id);
      const handler = execution?.handlers.get(name);
      if (!execution || !handler) return undefined;
      const known = execution.answers?.get(name) as T | undefined;
      const answer = known ?? copy(executing.run(execution, () => handler.run(undefined as never) as T));
      execution.answers?.set(name, answer);
      return answer;
    },
    /** A call of an operator's command, which may find Temporal away. */
    reach: <T>(use: () => T): Promise<T> => faults.call('temporal', away, use),
    /** The execution is gone, as after an operator's mistake or a lost database; what its activities do goes on unheard. */
    lose(id: string): void {
      const execution = executions.get(id);
      if (execution) execution.closed = true;
      executions.delete(id);
    },
    isOpen: (id: string) => executions.has(id) && !executions.get(id)?.closed,
    /** What the workflows that run wait for. */
    waiting: () =>
      [...executions.values()].flatMap(({ id, closed, pending }) =>
        closed ? [] : [...pending.values()].map((activity) => `${id} waits for ${activity}`),
      ),
  };
}
export type Temporal = ReturnType<typeof createTemporal>;
