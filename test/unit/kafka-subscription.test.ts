import { EventEmitter } from 'node:events';
import type { Consumer, Kafka } from 'kafkajs';
import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLanes } from '../../infra/kafka/kafkajs-lanes.ts';
import { startSubscription } from '../../infra/kafka/kafkajs-subscription.ts';

const events = { CRASH: 'crash', GROUP_JOIN: 'join', REBALANCING: 'rebalancing', FETCH_START: 'fetch' };

/** A consumer of kafkajs as the adapter sees it, whose fate the test decides. */
function fakeConsumer({ joins }: { joins: boolean }) {
  const emitter = new EventEmitter();
  const consumer = {
    events,
    on: (name: string, listener: (event: unknown) => void) => emitter.on(name, listener),
    connect: vi.fn(async () => undefined),
    subscribe: vi.fn(async () => undefined),
    run: vi.fn(async () => {
      if (joins) emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: {} } });
    }),
    disconnect: vi.fn(async () => undefined),
    crash: (error: Error) => emitter.emit(events.CRASH, { payload: { error, restart: false } }),
  };
  return consumer;
}

type Fake = ReturnType<typeof fakeConsumer>;

async function subscription({ joins = true, connect }: { joins?: boolean; connect?: () => Promise<undefined> } = {}) {
  const log = pino({ level: 'silent' });
  const consumers: Fake[] = [];
  const createClient = () =>
    ({
      consumer: () => {
        const consumer = fakeConsumer({ joins });
        if (connect) consumer.connect.mockImplementation(connect);
        consumers.push(consumer);
        return consumer as unknown as Consumer;
      },
    }) as unknown as Kafka;
  const started = startSubscription({
    createClient,
    groupId: 'g',
    topics: ['t'],
    lanes: createLanes({ deliver: async () => 'done', atOnce: 1, patienceMs: 10, log }),
    lag: async () => 0n,
    drainMs: 10,
    log,
  });
  return { consumers, started };
}

const last = (consumers: Fake[]): Fake => consumers.at(-1) as Fake;
const retriable = () => Object.assign(new Error('connection'), { name: 'KafkaJSConnectionError', retriable: true });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('after a crash a fresh consumer takes over, however often the broker goes away', async () => {
  const { consumers, started } = await subscription({ joins: false });
  const failed = vi.fn();
  last(consumers).crash(retriable());
  const running = await started; // the first failure ends the waiting: a service starts while Kafka is down
  void running.failed.then(failed);
  for (let outage = 0; outage < 30; outage += 1) {
    await vi.advanceTimersByTimeAsync(10_000);
    last(consumers).crash(retriable());
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(consumers).toHaveLength(32);
  expect(consumers.slice(0, -1).every(({ disconnect }) => disconnect.mock.calls.length > 0)).toBe(true);
  expect(failed).not.toHaveBeenCalled();
  await running.stop();
});

test('a TypeError inside kafkajs is a crash like any other: to kafkajs itself it would be the end', async () => {
  const { consumers, started } = await subscription();
  const running = await started;
  last(consumers).crash(new TypeError('Cannot read properties of undefined'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(consumers).toHaveLength(2);
  await running.stop();
});

test.each([
  ['a refusal by the broker', Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED', retriable: false })],
  ['wrong credentials', Object.assign(new Error('no'), { name: 'KafkaJSSASLAuthenticationError' })],
  [
    'a refusal that kafkajs wrapped',
    new Error('retries exceeded', { cause: Object.assign(new Error(), { type: 'UNSUPPORTED_VERSION' }) }),
  ],
])('%s settles `failed`, so that the process can end', async (_, error) => {
  const { consumers, started } = await subscription();
  const running = await started;
  last(consumers).crash(error);
  await vi.advanceTimersByTimeAsync(60_000);
  await expect(running.failed).resolves.toBe(error);
  expect(consumers).toHaveLength(1);
});

test('an unknown error that comes again and again settles `failed`', async () => {
  const { consumers, started } = await subscription({ joins: false });
  const error = new TypeError('a bug');
  for (let crash = 0; crash < 10; crash += 1) {
    last(consumers).crash(error);
    await vi.advanceTimersByTimeAsync(10_000);
  }
  await expect((await started).failed).resolves.toBe(error);
  expect(consumers).toHaveLength(10);
});

test('a consumer that falls silent without an error is replaced', async () => {
  const { consumers, started } = await subscription();
  const running = await started;
  await vi.advanceTimersByTimeAsync(170_000);
  expect(consumers).toHaveLength(2);
  await running.stop();
});

test('a crash that is reported after stop revives nothing', async () => {
  const { consumers, started } = await subscription();
  const running = await started;
  await running.stop();
  last(consumers).crash(retriable());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(consumers).toHaveLength(1);
});

test('stop while a new consumer still connects: it is never run', async () => {
  const connecting = Promise.withResolvers<undefined>();
  const { consumers, started } = await subscription({ connect: () => connecting.promise });
  await vi.advanceTimersByTimeAsync(170_000); // silent so long that the next one was begun
  const running = await started;
  const before = consumers.length;
  await running.stop();
  connecting.resolve(undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(consumers).toHaveLength(before);
  expect(consumers.every(({ run }) => run.mock.calls.length === 0)).toBe(true);
  expect(last(consumers).disconnect).toHaveBeenCalled();
});
