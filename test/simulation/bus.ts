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
/** One partition as one group reads it. */
type Lane = { log: EventRecord[]; committed: number; position: number; tries: number; holder: number };

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

  function pump(group: (typeof groups)[number], lane: Lane, index: number): void {
    const record = lane.log[lane.position];
    if (lane.holder % 2 === 1 || !record) return; // odd: somebody is handling
    const alive = group.members.filter(({ process }) => process.up);
    const member = alive[index % alive.length];
    if (!member) {
      const again = () => pump(group, lane, index);
      group.members[0]?.process.whenUp(() => void scheduler.after(random.between(10, 300), again));
      return;
    }
    lane.holder += 1;
    const mine = lane.holder;
    const release = (afterMs: number) => {
      if (lane.holder !== mine) return false;
      lane.holder += 1;
      scheduler.after(afterMs, () => pump(group, lane, index));
      return true;
    };
    /** The partition goes to another member, who begins where this one last committed. */
    const rewind = (afterMs: number) => {
      if (release(afterMs)) lane.position = lane.committed;
    };
    if (faults.strikes(2)) {
      log(`${group.name}: the group rebalances while ${member.process.name} handles`);
      scheduler.after(random.between(0, 300), () => rewind(random.between(0, 100)));
    }
    const handled = member.process.run(async () => member.handler(decodeEvent(record)));
    handled.then(
      () => {
        if (!release(random.between(0, 5))) return;
        lane.position += 1;
        lane.tries = 0;
        if (random.chance(0.7)) lane.committed = Math.max(lane.committed, lane.position);
      },
      (error) => {
        if (error instanceof Crashed) return rewind(random.between(0, 3_000));
        lane.tries += 1;
        const verdict = judge(error, lane.tries);
        if (verdict.act === 'retry') return void release(verdict.afterMs);
        if (!release(0)) return;
        parked.push(
          `${group.name} parked ${decodeEvent(record).type}: ${error instanceof Error ? error.message : error}`,
        );
        lane.position += 1;
        lane.tries = 0;
      },
    );
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
      const lanes = logsOf(topic).map((log) => ({ log, committed: 0, position: 0, tries: 0, holder: 0 }));
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
      groups.flatMap(({ lanes }) => lanes).reduce((sum, { log, position }) => sum + log.length - position, 0),
    /** Records that were given up: somebody's order was lost. */
    parked,
  };
}
export type Bus = ReturnType<typeof createBus>;
