import { showTime } from './clock.ts';

/** Whose clock `Date` shows while something runs; milliseconds since 1970. */
export type Clock = () => number;
type Event = { at: number; order: number; clock: Clock; run: () => unknown };
export type Cancel = () => void;

/**
 * Simulated time. Whatever waits (a timer, a call on its way, a person) is an event here; the earliest one happens, all
 * that follows from it without more waiting happens, and then the next one.
 */
export type Scheduler = {
  /** True time, which no process can read. */
  now(): number;
  /** `clock` is that of the process in which the event happens. */
  /** What `run` returns is waited for: it must not hang on another event. */
  after(ms: number, run: () => unknown, clock?: Clock): Cancel;
  /** Resolves after `ms` on the same terms. */
  pause(ms: number, clock?: Clock): Promise<void>;
  /** Lets the earliest event happen; false where nothing waits. */
  step(): Promise<boolean>;
  readonly steps: number;
};

export function createScheduler(start: number): Scheduler {
  const waiting = new Set<Event>();
  let now = start;
  let order = 0;
  let steps = 0;
  const earliest = (): Event | undefined => {
    let first: Event | undefined;
    for (const event of waiting) {
      if (!first || event.at < first.at || (event.at === first.at && event.order < first.order)) first = event;
    }
    return first;
  };
  const scheduler: Scheduler = {
    now: () => now,
    after(ms, run, clock = () => now) {
      order += 1;
      const event = { at: now + Math.max(0, ms), order, clock, run };
      waiting.add(event);
      return () => void waiting.delete(event);
    },
    pause: (ms, clock) => new Promise((resolve) => scheduler.after(ms, () => resolve(), clock)),
    async step() {
      const event = earliest();
      if (!event) return false;
      waiting.delete(event);
      now = event.at;
      steps += 1;
      showTime(event.clock());
      await event.run();
      await settled();
      return true;
    },
    get steps() {
      return steps;
    },
  };
  return scheduler;
}

/** All promises that can go on without another event have gone on: nothing in a run waits for the real world. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
