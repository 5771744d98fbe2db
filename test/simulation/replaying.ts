import { showTime } from './clock.ts';
import { settled } from './scheduler.ts';
import { type ActivityOptions, type Duration, type Execution, executing, type Named } from './workflow-module.ts';

/** Every value crosses Temporal as JSON: nothing is shared between a workflow and anybody else, nor between two replays. */
export const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

/** Something that a workflow is told. `rank`: signals and updates come first, as in Temporal; then results and timers. */
export type Job = {
  rank: number;
  run: (memory: Memory) => void;
  /** Known to the worker only, until the task is complete: what a local activity said. */
  isLocal?: true;
  /** Whether it comes again where its task was lost; absent for what is in the history already. */
  comesAgain?: () => boolean;
};
/** What is told at one instant; `at` is what the workflow takes for the time (milliseconds since 1970). */
export type Activation = { at: number; jobs: Job[] };
/** How a command ended; `afterMs`: a local activity is to be tried again after a timer. */
export type Outcome = { value?: unknown } | { error: unknown } | { afterMs: number; why: string };

/** What commands ask of the server. It answers a command by its number, which is the same in every replay. */
export type Server = {
  timer(number: number, what: string, duration: Duration): void;
  execute(number: number, name: string, input: unknown[], options: ActivityOptions): void;
  tell(number: number, what: string, id: string, sent: Named, input: unknown): void;
  broken(what: string, error: unknown): void;
};
type Local = { name: string; input: unknown[]; options: ActivityOptions; attempt: number; isBegun: boolean };

/** What a worker remembers of an execution. It can be made anew at any time, out of what was recorded. */
export type Memory = Execution & {
  /** Local activities that have not ended. */
  locals: Map<number, Local>;
  /** What the server is told once the task is complete; nothing of it where the task is lost, or replayed. */
  outputs: (() => void)[];
  hasEnded: boolean;
  settle(number: number, what: string, outcome: Outcome): void;
};

export function createMemory(id: string, server: Server): Memory {
  type Awaited = { what: string; resolve: (value: never) => void; reject: (error: unknown) => void };
  const awaited = new Map<number, Awaited>();
  let commands = 0;
  const command = <T>(what: string, begin: (number: number) => void): Promise<T> => {
    commands += 1;
    const number = commands;
    return new Promise((resolve, reject) => {
      awaited.set(number, { what, resolve, reject });
      begin(number);
    });
  };
  const later = <T>(what: string, begin: (number: number) => void) =>
    command<T>(what, (number) => void memory.outputs.push(() => begin(number)));

  const memory: Memory = {
    ...{ id, handlers: new Map(), waits: new Set(), running: 0, locals: new Map(), outputs: [], hasEnded: false },
    timer: (duration, run) => void later('timer', (number) => server.timer(number, 'timer', duration)).then(run),
    execute(name, input, options) {
      const given = copy(input);
      return later(name, (number) => server.execute(number, name, given, options));
    },
    async executeLocally(name, input, options) {
      const given = copy(input);
      for (let attempt = 1; ; attempt += 1) {
        const answer = await command<{ value?: unknown } | { afterMs: number; why: string }>(name, (number) => {
          memory.locals.set(number, { name, input: given, options, attempt, isBegun: false });
        });
        if (!('afterMs' in answer)) return answer.value;
        const { why, afterMs } = answer;
        await later(why, (number) => server.timer(number, why, afterMs));
      }
    },
    tell(other, sent, message) {
      const given = copy(message);
      return later(sent.name, (number) => server.tell(number, sent.name, other, sent, given));
    },
    settle(number, what, outcome) {
      const waiting = awaited.get(number);
      if (waiting?.what !== what) {
        server.broken(`replay of ${id}`, new Error(`Command ${number} is ${waiting?.what}; it was ${what}`));
        return;
      }
      awaited.delete(number);
      const wasLocal = memory.locals.delete(number);
      if ('error' in outcome) waiting.reject(outcome.error);
      else if ('afterMs' in outcome || wasLocal) waiting.resolve(copy(outcome) as never);
      else waiting.resolve(copy(outcome.value) as never);
    },
  };
  return memory;
}

/** Everything that follows from what is told, without more being told. */
export async function activate(memory: Memory, { at, jobs }: Activation): Promise<void> {
  showTime(at);
  executing.run(memory, () => {
    for (const job of jobs) job.run(memory);
  });
  for (;;) {
    await settled();
    const ready = [...memory.waits].filter(({ holds }) => executing.run(memory, holds));
    if (ready.length === 0) return;
    for (const wait of ready) {
      memory.waits.delete(wait);
      wait.resolve(true);
    }
  }
}

/** As in Temporal: the workflow is begun anew and told all that was recorded; what it asks for was asked for already. */
export async function replay(memory: Memory, history: readonly Activation[]): Promise<Memory> {
  for (const activation of history) await activate(memory, activation);
  memory.outputs.splice(0);
  return memory;
}
