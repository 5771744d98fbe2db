import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EventRecord, Poison, type ReceivedRecord, TransientFailure } from '../../activities/ports/event-bus.ts';
import { createDeliver, type DeliverDeps } from '../../infra/kafka/deliver.ts';

const record: ReceivedRecord = {
  topic: 'lockstep.releases.v1',
  key: 'k',
  headers: {},
  value: new TextEncoder().encode('未公开'),
  partition: 1,
  offset: 7n,
  timestamp: 0,
};

function setUp(deps: Partial<DeliverDeps> = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const publish = vi.fn(async (_: EventRecord[]): Promise<unknown> => undefined);
  const onParked = vi.fn();
  const deliver = createDeliver({
    group: 'website',
    handler: async () => undefined,
    deadLetterTopic: 'lockstep.website.dead.v1',
    publish,
    onParked,
    log,
    ...deps,
  });
  const [lost, stopping] = [new AbortController(), new AbortController()];
  const outcome = (): Promise<string> => deliver(record, { lost: lost.signal, stopping: stopping.signal });
  return { outcome, lost, stopping, publish, onParked, lines };
}

const poisoned = async (): Promise<void> => {
  throw new Poison('field seal is missing');
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a record that can neither be handled nor parked waits: committing it would lose it', async () => {
  const { outcome, publish, onParked } = setUp({ handler: poisoned });
  publish.mockRejectedValueOnce(new TransientFailure('down')).mockRejectedValueOnce(new Error('refused'));
  const done = outcome();
  await vi.advanceTimersByTimeAsync(100);
  expect(publish).toHaveBeenCalledTimes(1);
  expect(onParked).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  await expect(done).resolves.toBe('done');
  expect(publish).toHaveBeenCalledTimes(3);
  expect(onParked).toHaveBeenCalledOnce();
});

test('a stop while the dead letter cannot be stored leaves the record to the next member', async () => {
  const { outcome, stopping, publish } = setUp({ handler: poisoned });
  publish.mockRejectedValue(new TransientFailure('down'));
  const done = outcome();
  await vi.advanceTimersByTimeAsync(5_000);
  stopping.abort();
  await expect(done).resolves.toBe('abandoned');
});

test('an alarm that fails does not park the record twice', async () => {
  const onParked = vi.fn(() => {
    throw new Error('pager is down');
  });
  const { outcome, publish } = setUp({ handler: poisoned, onParked });
  await expect(outcome()).resolves.toBe('done');
  expect(publish).toHaveBeenCalledOnce();
});

test('a handler that was told it lost its partition is abandoned, whatever it throws', async () => {
  const { outcome, lost, publish } = setUp({
    handler: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Poison('x')))),
  });
  const done = outcome();
  lost.abort();
  await expect(done).resolves.toBe('abandoned');
  expect(publish).not.toHaveBeenCalled();
});

test('a handler that hangs is reported every minute', async () => {
  const hanging = Promise.withResolvers<void>();
  const { outcome, lines } = setUp({ handler: () => hanging.promise });
  const done = outcome();
  await vi.advanceTimersByTimeAsync(125_000);
  expect(lines.filter((line) => line.includes('handler still runs'))).toHaveLength(2);
  hanging.resolve();
  await expect(done).resolves.toBe('done');
  expect(vi.getTimerCount()).toBe(0);
});

test('an outage of an hour leaves some lines in the log, not hundreds, and none of them quotes the payload', async () => {
  const { outcome, stopping, lines } = setUp({
    handler: async ({ value }) => {
      throw new TransientFailure(`could not store "${new TextDecoder().decode(value)}"`);
    },
  });
  const done = outcome();
  await vi.advanceTimersByTimeAsync(3_600_000);
  stopping.abort();
  await done;
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.length).toBeLessThan(15);
  expect(lines.join('')).not.toContain('未公开');
});
