// A consumer in a process of its own, for tests that kill it: node kafka-consumer-process.ts <brokers> <group> <topic>
// Prints one line `<key> <value>` when a record's handler has ended.
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';

const [brokers = '', group = '', topic = ''] = process.argv.slice(2);
const bus = createKafkajsEventBus({
  brokers: brokers.split(','),
  clientId: 'consumer-process',
  log: pino({ level: 'silent' }),
});
await bus.subscribe({
  group,
  topics: [topic],
  async handler({ key, value }) {
    await sleep(20);
    process.stdout.write(`${key} ${new TextDecoder().decode(value)}\n`);
  },
});
