import {
  type Client,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { TemporalFailure } from '@temporalio/common';
import { type AttemptDeps, createAttempts, createLocalAttempt, ms, type Worker } from './attempts.ts';
import {
  type Activation,
  activate,
  copy,
  createMemory,
  type Job,
  type Memory,
  type Outcome,
  replay,
  type Server,
} from './replaying.ts';
import type { Cancel } from './scheduler.ts';
import { executing, type Named } from './workflow-module.ts';

/** A worker says so early that it is still at a task, which is then complete so far and goes on as the next one. */
const HEARTBEAT_MS = 8_000;
/** From then to the end of the 10 s after which a task of which nothing is heard is given to somebody else. */
const SILENCE_MS = 2_000;

type Running = {
  readonly id: string;
  readonly queue: string;
  /** What the next task will be told. */
  inbox: Job[];
  /** What complete tasks were told, and what the present one was. */
  readonly history: Activation[];
  open: Activation[];
  /** Undefined where the last task was lost, and before the first. */
  memory: Memory | undefined;
  /** A task is scheduled, or under way. */
  tasked: boolean;
  closed: boolean;
  stopWatch: Cancel;
  /** Activities that have not ended, with their last failure. */
  readonly pending: Map<number, string>;
  /** What queries were answered since the last task that is complete, which alone changes a workflow. */
  answers: Map<string, unknown>;
};
const away = () =>
  new ServiceError('Temporal is away', {
    cause: Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: 'unavailable', metadata: {} }),
  });

export type TemporalDeps = AttemptDeps & {
  workflows: Record<string, (input: never) => Promise<unknown>>;
  log: (what: string) => void;
  /** A workflow or a handler threw something that is no answer: in Temporal its task would fail for ever. */
  broken: (what: string, error: unknown) => void;
};

/**
 * Temporal as our code meets it: workflows survive every crash, and what comes together is handled together. A task that is
 * lost has changed nothing but what its local activities did; it runs again, with what has come meanwhile. `clock` is its own.
 */
export function createTemporal(deps: TemporalDeps) {
  const { scheduler, random, faults, clock, workers, workflows, broken, log } = deps;
  const attempts = createAttempts(deps);
  const attemptLocally = createLocalAttempt(deps);
  const executions = new Map<string, Running>();
  const asked = new Set<string>();
  const strayed = new Set<string>();

  function enqueue(execution: Running, job: Job): void {
    if (execution.closed) return;
    execution.inbox.push(job);
    if (!execution.tasked) schedule(execution, random.between(0, 30));
  }
  function schedule(execution: Running, afterMs: number): void {
    execution.tasked = true;
    scheduler.after(afterMs, () => begin(execution), clock);
  }

  async function begin(execution: Running): Promise<void> {
    const { process } = workers[execution.queue] as Worker;
    if (!process.up) {
      process.whenUp(() => schedule(execution, random.between(1, 50)));
      return;
    }
    for (const name of asked) ask(execution, name); // meanwhile a query is answered as before the task
    await next(execution);
  }
  /** All that has come, signals and updates first. */
  const next = (execution: Running) =>
    deliver(
      execution,
      execution.inbox.splice(0).sort((a, b) => a.rank - b.rank),
    );

  async function deliver(execution: Running, jobs: Job[]): Promise<void> {
    if (execution.closed) return;
    execution.memory ??= await replay(createMemory(execution.id, serve(execution)), execution.history);
    const { memory } = execution;
    const activation = { at: clock(), jobs };
    execution.open.push(activation);
    await activate(memory, activation);
    for (const [number, local] of memory.locals) {
      if (local.isBegun) continue;
      local.isBegun = true;
      attemptLocally(execution.queue, local, (outcome) => {
        const told: Job = { rank: 2, isLocal: true, run: (its) => its.settle(number, local.name, outcome) };
        scheduler.after(0, () => execution.memory === memory && deliver(execution, [told]), clock);
      });
    }
    if (memory.locals.size === 0) complete(execution, memory);
    else if (execution.open.length === 1) watch(execution, memory);
  }

  /** Sees after a while whether the worker is still at the task. */
  function watch(execution: Running, memory: Memory): void {
    const { process } = workers[execution.queue] as Worker;
    const { incarnation } = process;
    const look = () => {
      if (execution.memory !== memory) return;
      if (process.incarnation === incarnation) complete(execution, memory);
      else lose(execution, 'with its worker', SILENCE_MS);
    };
    execution.stopWatch = scheduler.after(HEARTBEAT_MS, look, clock);
  }

  /** The worker hands in what it has. */
  function complete(execution: Running, memory: Memory): void {
    execution.stopWatch();
    if (faults.strikes(2)) {
      lose(execution, 'as it is complete', random.between(0, HEARTBEAT_MS + SILENCE_MS));
      return;
    }
    if (memory.hasEnded && execution.inbox.length > 0) {
      lose(execution, 'at its end, since more has come', 0); // Temporal refuses the end (UnhandledCommand)
      return;
    }
    execution.history.push(...execution.open.splice(0));
    execution.answers = new Map();
    for (const output of memory.outputs.splice(0)) output();
    execution.tasked = false;
    if (memory.locals.size > 0) schedule(execution, 0);
    else if (execution.inbox.length > 0) schedule(execution, random.between(0, 30));
  }

  /**
   * All is forgotten but what local activities did. Signals, results and timers are in the history and come again. Temporal
   * sends an Update that was not accepted yet once more, or tells its caller of the failure (docs/architecture/workflow-update.md
   * of temporalio/temporal, "Aborting an Update").
   */
  function lose(execution: Running, how: string, afterMs: number): void {
    log(`a workflow task of ${execution.id} is lost ${how}`);
    strayed.add(execution.id);
    execution.memory = undefined;
    const jobs = execution.open.splice(0).flatMap((activation) => activation.jobs);
    execution.inbox.unshift(...jobs.filter((job) => !job.isLocal && (job.comesAgain?.() ?? true)));
    schedule(execution, afterMs);
  }

  /** What the commands of an execution ask for. */
  const serve = (execution: Running): Server => {
    const ended = (number: number, what: string, outcome: Outcome) => {
      execution.pending.delete(number);
      enqueue(execution, { rank: 2, run: (memory) => memory.settle(number, what, outcome) });
    };
    return {
      broken,
      timer(number, what, duration) {
        if (what !== 'timer') execution.pending.set(number, what);
        scheduler.after(ms(duration, 0), () => ended(number, what, {}));
      },
      execute(number, name, input, options) {
        execution.pending.set(number, name);
        attempts(execution.queue, name, input, options, {
          isWanted: () => !execution.closed,
          done: (value) => ended(number, name, { value }),
          failed: (error) => ended(number, name, { error }),
          again: (error, failures) => execution.pending.set(number, `${name} failed ${failures} times: ${error}`),
        });
      },
      tell(number, what, other, sent, input) {
        scheduler.after(random.between(0, 30), () => {
          let outcome: Outcome = {};
          try {
            signal(other, sent, input);
          } catch (error) {
            outcome = { error };
          }
          ended(number, what, outcome);
        });
      },
    };
  };

  function start(workflow: string, id: string, queue: string, input: unknown): Running {
    const execution: Running = {
      ...{ id, queue, inbox: [], history: [], open: [], memory: undefined },
      ...{ tasked: false, closed: false, stopWatch: () => {}, pending: new Map(), answers: new Map() },
    };
    executions.set(id, execution);
    const given = copy(input);
    const run = (memory: Memory) => {
      const end = () => {
        memory.hasEnded = true;
        memory.outputs.push(() => {
          execution.closed = true;
        });
      };
      void workflows[workflow]?.(copy(given) as never).then(end, (error) => broken(`workflow ${id}`, error));
    };
    enqueue(execution, { rank: 0, run });
    return execution;
  }

  const open = (id: string): Running => {
    const execution = executions.get(id);
    if (!execution || execution.closed) throw new WorkflowNotFoundError('workflow not found', id, undefined);
    return execution;
  };
  function signal(id: string, { name }: Named, input: unknown): void {
    const given = copy(input);
    const run = (memory: Memory) => {
      memory.running += 1;
      void Promise.resolve(memory.handlers.get(name)?.run(copy(given) as never)).then(
        () => {
          memory.running -= 1;
        },
        (error) => broken(`signal ${name} of ${id}`, error),
      );
    };
    enqueue(open(id), { rank: 1, run });
  }
  /** What the handler answers; rejects with what the validator or the handler threw, or where its task was lost. */
  function update(execution: Running, { name }: Named, input: unknown): Promise<unknown> {
    const given = copy(input);
    return new Promise((resolve, reject) => {
      const comesAgain = () => {
        const again = execution.history.length === 0 || random.chance(0.8);
        if (!again) reject(away());
        return again;
      };
      const run = (memory: Memory) => {
        const handler = memory.handlers.get(name);
        const argument = copy(given) as never;
        const answer = (told: () => void) => void memory.outputs.push(told);
        try {
          handler?.validator?.(argument);
        } catch (refusal) {
          answer(() => reject(refusal));
          return;
        }
        memory.running += 1;
        void Promise.resolve(handler?.run(argument))
          .then(
            (value) => {
              const said = copy(value);
              answer(() => resolve(said));
            },
            (error) => {
              if (!(error instanceof TemporalFailure)) broken(`update ${name} of ${execution.id}`, error);
              answer(() => reject(error));
            },
          )
          .finally(() => {
            memory.running -= 1;
          });
      };
      enqueue(execution, { rank: 1, run, comesAgain });
    });
  }
  /** As after the last task that is complete; undefined before the first. */
  function ask(execution: Running, name: string): unknown {
    const { answers, memory, history } = execution;
    if (answers.has(name) || history.length === 0) return answers.get(name);
    const handler = memory?.handlers.get(name);
    if (!memory || !handler) return undefined;
    const answer = copy(executing.run(memory, () => handler.run(undefined as never)));
    answers.set(name, answer);
    return answer;
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
      asked.add(name);
      const execution = executions.get(id);
      return execution && (ask(execution, name) as T | undefined);
    },
    /** A call of an operator's command, which may find Temporal away. */
    reach: <T>(use: () => T): Promise<T> => faults.call('temporal', away, use),
    /** The execution is gone, as after an operator's mistake or a lost database; what is under way for it goes on unheard. */
    lose(id: string): void {
      const execution = executions.get(id);
      if (execution) Object.assign(execution, { closed: true, memory: undefined });
      executions.delete(id);
    },
    /** Workflows of which a task was lost. */
    strayed,
    isOpen: (id: string) => executions.has(id) && !executions.get(id)?.closed,
    /** What the workflows that run wait for. */
    waiting: () =>
      [...executions.values()].flatMap(({ id, closed, pending, memory }) => {
        if (closed) return [];
        const locals = [...(memory?.locals.values() ?? [])].map(({ name }) => name);
        const waitsFor = [...pending.values(), ...locals, ...(memory ? [] : ['a task'])];
        return waitsFor.map((what) => `${id} waits for ${what}`);
      }),
  };
}
export type Temporal = ReturnType<typeof createTemporal>;
