import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { BundleId } from '../../schemas/bundle.ts';
import type { ReceiptEvent } from '../../schemas/events.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';
import { createReceipts } from '../../services/website/receipts.ts';
import type { SiteRelease } from '../../services/website/site-store.ts';

const releaseId = ReleaseId.parse('5f0c0b0e-7a52-4f0b-9c1d-5b8e2f7a9d60');
const at = '2026-03-02T01:00:00.000Z';
const live: SiteRelease = {
  releaseId,
  bundleId: BundleId.parse('3c0b7d4e-6a52-4f0b-9c1d-5b8e2f7a9d60'),
  seal: Digest.parse('a'.repeat(64)),
  attempt: 1,
  state: 'live',
  preparedAt: at,
  refusal: null,
  committedAt: at,
  liveAt: at,
  verifiedAt: null,
  discardedAt: null,
  withdrawnAt: null,
  acts: [],
};

function receiptsOf(row: SiteRelease) {
  const published: ReceiptEvent[] = [];
  const receipts = createReceipts({
    records: { releases: async () => [{ ...row, files: [] }] },
    publish: async (events) => void published.push(...events),
    publicUrl: 'http://127.0.0.1:1',
  });
  return { ...receipts, events: () => published, states: () => published.map(({ data }) => data.state) };
}

test('an order is answered with what it made so, not with what earlier orders were answered with', async () => {
  const { announce, states } = receiptsOf({ ...live, verifiedAt: at });
  await announce(releaseId, ['ready']);
  expect(states()).toEqual(['live', 'verified']);
});

test('that a release is live is told with what reading it back came to: at T0 readers come first', async () => {
  const { announce, announceVerified, states } = receiptsOf(live);
  await announce(releaseId, ['ready']);
  expect(states()).toEqual([]);
  await announceVerified(releaseId, at);
  expect(states()).toEqual(['live', 'verified']);
});

test('a release that nobody reads back any more, since a newer one covers it, is said to have been live', async () => {
  const { announce, states } = receiptsOf({ ...live, state: 'superseded' });
  await announce(releaseId, ['ready']);
  expect(states()).toEqual(['live']);
});

test('of many releases at once one send says everything', async () => {
  const rows = Array.from({ length: 100 }, () => ({ ...live, releaseId: ReleaseId.parse(randomUUID()), files: [] }));
  const sends: ReceiptEvent[][] = [];
  const receipts = createReceipts({
    records: { releases: async (ids) => rows.filter(({ releaseId: id }) => ids.includes(id)) },
    publish: async (events) => void sends.push(events),
    publicUrl: 'http://127.0.0.1:1',
  });
  await Promise.all(rows.map((row) => receipts.announce(row.releaseId)));
  expect(sends.map((events) => events.map(({ data }) => data.releaseId))).toEqual([rows.map((row) => row.releaseId)]);
});

test('a release that was refused, or is gone, says so whatever it said before', async () => {
  const gone = receiptsOf({ ...live, state: 'withdrawn', withdrawnAt: at });
  await gone.announce(releaseId, ['ready', 'live', 'verified']);
  expect(gone.states()).toEqual(['withdrawn']);
});

test('a doubt is said of what is live and was not read back: not where another instance read it back meanwhile, nor once it is gone', async () => {
  const detail = { zh: '与封签不符', en: 'not what was sealed' };
  const saidOf = async (row: SiteRelease) => {
    const { announceDoubt, events } = receiptsOf(row);
    await announceDoubt(releaseId, { state: 'unknown', at, detail });
    return events().map(({ data }) => [data.state, data.digests, data.detail]);
  };
  expect(await saidOf(live)).toEqual([
    ['live', [], null],
    ['unknown', [], detail],
  ]);
  expect(await saidOf({ ...live, verifiedAt: at })).toEqual([]);
  expect(await saidOf({ ...live, state: 'withdrawn', withdrawnAt: at })).toEqual([]);
});

test('without anything told, everything that is so is said: a rebuilt site says it anew', async () => {
  const { announce, states } = receiptsOf({ ...live, verifiedAt: at });
  await announce(releaseId);
  expect(states()).toEqual(['ready', 'live', 'verified']);
});
