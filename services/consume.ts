import type { EventBus, Subscription } from '../activities/ports/event-bus.ts';
import { awaitTopics } from '../infra/kafka/await-topics.ts';
import { decodeEvent } from '../infra/kafka/event-codec.ts';
import { topics } from '../infra/kafka/topics.ts';
import type { LockstepEvent, Topic } from '../schemas/events.ts';
import type { ProcessContext } from './process-frame.ts';

type Options = {
  bus: EventBus;
  /** Consumer group and owner of the dead-letter topic, e.g. `website`. */
  group: string;
  topic: Topic;
  handle: (event: LockstepEvent) => Promise<void>;
};

/**
 * Takes events in as soon as Kafka answers, and until the process ends. It does not wait for Kafka: a site that is up
 * stays up, and people go on signing, while the bus is away (I19).
 */
export function consume({ bus, group, topic, handle }: Options, { log, onStop, fail }: ProcessContext): void {
  const ending = new AbortController();
  const subscribing = (async (): Promise<Subscription | undefined> => {
    if (!(await awaitTopics({ bus, topics, log, signal: ending.signal }))) return undefined;
    return bus.subscribe({ group, topics: [topic], handler: (record) => handle(decodeEvent(record)) });
  })();
  subscribing.then((subscription) => subscription?.failed.then(fail), fail);
  onStop(async () => {
    ending.abort();
    await (await subscribing)?.stop();
  });
}
