import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealObject } from '../../activities/releases/sealed-staging.ts';
import { startCachingProxy } from '../support/caching-proxy.ts';
import { type OwnWebsite, startOwnWebsite } from '../support/own-website.ts';
import { type SampleRelease, sampleRelease, secrets, startWebsite } from '../support/website.ts';

let website: OwnWebsite;
let proxy: Awaited<ReturnType<typeof startCachingProxy>>;

beforeAll(async () => {
  website = await startOwnWebsite();
  proxy = await startCachingProxy(website.publicUrls[0] ?? '');
});
afterAll(async () => {
  await proxy?.stop();
  await website?.stop();
});

/** With a picture, which is a surface of its own: its address is known to whoever saw the page. */
function withPicture(): SampleRelease {
  const release = sampleRelease();
  const [path, plain] = ['images/流程.png', Buffer.from('\x89PNG a picture that tells')];
  const sealed = sealObject(release.key, { releaseId: release.releaseId, path }, plain);
  release.files.push({ path, mediaType: 'image/png', plain, sealed });
  return release;
}
const base = ({ bundleId }: SampleRelease) => `/policies/${bundleId}/`;
const pathsOf = (release: SampleRelease) => [
  ...release.files.map(({ path }) => base(release) + path.split('/').map(encodeURIComponent).join('/')),
  base(release),
  `${base(release)}interpretation/qa/`,
  base(release).slice(0, -1),
];
const leaks = (release: SampleRelease, body: string) =>
  [secrets.text, '问答', 'a picture that tells']
    .filter((secret) => body.includes(secret))
    .concat(body.includes(`${base(release)}interpretation`) ? ['the address of the interpretation'] : []);

/** Everything a reader could still get by an address, an ETag or a piece that was public a moment ago. */
async function everySurface(origins: string[], release: SampleRelease, etags: ReadonlyMap<string, string>) {
  const found: string[] = [];
  const asks: RequestInit[] = [{}, { method: 'HEAD' }, { headers: { range: 'bytes=0-200' } }];
  for (const origin of origins) {
    for (const path of pathsOf(release)) {
      const tag = etags.get(path);
      for (const ask of tag ? [...asks, { headers: { 'if-none-match': tag } }] : asks) {
        const answer = await fetch(origin + path, ask);
        const told = leaks(release, await answer.text());
        if (answer.status < 400 || told.length > 0) found.push(`${origin}${path} ${answer.status} ${told}`);
      }
    }
    for (const list of ['/', '/sitemap.xml']) {
      const tag = etags.get(list);
      const answer = await fetch(origin + list, tag ? { headers: { 'if-none-match': tag } } : {});
      if (answer.status !== 200 || (await answer.text()).includes(release.bundleId)) found.push(`${origin}${list}`);
    }
  }
  return found;
}

test('I17: once withdrawn no surface serves it, not by an old ETag, not from a cache, and no repeat brings it back', async () => {
  const release = withPicture();
  const prepared = await website.prepare(release);
  const went = await website.go(release);
  const origins = [...website.publicUrls, proxy.url];
  const etags = new Map<string, string>();
  const publicBefore: string[] = [];
  for (const path of [...pathsOf(release), '/', '/sitemap.xml']) {
    for (const origin of origins) {
      const answer = await fetch(origin + path);
      await answer.arrayBuffer();
      if (answer.status === 200) publicBefore.push(path);
      etags.set(path, answer.headers.get('etag') ?? '');
    }
  }
  expect(new Set(publicBefore).size).toBeGreaterThanOrEqual(5); // page, interpretation, picture and both lists
  const fromCache = proxy.served();
  for (const path of [base(release), '/']) await (await fetch(proxy.url + path)).arrayBuffer();
  expect(proxy.served()).toBe(fromCache + 2); // the cache really holds them

  await website.handle(
    release.event('release.withdrawn.v1', { reason: '附件数据有误', withdrawnAt: '2026-03-17T02:00:00.000Z' }),
  );
  expect(await everySurface(origins, release, etags)).toEqual([]);
  for (const origin of origins) {
    const tombstone = await fetch(origin + base(release));
    expect(tombstone.status).toBe(410);
    expect(tombstone.headers.get('cache-control')).toBe('no-store');
    expect(await tombstone.text()).toContain('附件数据有误');
  }

  // A redelivery, a dead letter that is retried (under an id of its own), another try, another instance.
  for (const event of [prepared, went]) await website.handle(event);
  for (const event of [prepared, went]) await website.handle({ ...event, id: randomUUID() });
  await website.prepare(release, 2);
  await website.go(release, release.key, '2026-03-18T01:00:00.000Z', [], 2);
  const restarted = await startWebsite(website.databaseUrl, website.stagingDir);
  expect(await everySurface([...origins, ...restarted.publicUrls], release, etags)).toEqual([]);
  await restarted.stop();
});
