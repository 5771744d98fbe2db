import { createRequire } from 'node:module';

type RequestQueue = { pending: unknown[]; scheduleCheckPendingRequests(): void };
type RequestQueueClass = { prototype: RequestQueue };

const patched = Symbol.for('lockstep.kafkajs.idle-loop');

/** kafkajs publishes no types for its inside; the version is pinned, and a test fails if the shape changes. */
export const requestQueueClass = (): RequestQueueClass =>
  createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as RequestQueueClass;

/**
 * kafkajs 2.2.4 schedules its next look at the waiting requests after `throttledUntil - now` ms, where `throttledUntil`
 * is -1 when nothing is throttled: a negative delay, so a timer every millisecond for the life of each connection
 * (tulios/kafkajs#1751, about 4 % of a core while idle, and a warning per process on Node 24). With nothing waiting
 * there is nothing to look at: `push` schedules again when it queues a request.
 */
export function stopIdleLoop(): void {
  const { prototype } = requestQueueClass() as { prototype: RequestQueue & { [patched]?: true } };
  if (prototype[patched]) return;
  const original = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) original.call(this);
  };
  prototype[patched] = true;
}
