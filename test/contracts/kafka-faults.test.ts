import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type EventBus, type ReceivedRecord, TransientFailure } from '../../activities/ports/event-bus.ts';
import { createKafkajsEventBus, type KafkajsEventBusOptions } from '../../infra/kafka/kafkajs-event-bus.ts';
import { requireJava } from '../../infra/local/maven.ts';
import { bytes, ownTopics, patiently, text, texts } from '../support/kafka-bench.ts';
import { testServices } from '../support/local-services.ts';
import { type OwnKafka, startOwnKafka } from '../support/own-kafka.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

// An unhandled rejection anywhere in here fails the run: vitest sees to it.

const log = pino({ level: 'silent' });
const open: EventBus[] = [];
const createBus = (options: Omit<KafkajsEventBusOptions, 'clientId' | 'log'>): EventBus => {
  const bus = createKafkajsEventBus({ clientId: 'faults', log, ...options });
  open.push(bus);
  return bus;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((bus) => bus.close()));
});

const keys = ['a', 'b', 'c', 'd'];

/** Publishes 0, 1, 2 … under every key until told to end, repeating what was not confirmed, as the workflow does. */
function publishSteadily(bus: EventBus, topic: string) {
  let confirmed = 0;
  let failures = 0;
  let ending = false;
  const run = async () => {
    while (!ending) {
      const batch = keys.map((key) => ({ topic, key, headers: {}, value: bytes(String(confirmed)) }));
      try {
        await bus.publish(batch);
        confirmed += 1;
        await sleep(5);
      } catch (error) {
        expect(error).toBeInstanceOf(TransientFailure);
        failures += 1;
      }
    }
  };
  const running = run();
  return {
    confirmed: () => confirmed,
    failures: () => failures,
    async end(): Promise<number> {
      ending = true;
      await running;
      return confirmed;
    },
  };
}

/** Repetitions are allowed anywhere; whatever is new must be the next one, and nothing may be missing. */
function expectAllInOrder(received: ReceivedRecord[], confirmed: number): void {
  for (const key of keys) {
    let next = 0;
    for (const n of texts(received.filter((each) => each.key === key)).map(Number)) {
      expect(n).toBeLessThanOrEqual(next);
      if (n === next) next += 1;
    }
    expect(next).toBeGreaterThanOrEqual(confirmed);
  }
}

// A broker to kill is a local Java process, also where the shared one runs in Docker.
const java = await requireJava().then(
  () => true,
  () => false,
);
describe.skipIf(!java)('with a broker of its own (needs Java 17)', () => {
  let kafka: OwnKafka;
  beforeAll(async () => {
    kafka = await startOwnKafka();
  });
  afterAll(() => kafka.remove());

  test('F8: after kill -9 of the broker every confirmed record arrives, in order, without help', async () => {
    const bus = createBus({ brokers: kafka.brokers, publishDeadlineMs: 2_000 });
    const { topic, dead, group } = await ownTopics(bus);
    const received: ReceivedRecord[] = [];
    const subscription = await bus.subscribe({
      group,
      topics: [topic],
      deadLetterTopic: dead,
      handler: async (record) => void received.push(record),
    });
    const died = vi.fn();
    void subscription.failed.then(died);
    const publishing = publishSteadily(bus, topic);
    await patiently(() => expect(received.length).toBeGreaterThan(100));

    await kafka.kill();
    await patiently(() => expect(publishing.failures()).toBeGreaterThan(0));
    expect(await bus.health()).toMatchObject({ state: 'down', since: expect.any(Date) });
    const before = publishing.confirmed();
    await kafka.start();

    await patiently(() => expect(publishing.confirmed()).toBeGreaterThan(before + 50));
    const confirmed = await publishing.end();
    await patiently(async () => expect(await subscription.lag()).toBe(0n));
    expectAllInOrder(received, confirmed);
    expect(await bus.health()).toMatchObject({ state: 'up' });
    expect(died).not.toHaveBeenCalled();
  });
});

describe('with a network that breaks', () => {
  const throughProxy = async () => {
    const [host = '', port = ''] = (testServices().kafka.brokers[0] ?? '').split(':');
    const proxy = await startTcpProxy({ host, port: Number(port) });
    onTestFinished(() => proxy.close());
    const bus = createBus({
      brokers: [`127.0.0.1:${proxy.port}`],
      publishDeadlineMs: 2_000,
      // The broker tells its clients its own address; the way there leads through the proxy all the same.
      connection: { socketFactory: ({ onConnect }) => connect(proxy.port, '127.0.0.1', onConnect) },
    });
    return { proxy, bus };
  };

  test.each(['cut', 'stall'] as const)(
    'after a %s the publisher and the consumer go on by themselves',
    async (fault) => {
      const { proxy, bus } = await throughProxy();
      const { topic, dead, group } = await ownTopics(bus);
      const received: ReceivedRecord[] = [];
      const handler = async (record: ReceivedRecord) => void received.push(record);
      const subscription = await bus.subscribe({ group, topics: [topic], deadLetterTopic: dead, handler });
      const publishing = publishSteadily(bus, topic);
      await patiently(() => expect(received.length).toBeGreaterThan(100));

      proxy[fault]();
      await patiently(() => expect(publishing.failures()).toBeGreaterThan(1));
      const during = received.length;
      expect(await bus.health()).toMatchObject({ state: 'down', since: expect.any(Date) });
      proxy.heal();

      await patiently(() => expect(received.length).toBeGreaterThan(during + 100));
      const confirmed = await publishing.end();
      await patiently(async () => expect(await subscription.lag()).toBe(0n));
      expectAllInOrder(received, confirmed);
    },
  );

  test('a consumer that starts while the bus is down joins when it comes back', async () => {
    const { proxy, bus } = await throughProxy();
    const direct = createBus({ brokers: testServices().kafka.brokers });
    const { topic, dead, group } = await ownTopics(direct);
    await direct.publish([{ topic, key: 'k', headers: {}, value: bytes('waiting') }]);
    proxy.cut();
    const received: ReceivedRecord[] = [];
    const handler = async (record: ReceivedRecord) => void received.push(record);
    await bus.subscribe({ group, topics: [topic], deadLetterTopic: dead, handler });
    expect(received).toEqual([]);
    proxy.heal();
    await patiently(() => expect(texts(received)).toEqual(['waiting']));
  });
});

describe('with a consumer that is killed', () => {
  test('what it had not finished is delivered to the next one, in order', async () => {
    const bus = createBus({ brokers: testServices().kafka.brokers });
    const { topic, dead, group } = await ownTopics(bus);
    const total = 30;
    for (let n = 0; n < total; n += 1) {
      await bus.publish(keys.map((key) => ({ topic, key, headers: {}, value: bytes(String(n)) })));
    }
    const program = fileURLToPath(new URL('../support/kafka-consumer-process.ts', import.meta.url));
    const args = [program, testServices().kafka.brokers.join(','), group, topic];
    const victim = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void victim.kill('SIGKILL'));
    const finished: string[] = [];
    for await (const line of createInterface({ input: victim.stdout })) {
      finished.push(line);
      if (finished.length === 20) victim.kill('SIGKILL');
    }
    expect(finished.length).toBeLessThan(total * keys.length);

    const received: ReceivedRecord[] = [];
    const handler = async (record: ReceivedRecord) => void received.push(record);
    const subscription = await bus.subscribe({ group, topics: [topic], deadLetterTopic: dead, handler });
    await patiently(async () => expect(await subscription.lag()).toBe(0n));
    for (const key of keys) {
      const early = finished.filter((line) => line.startsWith(`${key} `)).length;
      const late = received.filter((record) => record.key === key).map((record) => Number(text(record)));
      // One by one to the end, beginning where the killed one was, or before that: its last commits may be missing.
      expect(late).toEqual(Array.from({ length: late.length }, (_, index) => total - late.length + index));
      expect(total - late.length).toBeLessThanOrEqual(early);
    }
  });
});
