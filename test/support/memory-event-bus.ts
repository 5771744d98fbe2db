import { createHash } from 'node:crypto';
import pino, { type Logger } from 'pino';
import type {
  EventBus,
  EventRecord,
  ReceivedRecord,
  SubscribeOptions,
  Subscription,
  TopicSpec,
} from '../../activities/ports/event-bus.ts';
import type { ParkedRecord } from '../../infra/kafka/dead-letter.ts';
import { createDeliver } from '../../infra/kafka/deliver.ts';
import { TopicsDiffer } from '../../infra/kafka/kafkajs-admin.ts';
import { topics as lockstepTopics } from '../../infra/kafka/topics.ts';
import { settledWithin } from '../../infra/within.ts';
import { deadTopic } from '../../schemas/events.ts';

type Member = { id: symbol; topics: string[]; assign(partitions: Partition[]): void };
type Partition = { topic: string; partition: number; records: ReceivedRecord[]; wake: Set<() => void> };
type Group = { members: Member[]; committed: Map<Partition, number> };

/** What several buses share, as processes share a broker. Holds the product's topics from the start. */
export type MemoryBroker = {
  topics: Map<string, { spec: TopicSpec; partitions: Partition[] }>;
  groups: Map<string, Group>;
};

export function createMemoryBroker(specs: readonly TopicSpec[] = lockstepTopics): MemoryBroker {
  const broker: MemoryBroker = { topics: new Map(), groups: new Map() };
  for (const spec of specs) createTopic(broker, spec);
  return broker;
}

function createTopic({ topics }: MemoryBroker, spec: TopicSpec): void {
  const partitions = Array.from({ length: spec.partitions }, (_, partition) => ({
    topic: spec.name,
    partition,
    records: [],
    wake: new Set<() => void>(),
  }));
  topics.set(spec.name, { spec, partitions });
}

const partitionFor = (key: string, count: number): number =>
  createHash('sha256').update(key).digest().readUInt32BE() % count;

type Options = {
  broker?: MemoryBroker;
  log?: Logger;
  onParked?: (parked: ParkedRecord) => void;
  drainMs?: number;
};

/** The event bus in memory, with the contract of the real one: `test/support/kafka-contract.ts` runs on both. */
export function createMemoryEventBus(options: Options = {}): EventBus {
  const { broker = createMemoryBroker(), log = pino({ level: 'silent' }), drainMs = 10_000 } = options;
  const onParked = options.onParked ?? (() => undefined);
  const subscriptions = new Set<Subscription>();
  let closed = false;

  const partitionsOf = (name: string): Partition[] => {
    const topic = broker.topics.get(name);
    if (!topic) throw new Error(`No such topic: ${name}`);
    return topic.partitions;
  };

  const publish = async (batch: EventRecord[]) => {
    if (closed) throw new Error('The event bus is closed');
    if (batch.some(({ key }) => key === '')) throw new Error('An event record needs a key: its order hangs on it');
    const targets = batch.map((record) => ({ record, partitions: partitionsOf(record.topic) }));
    return targets.map(({ record, partitions }) => {
      const target = partitions[partitionFor(record.key, partitions.length)] as Partition;
      const position = { partition: target.partition, offset: BigInt(target.records.length) };
      // Copied, as a broker does: a publisher that changes its bytes later must not change what was sent.
      const sent = { ...record, headers: { ...record.headers }, value: record.value.slice() };
      target.records.push({ ...sent, ...position, timestamp: Date.now() });
      for (const wake of target.wake) wake();
      return position;
    });
  };

  const rebalance = ({ members }: Group): void => {
    const shares = new Map(members.map((member) => [member, [] as Partition[]]));
    for (const topic of new Set(members.flatMap((member) => member.topics))) {
      const takers = members.filter((member) => member.topics.includes(topic));
      partitionsOf(topic).forEach((partition, index) => {
        const taker = takers[index % takers.length];
        if (taker) shares.get(taker)?.push(partition);
      });
    }
    for (const [member, share] of shares) member.assign(share);
  };

  const subscribe = async ({ group: name, topics, handler, deadLetterTopic = deadTopic(name) }: SubscribeOptions) => {
    for (const topic of topics) partitionsOf(topic);
    const group: Group = broker.groups.get(name) ?? { members: [], committed: new Map() };
    broker.groups.set(name, group);
    const deliver = createDeliver({ group: name, handler, deadLetterTopic, publish, onParked, log });
    const stopping = new AbortController();
    const resumed = new Set<() => void>();
    const running = new Set<Promise<void>>();
    let tenure = new AbortController();
    let paused = false;

    const pump = async (partition: Partition, lost: AbortSignal): Promise<void> => {
      const over = AbortSignal.any([lost, stopping.signal]);
      while (!over.aborted) {
        const next = partition.records[group.committed.get(partition) ?? 0];
        if (!next || paused) {
          await new Promise<void>((resolve) => {
            const waiting = next ? resumed : partition.wake;
            const go = () => {
              waiting.delete(go);
              over.removeEventListener('abort', go);
              resolve();
            };
            waiting.add(go);
            over.addEventListener('abort', go);
          });
          continue;
        }
        await new Promise((resolve) => setImmediate(resolve)); // never inside publish, as over a network
        if (over.aborted) return;
        const outcome = await deliver(next, { lost, stopping: stopping.signal });
        if (outcome === 'abandoned' || lost.aborted) return;
        group.committed.set(partition, Number(next.offset) + 1);
      }
    };

    const member: Member = {
      id: Symbol(name),
      topics,
      assign(partitions) {
        tenure.abort();
        tenure = new AbortController();
        for (const partition of partitions) {
          const pumping = pump(partition, tenure.signal).finally(() => running.delete(pumping));
          running.add(pumping);
        }
      },
    };
    group.members.push(member);
    rebalance(group);

    const subscription: Subscription = {
      pause() {
        paused = true;
      },
      resume() {
        paused = false;
        for (const go of [...resumed]) go();
      },
      async stop() {
        if (stopping.signal.aborted) return void (await Promise.all(running));
        stopping.abort();
        const all = Promise.all(running);
        if (!(await settledWithin(all, drainMs))) {
          tenure.abort();
          await settledWithin(all, 1_000);
        }
        group.members = group.members.filter(({ id }) => id !== member.id);
        rebalance(group);
      },
      lag: async () => lag(name, topics),
      failed: new Promise(() => undefined), // memory does not die
    };
    subscriptions.add(subscription);
    return subscription;
  };

  const lag = (name: string, topics: string[]): bigint => {
    const committed = broker.groups.get(name)?.committed;
    const behind = topics.flatMap(partitionsOf).map((each) => each.records.length - (committed?.get(each) ?? 0));
    return BigInt(behind.reduce((sum, count) => sum + count, 0));
  };

  return {
    publish,
    subscribe,
    async read({ topics, each, signal }) {
      const records = topics.flatMap(partitionsOf).flatMap((partition) => [...partition.records]);
      for (const [index, record] of records.entries()) {
        signal?.throwIfAborted();
        await each(record, records.length - index - 1);
      }
    },
    lag: async (group, topics) => lag(group, topics),
    async ensureTopics(wanted) {
      const differences: string[] = [];
      for (const spec of wanted) {
        const present = broker.topics.get(spec.name)?.spec;
        if (!present) createTopic(broker, spec);
        else if (present.partitions !== spec.partitions) differences.push(`${spec.name}: partitions`);
        else if (!sameSettings(present, spec)) differences.push(`${spec.name}: settings`);
      }
      if (differences.length > 0) throw new TopicsDiffer(differences);
    },
    async health() {
      return { state: 'up', brokers: 1 };
    },
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      closed = true;
    },
  };
}

const sameSettings = (a: TopicSpec, b: TopicSpec): boolean =>
  Object.keys(b.settings).every((name) => a.settings[name] === b.settings[name]);
