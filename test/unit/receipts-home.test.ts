import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { receiptEvent } from '../../activities/delivery/receipt-event.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { createReceiptConsumer } from '../../services/worker/receipts.ts';
import { newBundleId, receipt } from '../support/release-fixture.ts';

const releaseId = ReleaseId.parse('22222222-2222-4222-8222-222222222222');
const ready = receiptEvent(receipt(newBundleId(), releaseId, 'website', 'ready'), '/test');
const nothing = async () => {};

/** The consumer with a database and a Temporal that behave as told; resolves to what it did with one receipt. */
const taken = (addReceipt: () => Promise<void>, signal: () => Promise<void> = nothing): Promise<unknown> => {
  const client = { workflow: { getHandle: () => ({ signal }) } } as never;
  return createReceiptConsumer({ store: { addReceipt }, inspections: { addInspection: nothing }, client })(ready).then(
    () => 'handled',
    (error) => error,
  );
};
const rejects = (error: unknown) => async () => {
  throw error;
};

describe('a receipt waits', () => {
  // Found by the simulation: what has no code was taken for a bug of ours, and parked after half a second.
  test.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])(
    'while the database is away: %s',
    async (message) => {
      expect(await taken(rejects(new Error(message)))).toBeInstanceOf(TransientFailure);
    },
  );
  test('while Temporal is away', async () => {
    const cause = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });
    expect(await taken(nothing, rejects(new ServiceError('away', { cause })))).toBeInstanceOf(TransientFailure);
  });
});

test('a receipt for a bundle that has ended is kept as evidence, and told to nobody', async () => {
  expect(await taken(nothing, rejects(new WorkflowNotFoundError('gone', 'bundle', undefined)))).toBe('handled');
});

test('a bug of ours is not taken for an outage', async () => {
  expect(await taken(rejects(new TypeError('not a function')))).toBeInstanceOf(TypeError);
});
