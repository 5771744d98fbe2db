import { setTimeout as sleep } from 'node:timers/promises';

/** Whether `work` settled within `ms`. Its timer ends with it, so that no process lives on for an unused deadline. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const enough = new AbortController();
  const late = sleep(ms, false, { signal: enough.signal }).catch(() => true);
  const settled = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    enough.abort();
  }
}
