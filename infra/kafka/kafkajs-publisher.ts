import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { type EventRecord, type RecordPosition, TransientFailure } from '../../activities/ports/event-bus.ts';
import { inPortions } from '../in-portions.ts';
import { kafkaErrors, retry } from './kafkajs-client.ts';

// kafkajs puts all records of a partition that are sent together into one record batch, and the broker's size limit
// is on that batch: several records, each small enough, could be refused together for ever.
const maxSendBytes = 512 * 1024;

const sizeOf = ({ key, headers, value }: EventRecord): number =>
  value.byteLength + Buffer.byteLength(JSON.stringify(headers)) + Buffer.byteLength(key) + 64;

/** Cuts a batch, in its order, into sends that stay below the limit; a record above it travels alone. */
export const inSends = (batch: EventRecord[]): EventRecord[][] => inPortions(batch, maxSendBytes, sizeOf);

type Options = { client: Kafka; log: Logger; deadlineMs: number };

/** One call of `publish` that waits for its turn. */
type Waiting = { batch: EventRecord[]; sent: PromiseWithResolvers<RecordPosition[]>; givenUp: boolean };

/** Takes the next calls, as many as fit into one send. Those that were given up are dropped. */
function takeTogether(waiting: Waiting[]): Waiting[] {
  const together: Waiting[] = [];
  let room = maxSendBytes;
  for (let next = waiting[0]; next; next = waiting[0]) {
    const size = next.batch.reduce((sum, record) => sum + sizeOf(record), 0);
    if (!next.givenUp && together.length > 0 && size > room) break;
    waiting.shift();
    if (next.givenUp) continue;
    together.push(next);
    room -= size;
  }
  return together;
}

/**
 * One send in flight, in the order of the calls: two at once could be stored in either order after a lost connection.
 * Calls that come meanwhile travel together in the next one: at a T0 of many bundles each would wait for all before it.
 * The producer is not idempotent (kafkajs calls its own support experimental, tulios/kafkajs#598); a resend may
 * store a record twice, and consumers drop the second by its event id.
 */
export function createKafkajsPublisher({ client, log, deadlineMs }: Options) {
  const partitionOf = new WeakMap<Message, number>();
  const producer: Producer = client.producer({
    allowAutoTopicCreation: false, // a mistyped topic is an error, not a new topic with a broker's default settings
    createPartitioner: () => {
      const choose = Partitioners.DefaultPartitioner();
      return (args) => {
        const partition = choose(args);
        partitionOf.set(args.message, partition);
        return partition;
      };
    },
    maxInFlightRequests: 1,
    retry,
  });
  let connected = false;
  const waiting: Waiting[] = [];
  let sending: Promise<void> | undefined;
  let closed = false;

  const send = async (records: EventRecord[]): Promise<RecordPosition[]> => {
    const messages = records.map(
      ({ key, headers, value }): Message => ({ key, headers, value: Buffer.from(value), timestamp: `${Date.now()}` }),
    );
    const byTopic = new Map<string, Message[]>();
    records.forEach(({ topic }, index) => {
      const list = byTopic.get(topic) ?? [];
      byTopic.set(topic, list);
      list.push(messages[index] as Message);
    });
    if (!connected) {
      await producer.connect();
      connected = true;
    }
    const topicMessages = [...byTopic].map(([topic, list]) => ({ topic, messages: list }));
    const stored = await producer.sendBatch({ acks: -1, topicMessages });
    // The answer names the first offset per partition; within a partition records keep their order.
    const next = new Map(stored.map((each) => [`${each.topicName}/${each.partition}`, BigInt(each.baseOffset ?? -1)]));
    return records.map(({ topic }, index) => {
      const partition = partitionOf.get(messages[index] as Message) ?? -1;
      const offset = next.get(`${topic}/${partition}`) ?? -1n;
      next.set(`${topic}/${partition}`, offset + 1n);
      return { partition, offset };
    });
  };

  const sendAlone = async (call: Waiting): Promise<void> => {
    const positions: RecordPosition[] = [];
    try {
      // After the deadline the caller repeats the batch; sending the rest of this one late would reorder events.
      for (const records of inSends(call.batch)) if (!call.givenUp) positions.push(...(await send(records)));
      call.sent.resolve(positions);
    } catch (error) {
      call.sent.reject(error);
    }
  };

  const sendTogether = async (calls: Waiting[]): Promise<void> => {
    try {
      const positions = await send(calls.flatMap(({ batch }) => batch));
      for (const { batch, sent } of calls) sent.resolve(positions.splice(0, batch.length));
    } catch (error) {
      if (isCurable(error)) for (const { sent } of calls) sent.reject(error);
      // What the broker refuses is one call's; the others must not fail with it.
      else for (const call of calls) await sendAlone(call);
    }
  };

  const sendWaiting = async (): Promise<void> => {
    await nextTurn(); // the first of many that come in one turn does not go ahead of them alone
    for (;;) {
      const calls = takeTogether(waiting);
      const [only] = calls;
      if (!only) break;
      if (calls.length === 1) await sendAlone(only);
      else await sendTogether(calls);
    }
    sending = undefined;
  };

  const publish = async (batch: EventRecord[]): Promise<RecordPosition[]> => {
    if (closed) throw new Error('The event bus is closed');
    if (batch.some(({ key }) => key === '')) throw new Error('An event record needs a key: its order hangs on it');
    const call: Waiting = { batch, sent: Promise.withResolvers(), givenUp: false };
    waiting.push(call);
    sending ??= sendWaiting();
    const timer = setTimeout(() => {
      call.givenUp = true;
      call.sent.reject(
        new TransientFailure(`Kafka did not confirm within ${deadlineMs} ms; the batch may have arrived`),
      );
    }, deadlineMs);
    try {
      return await call.sent.promise;
    } catch (error) {
      throw asPublishFailure(error);
    } finally {
      clearTimeout(timer);
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await sending;
    if (connected) await producer.disconnect().catch((err) => log.debug({ err }, 'producer disconnect'));
  };

  return { publish, close };
}

const isCurable = (error: unknown): boolean => [...kafkaErrors(error)].some((cause) => cause.retriable === true);

/** What time may cure is transient; a refusal (record too large, not authorized) is thrown as it is. */
function asPublishFailure(error: unknown): unknown {
  if (error instanceof TransientFailure || !isCurable(error)) return error;
  return new TransientFailure('Kafka could not store the events', { cause: error });
}
