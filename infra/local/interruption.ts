/**
 * Aborts on Ctrl-C, on a request to end, and when the program that started us is gone. A second Ctrl-C changes nothing:
 * terminals send it to every process of the group, and npm passes it on once more.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  process.once('disconnect', () => controller.abort());
  // Watching the channel must not keep the process alive once its work is done.
  process.channel?.unref();
  return controller.signal;
}

export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // A bare listener keeps no process alive; the timer does, until the signal comes.
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
