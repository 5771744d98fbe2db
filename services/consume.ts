import type { EventBus, Subscription } from '../activities/ports/event-bus.ts';
import { awaitTopics } from '../infra/kafka/await-topics.ts';
import type { EventCodec } from '../infra/kafka/event-signature.ts';
import { topics } from '../infra/kafka/topics.ts';
import type { LockstepEvent, Topic } from '../schemas/events.ts';
import type { ProcessContext } from './process-frame.ts';

type Options = {
  bus: EventBus;
  /** Consumer group and owner of the dead-letter topic, e.g. `website`. */
  group: string;
  topic: Topic;
  /** What it throws is parked: a forgery has no other effect. */
  decode: EventCodec['decode'];
  handle: (event: LockstepEvent) => Promise<void>;
  /** See `SubscribeOptions`. */
  atOnce?: number;
};

/**
 * Takes events in as soon as Kafka answers, and until the process ends. It does not wait for Kafka: a site that is up
 * stays up, and people go on signing, while the bus is away (I19).
 */
export function consume(
  { bus, group, topic, decode, handle, atOnce = 1 }: Options,
  { log, onStop, fail }: ProcessContext,
): void {
  const ending = new AbortController();
  const subscribing = (async (): Promise<Subscription | undefined> => {
    if (!(await awaitTopics({ bus, topics, log, signal: ending.signal }))) return undefined;
    return bus.subscribe({ group, topics: [topic], atOnce, handler: (record) => handle(decode(record)) });
  })();
  subscribing.then((subscription) => subscription?.failed.then(fail), fail);
  onStop(async () => {
    ending.abort();
    await (await subscribing)?.stop();
  });
}
