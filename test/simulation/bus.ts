import { type EventRecord, type ReadOptions, TransientFailure } from '../../activities/ports/event-bus.ts';
import { judge } from '../../infra/kafka/delivery.ts';
import { decodeEvent, encodeEvent } from '../../infra/kafka/event-codec.ts';
import type { LockstepEvent, Topic } from '../../schemas/events.ts';
import type { Faults } from './faults.ts';
import { Crashed, type Process } from './processes.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

const partitions = 2;

type Member = { process: Process; handler: (event: LockstepEvent) => Promise<void> };
/** One partition as one group reads it: records of different keys side by side, those of one key one after another. */
type Lane = {
  log: EventRecord[];
  /** Where whoever takes the partition over begins. */
  committed: number;
  done: Set<number>;
  busy: Set<string>;
  tries: Map<number, number>;
  /** Counts hand-overs: what was handled for an earlier one is not committed. */
  epoch: number;
};
const window = 20;

export type BusDeps = { scheduler: Scheduler; random: Random; faults: Faults; log: (what: string) => void };

/** Kafka as our consumers meet it: at least once, in order per key, again from the last commit after a crash or rebalance. */
export function createBus({ scheduler, random, faults, log }: BusDeps) {
  const topics = new Map<string, EventRecord[][]>();
  const groups: { topic: string; members: Member[]; lanes: Lane[]; name: string }[] = [];
  const parked: string[] = [];
  const logsOf = (topic: string) => {
    const known = topics.get(topic) ?? Array.from({ length: partitions }, () => []);
    topics.set(topic, known);
    return known;
  };
  const partitionOf = (key: string) => [...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % partitions;

  type Group = (typeof groups)[number];

  function pump(group: Group, lane: Lane, index: number): void {
    const waiting = new Set(lane.busy);
    for (let at = lane.committed; at < Math.min(lane.log.length, lane.committed + window); at += 1) {
      const record = lane.log[at];
      if (!record || lane.done.has(at) || waiting.has(record.key)) continue;
      waiting.add(record.key);
      if (!handle(group, lane, index, at, record)) return;
    }
  }

  /** The partition goes to another member, who begins where this one last committed. */
  function rewind(group: Group, lane: Lane, index: number, epoch: number, afterMs: number): void {
    if (lane.epoch !== epoch) return;
    lane.epoch += 1;
    lane.busy.clear();
    lane.done.clear();
    const mine = lane.epoch;
    scheduler.after(afterMs, () => mine === lane.epoch && pump(group, lane, index));
  }

  /** False where nobody is there to handle it. */
  function handle(group: Group, lane: Lane, index: number, at: number, record: EventRecord): boolean {
    const alive = group.members.filter(({ process }) => process.up);
    const member = alive[index % alive.length];
    if (!member) {
      const again = () => pump(group, lane, index);
      group.members[0]?.process.whenUp(() => void scheduler.after(random.between(10, 300), again));
      return false;
    }
    const { epoch } = lane;
    lane.busy.add(record.key);
    const release = (afterMs: number) => {
      scheduler.after(afterMs, () => {
        if (lane.epoch !== epoch) return;
        lane.busy.delete(record.key);
        pump(group, lane, index);
      });
    };
    const isDone = () => {
      lane.done.add(at);
      lane.tries.delete(at);
      if (random.chance(0.3)) return;
      while (lane.done.delete(lane.committed)) lane.committed += 1;
    };
    if (faults.strikes(2)) {
      log(`${group.name}: the group rebalances while ${member.process.name} handles`);
      scheduler.after(random.between(0, 300), () => rewind(group, lane, index, epoch, random.between(0, 100)));
    }
    member.process
      .run(async () => member.handler(decodeEvent(record)))
      .then(
        () => {
          if (lane.epoch !== epoch) return;
          isDone();
          release(random.between(0, 5));
        },
        (error) => {
          if (lane.epoch !== epoch) return;
          if (error instanceof Crashed) return rewind(group, lane, index, epoch, random.between(0, 3_000));
          const tries = (lane.tries.get(at) ?? 0) + 1;
          lane.tries.set(at, tries);
          const verdict = judge(error, tries);
          if (verdict.act === 'retry') return release(verdict.afterMs);
          const why = error instanceof Error ? error.message : error;
          parked.push(`${group.name} parked ${decodeEvent(record).type}: ${why}`);
          isDone();
          release(0);
        },
      );
    return true;
  }
  const wake = (topic: string) => {
    for (const group of groups) {
      if (group.topic === topic) for (const [index, lane] of group.lanes.entries()) pump(group, lane, index);
    }
  };

  return {
    publish: (events: LockstepEvent[]): Promise<void> =>
      faults.call(
        'bus',
        () => new TransientFailure('the bus is away'),
        () => {
          if (events.some(({ type }) => type === 'release.go.v1')) faults.atTheWorstMoment();
          for (const record of events.map(encodeEvent)) {
            logsOf(record.topic)[partitionOf(record.key)]?.push(record);
            scheduler.after(random.between(0, 10), () => wake(record.topic));
          }
        },
      ),
    subscribe(name: string, topic: Topic, members: Member[]): void {
      const lanes = logsOf(topic).map(
        (log): Lane => ({ log, committed: 0, done: new Set(), busy: new Set(), tries: new Map(), epoch: 0 }),
      );
      groups.push({ name, topic, members, lanes });
    },
    async read({ topics: names, each }: Pick<ReadOptions, 'topics' | 'each'>): Promise<void> {
      for (const [partition, records] of names.flatMap((name) => [...logsOf(name).entries()])) {
        for (const [at, record] of records.entries()) {
          await each({ ...record, partition, offset: BigInt(at), timestamp: 0 }, records.length - at - 1);
        }
      }
    },
    /** Whatever was ever published on a topic, repeats included. */
    published: (topic: Topic): LockstepEvent[] => logsOf(topic).flat().map(decodeEvent),
    /** Records that a group has not handled yet. */
    lag: (): number =>
      groups
        .flatMap(({ lanes }) => lanes)
        .reduce((sum, { log, committed, done }) => sum + log.length - committed - done.size, 0),
    /** Records that were given up: somebody's order was lost. */
    parked,
  };
}
export type Bus = ReturnType<typeof createBus>;
