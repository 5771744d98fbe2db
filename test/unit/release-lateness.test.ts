import { expect, test } from 'vitest';
import { createReleaseActivities } from '../../activities/releases/activities.ts';
import { coreRows } from '../support/core-rows.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { newBundleId, receipt } from '../support/release-fixture.ts';

const t0 = Date.parse('2026-03-16T01:00:00.000Z');
type Way = { commit?: number; website?: number; order?: number; attempt?: number };

/** A release by a clock of its own: each step comes so many ms after T0. Answers the notices that are kept of it. */
async function released({ commit = 10, website = 1_500, order = 1_600, attempt = 1 }: Way) {
  let clock = t0;
  const at = (afterMs: number) => new Date(t0 + afterMs).toISOString();
  const { store, db } = createMemoryCoreStore(() => new Date(clock).toISOString());
  const { revise, signAll, arm } = coreRows(store);
  const activities = createReleaseActivities({
    store,
    announcer: { announce: async () => {} },
    calendar: { version: 1, years: [] },
    stage: () => Promise.reject(new Error('nothing is staged here')),
    pause: () => Promise.reject(new Error('it is not early')),
  });
  const sealed = await revise(newBundleId());
  await signAll(sealed);
  const releaseId = await arm(sealed, null, at(0));
  const go = (channels: ('website' | 'wechat')[]) =>
    activities.announceRelease(sealed, releaseId, {
      ...{ type: 'release.go.v1', channels, committedAt: at(commit), attempt },
    });
  clock = t0 + commit;
  await activities.commitRelease(sealed, releaseId, { going: [], inGroup: false });
  await go(['website']);
  await store.addReceipt('live', { ...receipt(sealed.bundleId, releaseId, 'website', 'live'), at: at(website) });
  clock = t0 + order;
  for (const _ of ['once', 'repeated']) {
    await activities.recordTransition(
      { ...sealed, transition: 0, state: 'verifying', actorId: 'system', detail: null },
      null,
    );
    await go(['wechat']);
    clock += 1; // a repeat is later, and no other miss
  }
  return [...db.rows.notice.values()].map(({ kind, detail }) => `${kind}: ${detail?.en}`);
}

test('I25: a step that kept its budget is no notice', async () => {
  expect(await released({ commit: 1_000, website: 2_000, order: 4_999 })).toEqual([]);
});

test('I25: each step after its budget is counted once, with the way from T0 to it', async () => {
  expect(await released({ commit: 1_001, website: 2_001, order: 5_001 })).toEqual([
    'release-late: Released late (commit is due by T0+1000 ms): commit T0+1001 ms',
    'release-late: Released late (website visible is due by T0+2000 ms): commit T0+1001 ms, website visible T0+2001 ms',
    'release-late: Released late (order to wechat is due by T0+5000 ms): commit T0+1001 ms, order to wechat T0+5001 ms',
  ]);
});

test('I25: what was late by itself is told as that', async () => {
  expect(await released({ website: 2_500, order: 2_600 })).toEqual([
    'release-late: Released late (website visible is due by T0+2000 ms): commit T0+10 ms, website visible T0+2500 ms',
  ]);
});

test('I25: a retry has no instant to keep', async () => {
  expect(await released({ order: 9_000, attempt: 2 })).toEqual([]);
});
