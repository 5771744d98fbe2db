import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { awaitTopics } from '../../infra/kafka/await-topics.ts';

const log = pino({ level: 'silent' });
const down = new TransientFailure('Kafka did not answer');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a process that starts while Kafka is down goes on once it answers', async () => {
  const ensureTopics = vi
    .fn(async () => undefined)
    .mockRejectedValueOnce(down)
    .mockRejectedValueOnce(down);
  const waiting = awaitTopics({ bus: { ensureTopics }, topics: [], log, signal: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(waiting).resolves.toBe(true);
  expect(ensureTopics).toHaveBeenCalledTimes(3);
});

test('a topic that differs is no outage: waiting would hide it', async () => {
  const ensureTopics = vi.fn(async () => Promise.reject(new Error('topics differ')));
  const waiting = awaitTopics({ bus: { ensureTopics }, topics: [], log, signal: new AbortController().signal });
  await expect(waiting).rejects.toThrow('topics differ');
});

test('a process that is told to stop does not wait for Kafka', async () => {
  const stop = new AbortController();
  const ensureTopics = vi.fn(async () => Promise.reject(down));
  const waiting = awaitTopics({ bus: { ensureTopics }, topics: [], log, signal: stop.signal });
  await vi.advanceTimersByTimeAsync(5_000);
  stop.abort();
  await expect(waiting).resolves.toBe(false);
});
