import type { Consumer, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Subscription } from '../../activities/ports/event-bus.ts';
import { pause, settledWithin } from '../within.ts';
import { kafkaErrors, retry } from './kafkajs-client.ts';
import type { createLanes } from './kafkajs-lanes.ts';

type Options = {
  createClient: () => Kafka;
  groupId: string;
  topics: string[];
  lanes: ReturnType<typeof createLanes>;
  lag: () => Promise<bigint>;
  drainMs: number;
  log: Logger;
};

/** Refusals that no new connection cures. */
const finalTypes = /AUTHORIZATION_FAILED$|^SASL_|^UNSUPPORTED_|^INVALID_GROUP_ID$|^INCONSISTENT_GROUP_PROTOCOL$/;
const finalNames = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSServerDoesNotSupportApiKey']);
/** Crashes in a row that neither the broker nor kafkajs calls retriable, without a joined group in between. */
const maxUnknownCrashes = 10;
/** The fetch loop turns twice a second; a join can take `rebalanceTimeout`. Beyond both it hangs without an error. */
const silenceMs = 150_000;

const isFinal = (error: unknown): boolean =>
  [...kafkaErrors(error)].some(({ name, type }) => finalNames.has(name) || (type && finalTypes.test(type)));

/**
 * Keeps one consumer running. kafkajs's own restart is switched off: it can revive a consumer after `stop`
 * (tulios/kafkajs#1593), and gives up on errors that it calls final, a JavaScript TypeError among them, without telling
 * anyone who waits. Here each crash ends in a fresh client, or in `failed`.
 */
export async function startSubscription(options: Options): Promise<Subscription> {
  const { groupId, lanes, lag, drainMs, log } = options;
  const stopping = new AbortController();
  const leave = Promise.withResolvers<undefined>(); // handlers are drained, the consumer may go
  const started = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<Error>();
  let crashes = 0;
  let unknownCrashes = 0;

  const joined = (): void => {
    crashes = 0;
    unknownCrashes = 0;
    started.resolve();
  };

  const supervise = async (): Promise<void> => {
    for (;;) {
      const reason = await runConsumer(options, { stopping: stopping.signal, leave: leave.promise, joined });
      if (stopping.signal.aborted) return;
      crashes += 1;
      if (![...kafkaErrors(reason)].some(({ retriable }) => retriable === true)) unknownCrashes += 1;
      if (isFinal(reason) || unknownCrashes >= maxUnknownCrashes) {
        log.fatal({ err: reason }, 'consumer stopped for good');
        return failed.resolve(reason instanceof Error ? reason : new Error(String(reason)));
      }
      const afterMs = Math.min(250 * 2 ** Math.min(crashes - 1, 10), 2_000); // short: a `go` may be waiting
      log.warn({ err: reason, crashes, afterMs }, 'consumer stopped, starting it anew');
      started.resolve();
      await pause(afterMs, stopping.signal);
      if (stopping.signal.aborted) return;
    }
  };

  const supervision = supervise();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await lanes.drain(drainMs);
    leave.resolve(undefined);
    await supervision;
    log.info({ groupId }, 'consumer left its group');
  };
  let stopped: Promise<void> | undefined;

  await Promise.race([started.promise, failed.promise]);
  return {
    pause: lanes.pause,
    resume: lanes.resume,
    stop() {
      stopped ??= stop();
      return stopped;
    },
    lag,
    failed: failed.promise,
  };
}

type Life = { stopping: AbortSignal; leave: Promise<undefined>; joined: () => void };

/** Runs one consumer until it crashes, falls silent or may leave; resolves with the reason, disconnected. */
async function runConsumer({ createClient, groupId, topics, lanes, log }: Options, life: Life): Promise<unknown> {
  const consumer = createClient().consumer({
    groupId,
    allowAutoTopicCreation: false,
    // A member that was killed keeps its partitions for one session. The fetch loop turns, and so beats, twice a second.
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    rebalanceTimeout: 60_000,
    // Few records at hand, so that few are stale after a rebalance. A larger single record still comes: Kafka always
    // sends the first one whole.
    maxBytesPerPartition: 64 * 1024,
    maxBytes: 1024 * 1024,
    maxWaitTimeInMs: 500, // also the longest time until a paused partition is asked for again; idle cost 0.5 % of a core
    retry: { ...retry, restartOnFailure: async () => false },
  });
  const ended = Promise.withResolvers<unknown>();
  let lastSign = Date.now();
  const { CRASH, GROUP_JOIN, REBALANCING, FETCH_START } = consumer.events;
  consumer.on(CRASH, ({ payload }) => ended.resolve(payload.error));
  consumer.on(REBALANCING, lanes.loseTenure);
  consumer.on(FETCH_START, () => {
    lastSign = Date.now();
  });
  consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    lastSign = Date.now();
    lanes.newTenure();
    log.info({ memberAssignment }, 'consumer joined its group');
    life.joined();
  });
  const watchdog = setInterval(() => {
    if (Date.now() - lastSign > silenceMs) ended.resolve(new Error(`no sign of life for ${silenceMs} ms`));
  }, 10_000);

  const start = async (): Promise<void> => {
    await consumer.connect();
    if (life.stopping.aborted) return;
    await consumer.subscribe({ topics, fromBeginning: true });
    if (life.stopping.aborted) return;
    await consumer.run({
      eachBatch: lanes.eachBatch,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64, // more than there are partitions: lanes do not wait for each other
    });
  };
  const starting = start().catch(ended.resolve);
  const reason = await Promise.race([ended.promise, life.leave]);
  clearInterval(watchdog);
  lanes.loseTenure();
  await disconnect(consumer, log);
  // A consumer that is told to go while it still joins goes on joining, and would live on unseen.
  void starting.then(() => disconnect(consumer, log));
  return reason;
}

/** During an outage kafkajs may wait for an answer to its farewell that cannot come; the broker times the member out. */
export async function disconnect(consumer: Consumer, log: Logger): Promise<void> {
  const farewell = consumer.disconnect().catch((err) => log.debug({ err }, 'consumer disconnect'));
  await settledWithin(farewell, 5_000);
}
