import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ReleaseId } from '../../schemas/release.ts';
import type { DeliveryRef, StoredDelivery } from '../../services/new-media/delivery-store.ts';
import { createInspection, type InspectionDeps } from '../../services/new-media/inspection.ts';

const ref = { releaseId: ReleaseId.parse(randomUUID()), account: 'main' } as DeliveryRef;
const at = '2026-11-24T01:00:00.000Z';

/** Of a post whose publication was ordered, and the answer to that lost; WeChat shows none, and the draft is gone. */
async function found(more: Partial<StoredDelivery>) {
  const wechat = {
    findPost: async () => null,
    hasDraft: async () => false,
    awaitPublished: async () => ({ state: 'running' }),
  };
  const inspect = createInspection({
    store: { find: async () => ({ draft: 'draft-1', intendedAt: at, ...more }) as StoredDelivery },
    deliveryTo: () => wechat as unknown as ReturnType<InspectionDeps['deliveryTo']>,
  });
  return (await inspect(ref, { objects: [], articles: [] })).state;
}

test('a post that may still come out is unknown; one that was withdrawn since is that, and nobody has to wait for ever', async () => {
  expect(await found({})).toBe('unknown');
  expect(await found({ withdrawnAt: at })).toBe('withdrawn');
});
