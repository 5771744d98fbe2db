import { registerHooks } from 'node:module';
import { parentPort } from 'node:worker_threads';

// One of several threads that simulate; without vitest, which gives a test file one. It gets seeds, and answers with runs.
const requests = new URL('../../infra/http/request.ts', import.meta.url).href;
const standIn = new URL('./http-module.ts', import.meta.url).href;
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier === '@temporalio/workflow' ? './workflow-module.ts' : specifier, {
      ...context,
      ...(specifier === '@temporalio/workflow' && { parentURL: import.meta.url }),
    });
    return found.url === requests && context.parentURL !== standIn ? { ...found, url: standIn } : found;
  },
});
const { simulate } = await import('./simulate.ts');

parentPort?.on('message', async (seed: string) => parentPort?.postMessage(await simulate(seed)));
