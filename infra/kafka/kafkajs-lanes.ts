import type { EachBatchPayload, IHeaders, KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import type { ReceivedRecord } from '../../activities/ports/event-bus.ts';
import { settledWithin } from '../within.ts';
import type { DeliverSignals } from './deliver.ts';

type Options = {
  deliver: (record: ReceivedRecord, signals: DeliverSignals) => Promise<'done' | 'abandoned'>;
  /** How many records of one partition are in hand at a time, all of different keys. */
  atOnce: number;
  /** How long the fetch loop waits for one batch before the partition goes on by itself, ms. */
  patienceMs: number;
  log: Logger;
};

/**
 * One lane per partition: records in order, one at a time, or as many as have different keys (`atOnce`).
 *
 * kafkajs fetches again only when every batch of the last fetch is through, so a partition that retries would stop all
 * others, the heartbeats and any rebalance with it (tulios/kafkajs#1527, #1720). A lane that takes longer than
 * `patienceMs` is therefore paused in the client and runs on beside the fetch loop, which heartbeats meanwhile.
 */
export function createLanes({ deliver, atOnce, patienceMs, log }: Options) {
  const running = new Map<string, Promise<void>>();
  const held = new Set<() => void>(); // partitions that a batch arrived for while the subscription was paused
  const stopping = new AbortController();
  let tenure = new AbortController(); // this instance's hold on its partitions, from one assignment to the next
  let paused = false;

  const run = async (payload: EachBatchPayload, lost: AbortSignal, lane: { detached: boolean }): Promise<void> => {
    const { topic, partition, messages } = payload.batch;
    const signals = { lost, stopping: stopping.signal };
    for (const some of ofDifferentKeys(messages, atOnce)) {
      if (paused || !payload.isRunning()) return; // `deliver` begins nothing when lost or stopping
      const outcomes = await Promise.all(some.map((message) => deliver(toRecord(topic, partition, message), signals)));
      for (const [index, { offset }] of some.entries()) {
        // After a rebalance the same call would commit under the new assignment, for a partition that is another's.
        if (outcomes[index] === 'abandoned' || lost.aborted) return;
        payload.resolveOffset(offset);
      }
      if (lane.detached) await commit(payload);
    }
  };

  const commit = async (payload: EachBatchPayload): Promise<void> => {
    await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
  };

  const whenEnded = (lane: Promise<void>, then: () => void) => void lane.then(then);

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const id = `${payload.batch.topic}/${payload.batch.partition}`;
    // Pausing is always per partition: in kafkajs it would undo a pause of the whole topic.
    if (stopping.signal.aborted) return void payload.pause();
    if (paused) return void held.add(payload.pause());
    const earlier = running.get(id);
    if (earlier) return whenEnded(earlier, payload.pause()); // a handler from before a rebalance still runs

    const lost = tenure.signal;
    const lane = { detached: false };
    const ended = run(payload, lost, lane)
      // Only the client's own calls reject in there: the offsets stay uncommitted and the records come again.
      .catch((err) => log.debug({ err, partition: id }, 'lane ended early, its records will come again'))
      .finally(() => running.delete(id));
    running.set(id, ended);

    if (await settledWithin(ended, patienceMs)) return;
    lane.detached = true;
    const resume = payload.pause();
    whenEnded(ended, resume);
    // What this lane handled before it was detached is committed by the client when this function returns.
  };

  return {
    eachBatch,
    /** The partitions may be somebody else's now: running handlers learn of it, their results are not used. */
    loseTenure(): void {
      tenure.abort();
    },
    newTenure(): void {
      tenure.abort();
      tenure = new AbortController();
    },
    pause(): void {
      paused = true;
    },
    resume(): void {
      paused = false;
      for (const release of held) release();
      held.clear();
    },
    /** Starts nothing new, lets what runs end within `drainMs`, then takes its tenure away and waits once more. */
    async drain(drainMs: number): Promise<void> {
      stopping.abort();
      const all = Promise.all(running.values());
      if (await settledWithin(all, drainMs)) return;
      log.warn({ partitions: [...running.keys()] }, 'handlers did not end in time, their records will come again');
      tenure.abort();
      await settledWithin(all, 1_000);
    },
  };
}

/** Cuts records, in their order, where a key would come a second time. */
function* ofDifferentKeys(messages: readonly KafkaMessage[], most: number): Generator<KafkaMessage[]> {
  let some = new Map<string, KafkaMessage>();
  for (const message of messages) {
    const key = message.key?.toString('utf8') ?? '';
    if (some.size === most || some.has(key)) {
      yield [...some.values()];
      some = new Map();
    }
    some.set(key, message);
  }
  if (some.size > 0) yield [...some.values()];
}

export const toRecord = (topic: string, partition: number, message: KafkaMessage): ReceivedRecord => ({
  topic,
  partition,
  offset: BigInt(message.offset),
  timestamp: Number(message.timestamp),
  key: message.key?.toString('utf8') ?? '',
  headers: toHeaders(message.headers),
  value: Uint8Array.from(message.value ?? []), // copied: kafkajs's buffer keeps the whole fetch answer in memory
});

/** A header that is given several times counts with its last value. */
const toHeaders = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, ([value].flat().at(-1) ?? '').toString()]),
  );
