import { Context } from '@temporalio/activity';

const beatMs = 3_000;

type Activities = { [name: string]: (...input: never[]) => Promise<unknown> };

/**
 * Lets every activity report that it is alive, so that Temporal hands it on within seconds when its worker dies,
 * however long it may take when all is well. A local one is part of a workflow task, whose own time limit tells that.
 */
export function withHeartbeats<T extends object>(activities: T): T {
  const beating = Object.entries(activities as Activities).map(([name, run]) => [
    name,
    async (...input: never[]) => {
      const context = Context.current();
      if (context.info.isLocal) return run(...input);
      const beat = setInterval(() => context.heartbeat(), beatMs);
      try {
        return await run(...input);
      } finally {
        clearInterval(beat);
      }
    },
  ]);
  return Object.fromEntries(beating) as T;
}
