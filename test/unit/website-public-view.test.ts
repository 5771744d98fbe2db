import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import { newReleaseKey, sealObject } from '../../activities/releases/sealed-staging.ts';
import type { Catalogue } from '../../activities/rendering/website/catalogue.ts';
import { BundleId } from '../../schemas/bundle.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { createByteCache } from '../../services/website/byte-cache.ts';
import { requestedFile } from '../../services/website/paths.ts';
import { createPublicView } from '../../services/website/public-view.ts';
import type { Pointer, PublicReads } from '../../services/website/site-store.ts';

const bundleId = BundleId.parse(randomUUID());
const releaseId = ReleaseId.parse(randomUUID());
const key = newReleaseKey();
const catalogue = { title: '办法' } as Catalogue;
const at = '2026-03-16T01:00:00.000Z';
const live: Pointer = {
  bundleId,
  version: 1,
  shows: { state: 'live', releaseId, key, committedAt: at, liveAt: at, catalogue, validity: 'in-force', acts: [] },
};

/** A store whose answers the test gives out one by one. */
function steppedReads() {
  const asked: { version: number; answer: (pointers: Pointer[]) => void; fail: (error: Error) => void }[] = [];
  const plain = Buffer.from('甲');
  const reads: PublicReads = {
    pointersSince: (version) => new Promise((answer, fail) => asked.push({ version, answer, fail })),
    object: async (_release, path) => ({
      mediaType: 'text/plain',
      sha256: digestOf(plain),
      ciphertext: sealObject(key, { releaseId, path }, plain),
    }),
  };
  return { asked, reads };
}
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('an answer rests on a look that began after the request came in', async () => {
  const { asked, reads } = steppedReads();
  const view = createPublicView({ reads });
  const early = view.bundle(bundleId);
  await tick();
  const late = view.bundle(bundleId); // the look under way may have begun before the switch
  const later = view.bundle(bundleId);
  asked[0]?.answer([]);
  expect(await early).toBeUndefined();
  await tick();
  expect(asked).toHaveLength(2); // both later requests share the second look
  asked[1]?.answer([live]);
  expect(await late).toBe(live.shows);
  expect(await later).toBe(live.shows);
});

test('only what changed since the last look is asked for', async () => {
  const { asked, reads } = steppedReads();
  const view = createPublicView({ reads });
  const first = view.bundle(bundleId);
  await tick();
  asked[0]?.answer([{ ...live, version: 7 }]);
  await first;
  void view.bundle(bundleId);
  await tick();
  expect(asked.map(({ version }) => version)).toEqual([0, 7]);
});

test('while the database is away what was public stays public, and nothing is said of the unknown', async () => {
  const { asked, reads } = steppedReads();
  const view = createPublicView({ reads });
  const before = view.bundle(bundleId);
  await tick();
  asked[0]?.answer([live]);
  await before;
  const known = view.bundle(bundleId);
  const unknown = view.bundle(BundleId.parse(randomUUID()));
  await tick();
  asked[1]?.fail(new Error('connection refused'));
  expect(await known).toBe(live.shows);
  await expect(unknown).rejects.toThrow('connection refused');
});

test('a withdrawn page leaves memory with the switch', async () => {
  const { asked, reads } = steppedReads();
  let opened = 0;
  const view = createPublicView({
    reads: {
      ...reads,
      object: async (release, path) => {
        opened += 1;
        return reads.object(release, path);
      },
    },
  });
  if (live.shows?.state !== 'live') throw new Error('not live');
  const first = view.bundle(bundleId);
  await tick();
  asked[0]?.answer([live]);
  await first;
  await view.file(live.shows, 'index.html');
  await view.file(live.shows, 'index.html');
  expect(opened).toBe(1);
  const after = view.bundle(bundleId);
  await tick();
  asked[1]?.answer([
    { ...live, version: 2, shows: { state: 'withdrawn', releaseId, title: '办法', reason: '有误', withdrawnAt: at } },
  ]);
  expect(await after).toMatchObject({ state: 'withdrawn' });
  await view.file(live.shows, 'index.html');
  expect(opened).toBe(2);
});

test('what was opened for its switch is not opened again for its first reader; what is not public then is let go', async () => {
  const { asked, reads } = steppedReads();
  const view = createPublicView({ reads: { ...reads, object: async () => undefined } });
  if (live.shows?.state !== 'live') throw new Error('not live');
  const files = [{ path: 'index.html', mediaType: 'text/plain', plain: Buffer.from('甲') }];
  const waiting = { releaseId: ReleaseId.parse(randomUUID()), bundleId: BundleId.parse(randomUUID()), files };
  const remembered = view.remember([{ releaseId, bundleId, files }, waiting]);
  await tick();
  asked[0]?.answer([live]);
  await remembered;
  expect(await view.file(live.shows, 'index.html')).toMatchObject({ body: files[0]?.plain, liveAt: at });
  expect(await view.file({ ...live.shows, releaseId: waiting.releaseId }, 'index.html')).toBeUndefined();
});

test('the cache holds no more than its bound, and keeps what was read last', () => {
  const cache = createByteCache(10);
  const of = (size: number) => ({ body: new Uint8Array(size) });
  cache.set('a', of(4));
  cache.set('b', of(4));
  cache.get('a');
  cache.set('c', of(4));
  expect([cache.get('a'), cache.get('b'), cache.get('c')].map(Boolean)).toEqual([true, false, true]);
  cache.set('huge', of(11));
  expect(cache.get('huge')).toBeUndefined();
});

test.each([
  [`/policies/${bundleId}/`, 'index.html'],
  [`/policies/${bundleId}/interpretation/qa/`, 'interpretation/qa/index.html'],
  [`/policies/${bundleId}/catalogue.json`, 'catalogue.json'],
  [`/policies/${bundleId}`, undefined],
  [`/policies/${bundleId}/index.html`, undefined],
  [`/policies/${bundleId}/interpretation/../`, undefined],
  [`/policies/${bundleId.toUpperCase()}/`, undefined],
  [`/policies/${bundleId}/%69ndex.html`, undefined],
  ['/policies/', undefined],
])('%s asks for %s: each page has one address', (pathname, path) => {
  expect(requestedFile(pathname)?.path).toBe(path);
});
