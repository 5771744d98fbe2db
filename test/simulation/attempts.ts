import { ActivityFailure, ApplicationFailure, msToNumber, type RetryState, TimeoutFailure } from '@temporalio/common';
import type { Faults } from './faults.ts';
import { Crashed, type Process } from './processes.ts';
import type { Random } from './random.ts';
import { copy, type Outcome } from './replaying.ts';
import type { Clock, Scheduler } from './scheduler.ts';
import type { ActivityOptions, Duration } from './workflow-module.ts';

/** A process that runs the activities of a task queue; they are made anew when it starts. */
export type Worker = { process: Process; activities: () => object };
/** How an activity ended, or how its last attempt failed. */
export type Progress = {
  /** False once the workflow is gone: no further attempt is handed out, and one that runs goes on unheard. */
  isWanted: () => boolean;
  done: (value: unknown) => void;
  failed: (error: unknown) => void;
  again: (error: unknown, failures: number) => void;
};

export const ms = (duration: Duration | undefined, otherwise: number): number =>
  duration === undefined ? otherwise : msToNumber(duration as never);
/** What follows from the last of so many `failures`: the failure that the workflow meets, or another try. */
export function judge(name: string, error: unknown, failures: number, { retry }: ActivityOptions) {
  const told = ApplicationFailure.fromError(error);
  const gaveUp = (state: RetryState) => ({
    failure: new ActivityFailure('Activity task failed', name, name, state, undefined, told),
  });
  if (told.nonRetryable) return gaveUp('NON_RETRYABLE_FAILURE');
  if (failures >= (retry?.maximumAttempts ?? Number.POSITIVE_INFINITY)) return gaveUp('MAXIMUM_ATTEMPTS_REACHED');
  const backOff = ms(retry?.initialInterval, 1000) * 2 ** Math.min(failures - 1, 20);
  const interval = Math.min(backOff, ms(retry?.maximumInterval, 100_000));
  return { failure: undefined, afterMs: told.nextRetryDelay ? ms(told.nextRetryDelay as never, 0) : interval };
}

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
 * one runs already; only a permanent failure, or the last of its attempts, gives up. What an attempt says after it was given up is not heard.
 */
export const createAttempts =
  ({ scheduler, random, faults, clock, workers }: AttemptDeps) =>
  (
    queue: string,
    name: string,
    input: unknown[],
    options: ActivityOptions,
    { isWanted, done, failed, again }: Progress,
  ): void => {
    const silenceMs = ms(options.heartbeatTimeout, 15_000);
    const worker = () => workers[queue] as Worker;
    let current = 0;
    let failures = 0;
    let over = false;
    if (options.scheduleToCloseTimeout !== undefined)
      scheduler.after(ms(options.scheduleToCloseTimeout, 0), tooLate, clock);

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
    /** Temporal hands it out no more; an attempt that runs goes on unheard. */
    function tooLate(): void {
      const cause = new TimeoutFailure('Activity task timed out', undefined, 'SCHEDULE_TO_CLOSE');
      end(current, () =>
        failed(new ActivityFailure('Activity task timed out', name, name, 'TIMEOUT', undefined, cause)),
      );
    }
    function begin(): void {
      const { process, activities } = worker();
      if (over || !isWanted()) return;
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
      const attempted = process.run(async () => run(...input));
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
      failures += 1;
      const verdict = judge(name, error, failures, options);
      if (verdict.failure) {
        end(attempt, () => failed(verdict.failure));
        return;
      }
      again(error, failures);
      retry(attempt, verdict.afterMs);
    }
    scheduler.after(random.between(0, 20), begin, () => worker()?.process.clock() ?? clock());
  };

/**
 * One attempt at a local activity: it runs in the worker that runs the workflow task, and dies with it; then nothing is
 * said. In the code under `workflows/` every interval is above `localRetryThreshold`, so that a retry is a timer.
 */
export const createLocalAttempt =
  ({ scheduler, random, workers }: Pick<AttemptDeps, 'scheduler' | 'random' | 'workers'>) =>
  (
    queue: string,
    { name, input, options, attempt }: { name: string; input: unknown[]; options: ActivityOptions; attempt: number },
    ended: (outcome: Outcome) => void,
  ): void => {
    const { process, activities } = workers[queue] as Worker;
    const { incarnation } = process;
    let isOver = false;
    const end = (outcome: Outcome) => {
      if (isOver || process.incarnation !== incarnation) return;
      isOver = true;
      ended(outcome);
    };
    const fail = (error: unknown) => {
      const verdict = judge(name, error, attempt, options);
      if (verdict.failure) end({ error: verdict.failure });
      else end({ afterMs: verdict.afterMs, why: `${name} failed ${attempt} times: ${error}` });
    };
    function begin(): void {
      if (process.incarnation !== incarnation) return;
      const late = new TimeoutFailure('Activity task timed out', undefined, 'START_TO_CLOSE');
      const giveUp = scheduler.after(ms(options.startToCloseTimeout, 600_000), () => fail(late), process.clock);
      const run = Reflect.get(activities(), name) as (...given: unknown[]) => Promise<unknown>;
      process
        .run(async () => run(...input))
        .finally(giveUp)
        .then((value) => end({ value: copy(value) }), fail);
    }
    scheduler.after(random.between(0, 3), begin, process.clock);
  };
