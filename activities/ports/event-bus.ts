/**
 * The event bus as services and activities see it. Delivery is at least once, in order per key; every consumer
 * therefore expects each record twice (its inbox drops the second).
 */

/** One event as it travels. Records with the same `key` keep their order; `value` is the encoded envelope. */
export type EventRecord = { topic: string; key: string; headers: Record<string, string>; value: Uint8Array };

/** `timestamp` is milliseconds since the epoch, set by the publisher. */
export type ReceivedRecord = EventRecord & { partition: number; offset: bigint; timestamp: number };

export type RecordPosition = { partition: number; offset: bigint };

/** `settings` are the broker's own names and values, all of them on purpose; nothing is left to its defaults. */
export type TopicSpec = { name: string; partitions: number; settings: Record<string, string> };

export type SubscribeOptions = {
  /** The consumer's name, e.g. `website`. Its instances share the partitions among them. */
  group: string;
  topics: string[];
  /**
   * Resolving means: this record may be committed, it will not come again but by accident. Throwing `TransientFailure`
   * holds the partition and tries again for as long as it takes; `Poison` parks the record at once; anything else is
   * tried a few times and then parked. `signal` aborts when the result will no longer be used: the partition was
   * given to another instance, or the time to drain is over.
   */
  handler: (record: ReceivedRecord, signal: AbortSignal) => Promise<void>;
  /**
   * How many records of one partition may be in hand at a time, each with a key of its own; those of one key still come
   * one after the other. For handlers that do work of several events together. Default: 1.
   */
  atOnce?: number;
  /** Where parked records go. Default: `lockstep.<group>.dead.v1`. */
  deadLetterTopic?: string;
};

export type ReadOptions = {
  topics: string[];
  /**
   * Called for one record at a time, in order within each partition. `left` counts the records that follow it. What it
   * throws ends the reading.
   */
  each: (record: ReceivedRecord, left: number) => Promise<void> | void;
  signal?: AbortSignal;
};

export type BusHealth = { state: 'up'; brokers: number } | { state: 'down'; since: Date; reason: string };

export interface EventBus {
  /**
   * Resolves when every in-sync replica has the whole batch. Rejects with `TransientFailure` when the bus cannot be
   * reached in time: the batch may then have arrived or not, so repeat it with the same event ids.
   */
  publish(batch: EventRecord[]): Promise<RecordPosition[]>;
  /** Resolves once the group was joined, or once the first try failed for a reason that time may cure. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /**
   * Reads what the topics hold at this moment, from the oldest record on, and resolves. It belongs to no group and
   * commits nothing, so no consumer misses a record by it. Rejects with `TransientFailure` while the bus is away.
   */
  read(options: ReadOptions): Promise<void>;
  /** Records published to the topics and not yet committed by this group. */
  lag(group: string, topics: string[]): Promise<bigint>;
  /** Creates what is missing. A topic that exists with other settings is an error that lists each difference. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  health(): Promise<BusHealth>;
  /** Stops every subscription, lets the current send end, and disconnects. */
  close(): Promise<void>;
}

export interface Subscription {
  /** No handler is started any more until `resume`; what runs may finish. */
  pause(): void;
  resume(): void;
  /** Lets running handlers finish, commits what they did, leaves the group. */
  stop(): Promise<void>;
  /** Records published but not yet committed by this group, over all its partitions. */
  lag(): Promise<bigint>;
  /** Resolves when the consumer died for good, so that `main.ts` can exit and be started anew. Never rejects. */
  failed: Promise<Error>;
}

/** A dependency is down. The record is good: hold it and try again. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}

/** The record itself can never be handled. The message goes into a header and a log: it must not quote the payload. */
export class Poison extends Error {
  override readonly name = 'Poison';
}
