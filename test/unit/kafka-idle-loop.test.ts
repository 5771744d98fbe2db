import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { requestQueueClass, stopIdleLoop } from '../../infra/kafka/kafkajs-idle-loop.ts';

type Queue = {
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
  maybeThrottle(ms: number): void;
  push(request: object): void;
  destroy(): void;
};

const silent = { debug: () => undefined, warn: () => undefined };
const newQueue = (): Queue => {
  const RequestQueue = requestQueueClass() as unknown as new (options: object) => Queue;
  return new RequestQueue({
    maxInFlightRequests: 10,
    requestTimeout: 1_000,
    clientId: 'c',
    broker: 'b',
    logger: silent,
  });
};

let timers: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  vi.useFakeTimers();
  timers = vi.spyOn(globalThis, 'setTimeout');
});
afterEach(() => {
  vi.useRealTimers();
});

/** Timers set in one second of an idle connection, begun as every answer of the broker begins it. */
function timersOfAnIdleSecond(): number {
  const queue = newQueue();
  queue.checkPendingRequests();
  vi.advanceTimersByTime(1_000);
  queue.destroy();
  return timers.mock.calls.length;
}

// The order matters: the patch is for the whole process, so the first test must come before it.
test('kafkajs as published looks at its empty queue about a thousand times a second', () => {
  // When this fails a new kafkajs has mended it: then the patch can go.
  expect(timersOfAnIdleSecond()).toBeGreaterThan(500);
});

test('patched, an idle connection sets no timer at all', () => {
  stopIdleLoop();
  stopIdleLoop(); // each client asks for it
  expect(timersOfAnIdleSecond()).toBe(0);
});

test('patched, a request that the broker asked us to hold back is still sent when the time is over', () => {
  stopIdleLoop();
  const queue = newQueue();
  const sendRequest = vi.fn();
  queue.maybeThrottle(300);
  queue.push({ entry: { correlationId: 1, resolve: vi.fn(), reject: vi.fn() }, expectResponse: true, sendRequest });
  vi.advanceTimersByTime(299);
  expect(sendRequest).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(sendRequest).toHaveBeenCalledOnce();
  queue.destroy();
});
