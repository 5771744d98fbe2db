import { createServer } from 'node:http';
import { createLogger, type Logger } from '../infra/logger.ts';

export type ProcessContext = {
  log: Logger;
  /** Called at the end, last registered first; each has its own say, whatever happens to the others. */
  onStop: (stop: () => Promise<unknown>) => void;
  /** Ends the process with an error: whoever supervises it starts it anew. */
  fail: (error: unknown) => void;
};

/** What every process of ours shares: a logger, an orderly end on SIGTERM and SIGINT, and no silent failure. */
export async function runProcess(
  name: string,
  level: string | undefined,
  start: (context: ProcessContext) => Promise<void>,
): Promise<void> {
  const log = createLogger(name, level);
  const stops: (() => Promise<unknown>)[] = [];
  let ending = false;
  async function end(code: number): Promise<void> {
    if (ending) return;
    ending = true;
    for (const stop of stops.reverse())
      await stop().catch((error: unknown) => log.error({ err: error }, 'stopping failed'));
    process.exit(code);
  }
  const fail = (error: unknown) => {
    log.fatal({ err: error }, 'process failed');
    void end(1);
  };
  process.on('SIGTERM', () => void end(0));
  process.on('SIGINT', () => void end(0));
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  try {
    await start({ log, onStop: (stop) => stops.push(stop), fail });
    log.info('ready');
  } catch (error) {
    fail(error);
  }
}

/** `GET /readyz` for processes that serve nothing else: 200 while every check holds, else 503. */
export async function serveHealth(listen: string, check: () => Promise<boolean>): Promise<() => Promise<void>> {
  const separator = listen.lastIndexOf(':');
  const server = createServer((request, response) => {
    if (request.url !== '/readyz') return void response.writeHead(404).end();
    check().then(
      (ready) => response.writeHead(ready ? 200 : 503).end(),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(listen.slice(separator + 1)), listen.slice(0, separator).replace(/^\[|\]$/g, ''), resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
