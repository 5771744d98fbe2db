import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import { BundleId } from '../../schemas/bundle.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';
import { createReadBack } from '../../services/website/read-back.ts';
import type { SiteRecords, SiteRelease } from '../../services/website/site-store.ts';

const body = Buffer.from('{"title":"办法"}');

/** A site with the given number of live releases; `read` is what its public address answers. */
function siteWith(
  count: number,
  read: (url: string, tries: number) => { status: number; body: Uint8Array },
  busIsAway = () => false,
) {
  const releases = Array.from(
    { length: count },
    (): SiteRelease => ({
      releaseId: ReleaseId.parse(randomUUID()),
      bundleId: BundleId.parse(randomUUID()),
      seal: Digest.parse('a'.repeat(64)),
      state: 'live',
      preparedAt: '2026-03-16T00:00:00Z',
      refusal: null,
      committedAt: '2026-03-16T01:00:00Z',
      liveAt: '2026-03-16T01:00:00Z',
      verifiedAt: null,
      discardedAt: null,
      withdrawnAt: null,
      attempt: 1,
      acts: [],
    }),
  );
  const verified = new Set<ReleaseId>();
  const doubts: string[] = [];
  const announced: ReleaseId[] = [];
  const asked: string[] = [];
  const files = [{ path: 'catalogue.json', mediaType: 'application/json', sha256: digestOf(body) }];
  const records: Pick<SiteRecords, 'releases' | 'unverified' | 'markVerified'> = {
    releases: async (ids) =>
      releases.flatMap((release) => (ids.includes(release.releaseId) ? [{ ...release, files }] : [])),
    unverified: async () => releases.map(({ releaseId }) => releaseId).filter((id) => !verified.has(id)),
    markVerified: async (id) => void verified.add(id),
  };
  const readBack = createReadBack({
    records,
    receipts: {
      announce: async () => {},
      announceVerified: async (id) => {
        if (busIsAway()) throw new Error('event bus is away');
        announced.push(id);
      },
      announceDoubt: async (_id, { state, detail }) => void doubts.push(`${state} ${detail?.en}`),
    },
    read: async (url) => {
      asked.push(url);
      return read(url, asked.filter((each) => each === url).length);
    },
    publicUrls: ['http://127.0.0.1', 'http://[::1]'],
    tries: 3,
    pause: async () => {},
    quiet: async () => {},
    log: pino({ level: 'silent' }),
  });
  return { releases, verified, doubts, announced, asked, readBack };
}

test('a release is verified when every public address shows what was sealed', async () => {
  const { readBack, verified, announced, asked, doubts } = siteWith(6, () => ({ status: 200, body }));
  await readBack.wake();
  expect(verified.size).toBe(6);
  expect(announced).toHaveLength(6);
  expect(asked.filter((url) => url.startsWith('http://[::1]'))).toHaveLength(6);
  expect(doubts).toEqual([]);
});

test('a page that differs is never called verified: after some tries the outcome is unknown', async () => {
  const { readBack, verified, doubts } = siteWith(1, (url) => ({
    status: 200,
    body: url.includes('[::1]') ? Buffer.from('altered') : body,
  }));
  await readBack.wake();
  expect(verified.size).toBe(0);
  expect(doubts).toHaveLength(1);
  expect(doubts[0]).toMatch(/^unknown What http:\/\/\[::1\]/);
});

test('a page that says that it is not there is not verified, even with the sealed bytes', async () => {
  const { readBack, verified, doubts } = siteWith(1, () => ({ status: 410, body }));
  await readBack.wake();
  expect(verified.size).toBe(0);
  expect(doubts).toHaveLength(1);
});

test('an address without an answer is asked again', async () => {
  const { readBack, verified } = siteWith(1, (_url, tries) => {
    if (tries < 2) throw new Error('connection refused');
    return { status: 200, body };
  });
  await readBack.wake();
  expect(verified.size).toBe(1);
});

test('two calls at once verify a release once', async () => {
  const { readBack, announced } = siteWith(1, () => ({ status: 200, body }));
  await Promise.all([readBack.wake(), readBack.wake()]);
  expect(announced).toHaveLength(1);
});

// Found by the simulation: marked first, the release was not looked at again, and the core waited for ever.
test('a release whose verification could not be told is told by the next round', async () => {
  let away = true;
  const site = siteWith(
    1,
    () => ({ status: 200, body }),
    () => away,
  );
  await site.readBack.wake();
  expect(site.announced).toEqual([]);
  away = false;
  await site.readBack.wake();
  expect(site.announced).toHaveLength(1);
  expect(site.verified.size).toBe(1);
});
