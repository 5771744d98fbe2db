import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { type BusHealth, type TopicSpec, TransientFailure } from '../../activities/ports/event-bus.ts';
import { settledWithin } from '../within.ts';
import { kafkaErrors } from './kafkajs-client.ts';

/** Whoever asks for health waits for the answer; a network that swallows packets must not keep them. */
const healthMs = 3_000;

/** A topic that exists otherwise than we need it. `differences` has one line for each, in both languages. */
export class TopicsDiffer extends Error {
  override readonly name = 'TopicsDiffer';
  readonly differences: string[];
  constructor(differences: string[]) {
    super(
      `Kafka 主题与要求不符，请由管理员调整或改名后重试 / Kafka topics differ from what is needed; have them altered, or ` +
        `deleted if they hold nothing, and start again:\n${differences.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.differences = differences;
  }
}

type Options = { client: Kafka; log: Logger };

/** Administration over one connection, opened at its first use and again after a failure. */
export function createKafkajsAdmin({ client, log }: Options) {
  let opening: Promise<Admin> | undefined;
  let downSince: Date | undefined;

  const admin = (): Promise<Admin> => {
    if (opening) return opening;
    const attempt = (async () => {
      const fresh = client.admin({});
      await fresh.connect();
      return fresh;
    })();
    opening = attempt;
    attempt.catch(() => {
      if (opening === attempt) opening = undefined;
    });
    return attempt;
  };

  const close = async (): Promise<void> => {
    const open = await opening?.catch(() => undefined);
    opening = undefined;
    await open?.disconnect().catch((err) => log.debug({ err }, 'admin disconnect'));
  };

  const ask = async <T>(question: (open: Admin) => Promise<T>): Promise<T> => {
    try {
      return await question(await admin());
    } catch (error) {
      if (error instanceof TopicsDiffer) throw error;
      await close();
      const curable = [...kafkaErrors(error)].some(({ retriable }) => retriable === true);
      throw curable ? new TransientFailure('Kafka did not answer', { cause: error }) : error;
    }
  };

  const ensureTopics = (wanted: readonly TopicSpec[]): Promise<void> =>
    ask(async (open) => {
      const { brokers } = await open.describeCluster();
      const present = new Set(await open.listTopics());
      const replicas = Math.min(3, brokers.length);
      for (const spec of wanted.filter(({ name }) => !present.has(name))) {
        // One at a time: with several, kafkajs waits for leaders only if none existed. `false` means that another
        // process was first, which the check below then judges like any existing topic.
        const created = await open.createTopics({
          waitForLeaders: true,
          topics: [
            {
              topic: spec.name,
              numPartitions: spec.partitions,
              replicationFactor: replicas,
              configEntries: Object.entries(settingsFor(spec, replicas)).map(([name, value]) => ({ name, value })),
            },
          ],
        });
        if (created) log.info({ topic: spec.name, partitions: spec.partitions, replicas }, 'Kafka topic created');
      }
      await checkTopics(open, wanted, replicas, log);
    });

  const lag = (groupId: string, topics: string[]): Promise<bigint> =>
    ask(async (open) => {
      const committed = await open.fetchOffsets({ groupId, topics });
      let total = 0n;
      for (const { topic, partitions } of committed) {
        const ends = new Map((await open.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
        for (const { partition, offset } of partitions) {
          const end = ends.get(partition);
          if (!end) continue;
          // -1: nothing committed yet, the group begins at the oldest record that is kept.
          const from = BigInt(offset) < BigInt(end.low) ? BigInt(end.low) : BigInt(offset);
          total += BigInt(end.high) - from;
        }
      }
      return total;
    });

  /** Per topic and partition, the offsets of the oldest record that is kept and of the next one to come. */
  const bounds = (topics: string[]): Promise<{ topic: string; partition: number; low: bigint; high: bigint }[]> =>
    ask(async (open) => {
      const found = await Promise.all(
        topics.map(async (topic) => ({ topic, ends: await open.fetchTopicOffsets(topic) })),
      );
      return found.flatMap(({ topic, ends }) =>
        ends.map(({ partition, low, high }) => ({ topic, partition, low: BigInt(low), high: BigInt(high) })),
      );
    });

  const health = async (): Promise<BusHealth> => {
    const asked = ask((open) => open.describeCluster());
    try {
      if (!(await settledWithin(asked, healthMs))) throw new TransientFailure(`Kafka did not answer in ${healthMs} ms`);
      const { brokers } = await asked;
      downSince = undefined;
      return { state: 'up', brokers: brokers.length };
    } catch (error) {
      downSince ??= new Date();
      return { state: 'down', since: downSince, reason: error instanceof Error ? error.message : String(error) };
    }
  };

  return { ensureTopics, lag, bounds, health, close };
}

/** With three replicas one may be missing and an acknowledged event is still on two disks. */
const settingsFor = ({ settings }: TopicSpec, replicas: number): Record<string, string> => ({
  ...settings,
  'min.insync.replicas': replicas >= 3 ? '2' : '1',
});

async function checkTopics(open: Admin, wanted: readonly TopicSpec[], replicas: number, log: Logger): Promise<void> {
  const { topics } = await open.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) });
  const metadata = new Map(topics.map((topic) => [topic.name, topic]));
  const { resources } = await open.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  const configs = new Map(resources.map((resource) => [resource.resourceName, resource.configEntries]));

  const differences: string[] = [];
  for (const spec of wanted) {
    const partitions = metadata.get(spec.name)?.partitions ?? [];
    if (partitions.length !== spec.partitions) {
      differences.push(`${spec.name}: partitions 分区数 ${partitions.length}, needed 应为 ${spec.partitions}`);
    }
    const copies = Math.min(...partitions.map((partition) => partition.replicas.length));
    if (copies < replicas) {
      // Not an error: a cluster that grew still works as before, but somebody should spread its topics.
      log.warn(
        { topic: spec.name, replicas: copies, possible: replicas },
        'Kafka topic has fewer replicas than it could',
      );
    }
    const actual = new Map(configs.get(spec.name)?.map((entry) => [entry.configName, entry.configValue]));
    for (const [name, value] of Object.entries(settingsFor(spec, copies))) {
      if (actual.get(name) !== value) {
        differences.push(`${spec.name}: ${name} = ${actual.get(name) ?? '(unset)'}, needed 应为 ${value}`);
      }
    }
  }
  if (differences.length > 0) throw new TopicsDiffer(differences);
}
