import pino from 'pino';
import { expect, test } from 'vitest';
import { createKafkajsClient } from '../../infra/kafka/kafkajs-client.ts';

function written(act: (logger: ReturnType<ReturnType<typeof createKafkajsClient>['logger']>) => void) {
  const lines: { level: number; msg: string; kafkajs: string }[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  act(createKafkajsClient({ brokers: ['127.0.0.1:1'], clientId: 'c', log }).logger());
  return lines.map(({ level, msg, kafkajs }) => `${pino.levels.labels[level]} ${kafkajs}: ${msg}`);
}

test("kafkajs's errors are warnings here, its warnings notes, its attempts to connect details", () => {
  const lines = written((logger) => {
    logger.namespace('Consumer').error('Crash');
    logger.namespace('Runner').warn('The group is rebalancing');
    logger.namespace('Connection').error('ECONNREFUSED');
    logger.namespace('BrokerPool').error('Failed to connect to seed broker');
    logger.namespace('Consumer').info('Starting');
    logger.namespace('Connection').debug('never');
  });
  expect(lines).toEqual([
    'warn Consumer: Crash',
    'info Runner: The group is rebalancing',
    'debug Connection: ECONNREFUSED',
    'debug BrokerPool: Failed to connect to seed broker',
    'debug Consumer: Starting',
  ]);
});
