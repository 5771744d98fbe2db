import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Scheduler } from './scheduler.ts';

/** Thrown at whatever a process waits for once it is dead: nothing that it would have done next happens. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

/** One of our processes. Its memory lasts for one incarnation. */
export type Process = {
  readonly name: string;
  readonly clock: Clock;
  /** Milliseconds that its clock is ahead of true time. */
  skewMs: number;
  readonly up: boolean;
  readonly incarnation: number;
  crash(downMs: number): void;
  /** Runs at once where the process is up, else after its next start. */
  whenUp(run: () => void): void;
  /** Runs `use` as this incarnation: what it awaits later fails once the process has crashed. */
  run<T>(use: () => T): T;
};

type Life = { process: Process; incarnation: number };
const living = new AsyncLocalStorage<Life>();

/** The incarnation in which this code runs; undefined for people and providers. */
export const here = (): Life | undefined => living.getStore();
export const isDead = (life: Life | undefined): boolean =>
  life !== undefined && life.process.incarnation !== life.incarnation;
export function assertAlive(life: Life | undefined): void {
  if (isDead(life)) throw new Crashed(`${life?.process.name} has crashed`);
}

/** `boot` makes the parts that a process has in its memory. */
export function createProcess(name: string, scheduler: Scheduler, boot: (process: Process) => void): Process {
  let up = false;
  let incarnation = 0;
  let waiting: (() => void)[] = [];
  const start = () => {
    up = true;
    process.run(() => boot(process));
    const ready = waiting;
    waiting = [];
    for (const run of ready) run();
  };
  const process: Process = {
    name,
    skewMs: 0,
    clock: () => scheduler.now() + process.skewMs,
    get up() {
      return up;
    },
    get incarnation() {
      return incarnation;
    },
    crash(downMs) {
      if (!up) return;
      up = false;
      incarnation += 1;
      scheduler.after(downMs, start, process.clock);
    },
    whenUp(run) {
      if (up) run();
      else waiting.push(run);
    },
    run: (use) => living.run({ process, incarnation }, use),
  };
  start();
  return process;
}
