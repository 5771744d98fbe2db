import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { bytes, ownTopics } from '../support/kafka-bench.ts';
import { testServices } from '../support/local-services.ts';

test('an idle bus sets a few timers for each turn of its fetch loop, none of them at once', async () => {
  const { brokers } = testServices().kafka;
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(warning.name);
  process.on('warning', note);
  const bus = createKafkajsEventBus({ brokers, clientId: 'idle', log: pino({ level: 'silent' }) });
  const { topic, dead, group } = await ownTopics(bus);
  await bus.subscribe({ group, topics: [topic], deadLetterTopic: dead, handler: async () => undefined });
  await bus.publish([{ topic, key: 'k', headers: {}, value: bytes('a connection that was used') }]);
  await sleep(1_000);

  const timers = vi.spyOn(globalThis, 'setTimeout');
  await sleep(3_000); // some six turns
  const delays = timers.mock.calls.map(([, delay]) => delay ?? 0);
  timers.mockRestore();
  await bus.close();
  process.off('warning', note);

  // Without the patch each connection sets about a thousand a second (see kafka-idle-loop.test.ts).
  expect(delays.length).toBeLessThan(60);
  expect(delays.filter((delay) => delay < 1)).toEqual([]);
  expect(warnings).not.toContain('TimeoutNegativeWarning');
});
