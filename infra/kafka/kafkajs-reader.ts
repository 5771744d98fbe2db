import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { type ReadOptions, TransientFailure } from '../../activities/ports/event-bus.ts';
import type { createKafkajsAdmin } from './kafkajs-admin.ts';
import { kafkaErrors, retry } from './kafkajs-client.ts';
import { toRecord } from './kafkajs-lanes.ts';
import { disconnect } from './kafkajs-subscription.ts';

type Options = {
  createClient: () => Kafka;
  bounds: ReturnType<typeof createKafkajsAdmin>['bounds'];
  log: Logger;
};

/**
 * Reads topics once, to the end that they had at the call. kafkajs cannot fetch without a group: each reading is a group
 * of its own that commits nothing, and of which the broker keeps nothing once its only member has left.
 */
export const createReader =
  ({ createClient, bounds, log }: Options) =>
  async ({ topics, each, signal }: ReadOptions): Promise<void> => {
    signal?.throwIfAborted();
    const over = Promise.withResolvers<void>();
    over.promise.catch(() => {}); // it may fail before it is waited for
    const abort = () => over.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    // A network that swallows packets must not keep whoever waits longer than the signal says.
    const found = await Promise.race([bounds(topics), over.promise.then(() => [])]);
    const pending = new Map(
      found
        .filter(({ low, high }) => low < high)
        .map(({ topic, partition, low, high }) => [`${topic}/${partition}`, { next: low, high }]),
    );
    let left = [...pending.values()].reduce((sum, { next, high }) => sum + Number(high - next), 0);
    if (left === 0) return;

    const consumer = createClient().consumer({
      groupId: `lockstep.reader-${randomUUID()}`,
      allowAutoTopicCreation: false,
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      maxWaitTimeInMs: 500,
      retry: { ...retry, restartOnFailure: async () => false },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(asReadFailure(payload.error)));
    let isOver = false;
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 1,
        async eachBatch({ batch, heartbeat, resolveOffset }) {
          const place = `${batch.topic}/${batch.partition}`;
          for (const message of batch.messages) {
            const partition = pending.get(place);
            const offset = BigInt(message.offset);
            if (isOver || !partition || offset >= partition.high) break;
            if (offset >= partition.next) {
              left -= Number(offset + 1n - partition.next); // offsets that retention took away meanwhile are passed over
              partition.next = offset + 1n;
              try {
                await each(toRecord(batch.topic, batch.partition, message), left);
              } catch (error) {
                return over.reject(error); // kafkajs would take it for its own and begin again
              }
            }
            if (partition.next >= partition.high) pending.delete(place);
            resolveOffset(message.offset);
            await heartbeat();
          }
          if (pending.size === 0) over.resolve();
        },
      });
      await over.promise;
    } catch (error) {
      throw asReadFailure(error);
    } finally {
      isOver = true;
      signal?.removeEventListener('abort', abort);
      await disconnect(consumer, log);
    }
  };

function asReadFailure(error: unknown): unknown {
  const curable = [...kafkaErrors(error)].some(({ retriable }) => retriable === true);
  return curable ? new TransientFailure('Kafka did not answer', { cause: error }) : error;
}
