import type { Logger } from 'pino';
import { type EventBus, type TopicSpec, TransientFailure } from '../../activities/ports/event-bus.ts';
import { pause } from '../within.ts';

type Options = { bus: Pick<EventBus, 'ensureTopics'>; topics: readonly TopicSpec[]; log: Logger; signal: AbortSignal };

/**
 * `ensureTopics` for a process that must start while Kafka is down: it tries every second until Kafka answers or the
 * signal aborts. Resolves with whether the topics are there. A topic that differs is thrown: only a person mends that.
 */
export async function awaitTopics({ bus, topics, log, signal }: Options): Promise<boolean> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      await bus.ensureTopics(topics);
      return true;
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error;
      if (tries === 1) log.warn({ err: error }, 'Kafka does not answer yet, waiting for it');
    }
    await pause(1_000, signal);
  }
  return false;
}
