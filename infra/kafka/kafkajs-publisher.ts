import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import type { Logger } from 'pino';
import { type EventRecord, type RecordPosition, TransientFailure } from '../../activities/ports/event-bus.ts';
import { kafkaErrors, retry } from './kafkajs-client.ts';

// kafkajs puts all records of a partition that are sent together into one record batch, and the broker's size limit
// is on that batch: several records, each small enough, could be refused together for ever.
const maxSendBytes = 512 * 1024;

const sizeOf = ({ key, headers, value }: EventRecord): number =>
  value.byteLength + Buffer.byteLength(JSON.stringify(headers)) + Buffer.byteLength(key) + 64;

/** Cuts a batch, in its order, into sends that stay below the limit; a record above it travels alone. */
export function inSends(batch: EventRecord[]): EventRecord[][] {
  const sends: EventRecord[][] = [];
  let room = 0;
  for (const record of batch) {
    const size = sizeOf(record);
    const current = sends.at(-1);
    if (current && size <= room) current.push(record);
    else {
      sends.push([record]);
      room = maxSendBytes;
    }
    room -= size;
  }
  return sends;
}

type Options = { client: Kafka; log: Logger; deadlineMs: number };

/**
 * One send in flight, in the order of the calls: two at once could be stored in either order after a lost connection.
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
  let queue: Promise<unknown> = Promise.resolve();
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

  const publish = async (batch: EventRecord[]): Promise<RecordPosition[]> => {
    if (closed) throw new Error('The event bus is closed');
    if (batch.some(({ key }) => key === '')) throw new Error('An event record needs a key: its order hangs on it');
    let givenUp = false;
    const work = queue.then(async () => {
      const positions: RecordPosition[] = [];
      // After the deadline the caller repeats the batch; sending the rest of this one late would reorder events.
      for (const records of inSends(batch)) if (!givenUp) positions.push(...(await send(records)));
      return positions;
    });
    queue = work.catch(() => undefined); // the next call waits for this one, whatever became of it
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        givenUp = true;
        reject(new TransientFailure(`Kafka did not confirm within ${deadlineMs} ms; the batch may have arrived`));
      }, deadlineMs);
    });
    try {
      return await Promise.race([work, deadline]);
    } catch (error) {
      throw asPublishFailure(error);
    } finally {
      clearTimeout(timer);
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await queue;
    if (connected) await producer.disconnect().catch((err) => log.debug({ err }, 'producer disconnect'));
  };

  return { publish, close };
}

/** What time may cure is transient; a refusal (record too large, not authorized) is thrown as it is. */
function asPublishFailure(error: unknown): unknown {
  if (error instanceof TransientFailure) return error;
  const curable = [...kafkaErrors(error)].some((cause) => cause.retriable === true);
  return curable ? new TransientFailure('Kafka could not store the events', { cause: error }) : error;
}
