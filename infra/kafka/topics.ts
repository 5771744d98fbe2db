import type { TopicSpec } from '../../activities/ports/event-bus.ts';
import { deadTopic, Topic } from '../../schemas/events.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * Six partitions divide evenly among 1, 2, 3 or 6 instances of a consumer. Order is needed per bundle only, the load
 * is some hundred events a second at the worst T0, and a rebalance stops the whole group (no cooperative protocol in
 * kafkajs), so more would cost and give nothing. The count is final: adding partitions later would move keys, and
 * with them break the order of bundles under way.
 */
const partitions = 6;

/** Every setting that matters is written out, so that a broker's defaults cannot change what we keep. */
const settings = (retentionMs: number, maxMegabytes = 2) => ({
  'cleanup.policy': 'delete', // compaction would drop the history of a bundle
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'max.message.bytes': String(maxMegabytes * 1024 * 1024), // events hold references; the contract allows 1 MB
  'message.timestamp.type': 'CreateTime',
  'compression.type': 'producer',
  'unclean.leader.election.enable': 'false', // losing acknowledged events is worse than waiting
});

const forEver = -1;

/** Who reads what, and where each parks the records that it cannot handle. */
export const consumers = (
  [
    ['website', Topic.releases],
    ['new-media', Topic.releases],
    ['press', Topic.releases],
    ['core', Topic.receipts],
  ] as const
).map(([name, topic]) => ({ name, topics: [topic], deadLetterTopic: deadTopic(name) }));

/** All topics, with their final settings. Replicas and `min.insync.replicas` follow from the number of brokers. */
export const topics: readonly TopicSpec[] = [
  // The rows in PostgreSQL are the record; here a year and a month is enough for anyone to catch up.
  { name: Topic.bundles, partitions, settings: settings(400 * day) },
  { name: Topic.receipts, partitions, settings: settings(400 * day) },
  // Any channel can be rebuilt from this log.
  { name: Topic.releases, partitions, settings: settings(forEver) },
  // One partition: checkpoints have one order. What they prove is asked for years later.
  { name: Topic.audit, partitions: 1, settings: settings(forEver) },
  // One partition: people read these in order of arrival. Kept until a person decided on each. Larger than the rest: a
  // record that could not be parked, for the headers that tell of its failure, would block its partition for ever.
  ...consumers.map(({ deadLetterTopic }) => ({
    name: deadLetterTopic,
    partitions: 1,
    settings: settings(forEver, 3),
  })),
];
