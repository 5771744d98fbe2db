import type { createCheckpointer } from '../../activities/audit/checkpointer.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import type { Logger } from '../../infra/logger.ts';

type Options = {
  checkpointer: ReturnType<typeof createCheckpointer>;
  log: Logger;
  everyMs?: number;
};

/** A checkpoint a minute while rows are added, and one at the end. Never the reason why a release does not go out. */
export function keepCheckpoints({ checkpointer, log, everyMs = 60_000 }: Options): () => Promise<void> {
  async function make(): Promise<void> {
    try {
      const made = await checkpointer.run();
      if (made.outcome === 'signed') log.info({ size: made.checkpoint.size }, 'audit checkpoint signed');
      if (made.outcome !== 'refused') return;
      const { firstBad, why } = made;
      log.error({ firstBad, why }, 'the audit chain does not continue what was signed: run lockstep audit verify');
    } catch (err) {
      if (err instanceof TransientFailure) log.warn({ err }, 'audit checkpoint waits for Kafka');
      else log.error({ err }, 'audit checkpoint failed');
    }
  }
  // Not at once: at a first start the topic is still being made, and a send that waits for it would hold up others.
  const timer = setInterval(() => void make(), everyMs);
  return async () => {
    clearInterval(timer);
    await make();
  };
}
