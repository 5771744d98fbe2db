import { ActivityFailure, ApplicationFailure, msToNumber } from '@temporalio/common';
import type { Faults } from './faults.ts';
import { Crashed, type Process } from './processes.ts';
import type { Random } from './random.ts';
import type { Clock, Scheduler } from './scheduler.ts';
import type { ActivityOptions, Duration } from './workflow-module.ts';

/** A process that runs the activities of a task queue; they are made anew when it starts. */
export type Worker = { process: Process; activities: () => object };
/** How an activity ended, or how its last attempt failed. */
export type Progress = {
  done: (value: unknown) => void;
  failed: (error: unknown) => void;
  again: (error: unknown, failures: number) => void;
};

export const ms = (duration: Duration | undefined, otherwise: number): number =>
  duration === undefined ? otherwise : msToNumber(duration as never);
/** Every value crosses Temporal as JSON: nothing is shared between a workflow and its activities. */
export const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));

export type AttemptDeps = {
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  clock: Clock;
  /** By task queue. */
  workers: Record<string, Worker>;
};

/**
 * Activities at least once, as in Temporal: an attempt may be lost before its effect or after it, or go on while the next
 * one runs already; only a permanent failure gives up. What an attempt says after it was given up is not heard.
 */
export const createAttempts =
  ({ scheduler, random, faults, clock, workers }: AttemptDeps) =>
  (
    queue: string,
    name: string,
    input: unknown[],
    options: ActivityOptions,
    { done, failed, again }: Progress,
  ): void => {
    const given = copy(input);
    const silenceMs = ms(options.heartbeatTimeout, 15_000);
    const worker = () => workers[queue] as Worker;
    let current = 0;
    let failures = 0;
    let over = false;

    /** The attempt that runs now is given up; the next one comes. */
    function retry(attempt: number, afterMs: number): void {
      if (over || attempt !== current) return;
      current += 1;
      scheduler.after(afterMs, begin, worker().process.clock);
    }
    function end(attempt: number, how: () => void): void {
      if (over || attempt !== current) return;
      over = true;
      how();
    }
    function begin(): void {
      const { process, activities } = worker();
      if (over) return;
      if (!process.up) {
        process.whenUp(() => void scheduler.after(random.between(1, 50), begin, process.clock));
        return;
      }
      const attempt = current;
      const fate = faults.attempt(process.name, name);
      if (fate === 'lost') {
        retry(attempt, silenceMs);
        return;
      }
      const giveUp = scheduler.after(ms(options.startToCloseTimeout, 600_000), () => retry(attempt, 0));
      if (fate === 'silent') scheduler.after(random.between(0, silenceMs), () => retry(attempt, 0)); // and it goes on
      const run = Reflect.get(activities(), name) as (...given: unknown[]) => Promise<unknown>;
      const attempted = process.run(async () => run(...given));
      attempted.finally(giveUp).then(
        (value) => {
          if (fate === 'unreported') retry(attempt, silenceMs);
          else end(attempt, () => done(copy(value)));
        },
        (error) => fails(attempt, error),
      );
    }
    function fails(attempt: number, error: unknown): void {
      if (over || attempt !== current) return;
      if (error instanceof Crashed) {
        retry(attempt, silenceMs);
        return;
      }
      const told = error instanceof ApplicationFailure ? error : undefined;
      if (told?.nonRetryable) {
        const state = 'NON_RETRYABLE_FAILURE';
        end(attempt, () => failed(new ActivityFailure('Activity task failed', name, name, state, undefined, told)));
        return;
      }
      failures += 1;
      again(error, failures);
      const backOff = ms(options.retry?.initialInterval, 1000) * 2 ** Math.min(failures - 1, 20);
      const interval = Math.min(backOff, ms(options.retry?.maximumInterval, 100_000));
      retry(attempt, told?.nextRetryDelay ? ms(told.nextRetryDelay as never, 0) : interval);
    }
    scheduler.after(random.between(0, 20), begin, () => worker()?.process.clock() ?? clock());
  };
