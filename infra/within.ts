/** Waits `ms`, or until the signal aborts. Never rejects: the caller looks at the signal anyway. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });

/** Whether `work` settled within `ms`. Its timer ends with it, so that no process lives on for an unused deadline. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const enough = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, pause(ms, enough.signal).then(() => false)]);
  } finally {
    enough.abort();
  }
}

/**
 * A pause that is never too short. Node counts a timer from when its turn of the event loop began: where that has been at
 * work for some milliseconds, the timer runs out as much too early.
 */
export async function atLeast(ms: number, pause: (ms: number) => Promise<void>): Promise<void> {
  const until = performance.now() + ms;
  for (let left = ms; left > 0; left = until - performance.now()) await pause(Math.ceil(left));
}
