import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from 'pino';
import { stopIdleLoop } from './kafkajs-idle-loop.ts';

/** Every field is given: kafkajs reads other defaults when NODE_ENV is `test`, and tests must see what runs. */
export const retry = { initialRetryTime: 100, maxRetryTime: 2_000, factor: 0.2, multiplier: 2, retries: 6 };

export type KafkajsClientOptions = {
  brokers: string[];
  /** Names this process in the broker's logs, e.g. `lockstep-website`. */
  clientId: string;
  log: Logger;
  /** TLS, credentials or a tunnel, in kafkajs's own words. */
  connection?: Pick<KafkaConfig, 'ssl' | 'sasl' | 'socketFactory'>;
};

/**
 * One client per producer and per subscription: kafkajs keeps the committed offsets of a group in the client, and two
 * consumers of one group in one process would overwrite each other's.
 */
export function createKafkajsClient({ brokers, clientId, log, connection }: KafkajsClientOptions): Kafka {
  stopIdleLoop();
  return new Kafka({
    ...connection,
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000, // 30 s by default: a stalled connection would hold a T0 announcement that long
    retry,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => writeLog(log, entry),
  });
}

/**
 * kafkajs calls each lost connection and each rebalance an error. They end by themselves, so here they are warnings and
 * notes; what does not end by itself is reported by the adapter. Each single attempt to connect is a detail: an outage
 * of an hour would be thousands of them, and the adapter tells of the outage as a whole.
 */
function writeLog(log: Logger, { namespace, level, log: { message, logger: _, timestamp: __, ...details } }: LogEntry) {
  const attempt = namespace === 'Connection' || namespace === 'BrokerPool';
  const fields = { kafkajs: namespace, ...details };
  if (level === logLevel.ERROR && !attempt) log.warn(fields, message);
  else if (level === logLevel.WARN) log.info(fields, message);
  else log.debug(fields, message);
}

/** kafkajs error names and protocol types, from the outermost to the first cause. */
export function* kafkaErrors(error: unknown): Generator<{ name: string; type?: string; retriable?: boolean }> {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) yield cause;
}
