import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Run } from './simulate.ts';

/** Simulates one seed after another on every processor; `tell` gets each run, in no order, and stops all by `false`. */
export async function simulateEverywhere(seeds: readonly string[], tell: (run: Run) => boolean): Promise<void> {
  const jsx = new URL('../../infra/jsx.ts', import.meta.url).href; // pages of the site are .tsx
  const execArgv = ['--import', jsx, '--disable-warning=ExperimentalWarning'];
  const workers = Array.from(
    { length: Math.min(availableParallelism(), seeds.length) },
    () => new Worker(new URL('./worker.ts', import.meta.url), { execArgv }),
  );
  let next = 0;
  async function work(worker: Worker): Promise<void> {
    while (next < seeds.length) {
      worker.postMessage(seeds[next]);
      next += 1;
      const [run] = (await once(worker, 'message')) as [Run]; // rejects with what the thread threw
      if (!tell(run)) next = seeds.length;
    }
  }
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
