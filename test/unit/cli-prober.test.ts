import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { postObservations, readPosts } from '../../services/cli/prober/followers.ts';
import { pollInTurn } from '../../services/cli/prober/poll.ts';
import { sitePages, startProber } from '../../services/cli/prober/start.ts';
import { judge } from '../../services/cli/prober/verdict.ts';

// Real processes and servers: slow on a busy machine, and never wrong for that.

const bundleId = '3e2c7dd2-e240-5228-844d-5b7441d71d8b';

/** A site whose pages are public where `shows` says so. */
async function site(shows: (request: IncomingMessage) => boolean) {
  const server = createServer((request, response) => {
    response.statusCode = shows(request) ? 200 : 404;
    response.end('page');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('the prober finds nothing torn on a site that switches once', async () => {
  let live = false;
  let served = 0;
  await using web = await site(() => {
    if (live) served++;
    return live;
  });
  const pages = await sitePages(web.url, bundleId, ['text', 'qa']);
  expect(pages.map(({ page }) => page)).toEqual(['policy IPv4', 'text IPv4', 'qa IPv4']);
  await using prober = startProber({ pages, followersUrl: null, intervalMs: 5 });
  await prober.watching;
  live = true;
  await until(() => served > 20);
  expect(await prober.verdict(null)).toMatchObject({ tears: [], tornWindowMs: 0, neverVisible: [], lateStart: [] });
});

/** Two pages of each of many groups, as `bench release` has them watched. */
const groupsOf = (url: string, count: number) =>
  Array.from({ length: count }, (_, at) => `bundle-${at}`).flatMap((group) =>
    ['policy', 'text'].map((page) => ({ group, page, url: `${url}/${group}/${page}`, family: null })),
  );

test('many groups in turn: each page is met once its group goes live, and nothing is torn', async () => {
  let live = false;
  const served = new Set<string>();
  await using web = await site(({ url = '' }) => live && served.add(url).size > 0);
  const pages = groupsOf(web.url, 20);
  await using prober = startProber({ pages, followersUrl: null, intervalMs: 1, manner: 'groups-in-turn' });
  await prober.watching;
  const wentLiveAt = Date.now();
  live = true;
  await until(() => served.size === pages.length);
  const verdict = await prober.verdict(null);
  expect(verdict).toMatchObject({ tears: [], neverVisible: [], lateStart: [] });
  expect(verdict?.firstSeen).toHaveLength(pages.length);
  for (const { at } of verdict?.firstSeen ?? []) expect(at).toBeGreaterThanOrEqual(wentLiveAt);
});

test('many groups in turn: the one whose text comes late is found, and no other', async () => {
  let live = false;
  let refused = 0;
  await using web = await site(({ url = '' }) => live && (url !== '/bundle-7/text' || ++refused > 3));
  const pages = groupsOf(web.url, 10);
  await using prober = startProber({ pages, followersUrl: null, intervalMs: 1, manner: 'groups-in-turn' });
  await prober.watching;
  live = true;
  await until(() => refused > 4);
  const verdict = await prober.verdict(null);
  expect(verdict?.tears.map(({ group, missing }) => `${group} ${missing}`)).toContain('bundle-7 text');
  expect(new Set(verdict?.tears.map(({ group }) => group))).toEqual(new Set(['bundle-7']));
});

test('many groups in turn: a page that vanishes from one that was whole is found', async () => {
  let live = false;
  const met = new Set<string>();
  let [refused, after] = [0, 0];
  await using web = await site(({ url = '' }) => {
    if (!live) return false;
    if (met.size === pages.length && url === '/bundle-2/text') return ++refused < 0;
    if (refused > 0 && url === '/bundle-2/policy') after += 1;
    return met.add(url).size > 0;
  });
  const pages = groupsOf(web.url, 3);
  await using prober = startProber({ pages, followersUrl: null, intervalMs: 1, manner: 'groups-in-turn' });
  await prober.watching;
  live = true;
  await until(() => after > 1);
  const verdict = await prober.verdict(null);
  expect(new Set(verdict?.tears.map(({ group, missing }) => `${group} ${missing}`))).toEqual(
    new Set(['bundle-2 text']),
  );
});

test('many groups in turn: once one is public none of the others waits for its turn', async () => {
  await using web = await site(() => true);
  const pages = groupsOf(web.url, 5);
  const [stop, met] = [new AbortController(), new Set<string>()];
  // The first group is looked at at once, and the others would be in hours.
  const random = vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValue(0.9);
  const polling = pollInTurn([...Map.groupBy(pages, ({ group }) => group).values()], {
    intervalMs: 4_000_000,
    signal: stop.signal,
    isPublic: ({ status }) => status === 200,
    onAnswer: ({ url }) => void met.add(url),
  });
  await until(() => met.size === pages.length);
  stop.abort();
  await polling;
  random.mockRestore();
});

test('the prober, a process of its own, finds the interpretation that came after its policy', async () => {
  let live = false;
  let policyServed = 0;
  let textRefused = 0;
  await using web = await site(({ url = '' }) => {
    if (!live) return false;
    if (!url.includes('interpretation')) return ++policyServed > 0;
    // The first requests after the policy was served a few times still find nothing.
    if (policyServed < 3 || textRefused < 3) {
      textRefused++;
      return false;
    }
    return true;
  });
  const pages = await sitePages(web.url, bundleId, ['text']);
  await using prober = startProber({ pages, followersUrl: null, intervalMs: 5 });
  await prober.watching;
  live = true;
  await until(() => policyServed > 20);
  const verdict = await prober.verdict(null);
  expect(verdict?.tornWindowMs).toBeGreaterThan(0);
  expect(verdict?.tears[0]).toMatchObject({ group: 'website', missing: 'text IPv4', shown: 'policy IPv4' });
});

const post = (id: string, ...links: string[]) =>
  `<ul class="post" data-article-id="${id}">${links.map((link) => `<li><a href="/s/${link}">题</a></li>`).join('')}</ul>`;
const look = (at: number, html: string) => ({ requestedAt: at, answeredAt: at + 1, posts: readPosts(html) });

test('a WeChat post whose articles come one after the other is torn; posts of other releases do not count', () => {
  const looks = [
    look(0, post('other', 'a')),
    look(10, post('other', 'a', 'b') + post('ours', 'c')),
    look(20, post('other', 'a', 'b') + post('ours', 'c')),
    look(30, post('other', 'a', 'b') + post('ours', 'c', 'd')),
  ];
  const verdict = judge(postObservations(looks, '/s/c'));
  expect(verdict.tears).toEqual([{ group: 'wechat', missing: '/s/d', shown: '/s/c', from: 11, to: 21 }]);
  expect(verdict.earliestVisibleAt).toBe(11);
});

test('a WeChat post whose articles come at once is whole', () => {
  const looks = [look(0, ''), look(10, post('ours', 'c', 'd')), look(20, post('ours', 'c', 'd'))];
  expect(judge(postObservations(looks, '/s/d'))).toMatchObject({ tears: [], lateStart: [], neverVisible: [] });
});

test('a WeChat post that no follower ever saw is named', () => {
  const looks = [look(0, post('other', 'a')), look(10, post('other', 'a'))];
  expect(judge(postObservations(looks, '/s/c')).neverVisible).toEqual([{ group: 'wechat', page: '/s/c' }]);
});
