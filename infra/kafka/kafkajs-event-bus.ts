import type { EventBus, SubscribeOptions, Subscription } from '../../activities/ports/event-bus.ts';
import { deadTopic } from '../../schemas/events.ts';
import type { ParkedRecord } from './dead-letter.ts';
import { createDeliver } from './deliver.ts';
import { createKafkajsAdmin } from './kafkajs-admin.ts';
import { createKafkajsClient, type KafkajsClientOptions } from './kafkajs-client.ts';
import { createLanes } from './kafkajs-lanes.ts';
import { createKafkajsPublisher } from './kafkajs-publisher.ts';
import { createReader } from './kafkajs-reader.ts';
import { startSubscription } from './kafkajs-subscription.ts';

export type KafkajsEventBusOptions = KafkajsClientOptions & {
  /** The alarm: a record was parked and waits for a person. */
  onParked?: (parked: ParkedRecord) => void;
  /** How long `publish` tries before it rejects with TransientFailure. */
  publishDeadlineMs?: number;
  /** How long a batch may hold up the other partitions of its consumer. */
  patienceMs?: number;
  /** How long `stop` lets running handlers go on. */
  drainMs?: number;
};

const groupIdOf = (group: string) => `lockstep.${group}`;

/** The event bus on Kafka, by kafkajs 2.2.4. Connects at the first use of each part, and again after each outage. */
export function createKafkajsEventBus(options: KafkajsEventBusOptions): EventBus {
  const { log, onParked = () => undefined } = options;
  const { publishDeadlineMs = 20_000, patienceMs = 1_000, drainMs = 10_000 } = options;
  const createClient = () => createKafkajsClient(options);
  const publisher = createKafkajsPublisher({ client: createClient(), log, deadlineMs: publishDeadlineMs });
  const admin = createKafkajsAdmin({ client: createClient(), log });
  const subscriptions = new Set<Subscription>();

  const subscribe = async (wanted: SubscribeOptions) => {
    const { group, topics, handler, atOnce = 1, deadLetterTopic = deadTopic(group) } = wanted;
    const groupId = groupIdOf(group);
    const groupLog = log.child({ group });
    const deliver = createDeliver({
      group,
      handler,
      deadLetterTopic,
      publish: publisher.publish,
      onParked,
      log: groupLog,
    });
    const lanes = createLanes({ deliver, atOnce, patienceMs, log: groupLog });
    const lag = () => admin.lag(groupId, topics);
    const subscription = await startSubscription({ createClient, groupId, topics, lanes, lag, drainMs, log: groupLog });
    subscriptions.add(subscription);
    return subscription;
  };

  return {
    publish: publisher.publish,
    subscribe,
    read: createReader({ createClient, bounds: admin.bounds, log }),
    lag: (group, topics) => admin.lag(groupIdOf(group), topics),
    ensureTopics: admin.ensureTopics,
    health: admin.health,
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      await publisher.close();
      await admin.close();
    },
  };
}
