import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { clearSlots } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import { openWebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { createTestDatabase } from '../support/local-services.ts';
import { type OwnWebsite, startOwnWebsite } from '../support/own-website.ts';
import { sampleRelease, secrets, startWebsite } from '../support/website.ts';

let website: OwnWebsite;

beforeAll(async () => {
  website = await startOwnWebsite();
});
afterAll(() => website?.stop());

const policy = (bundleId: string) => `/policies/${bundleId}/`;
const interpretation = (bundleId: string) => `/policies/${bundleId}/interpretation/qa/`;

/** Every row of every table as text, and every byte column as the bytes it holds. */
async function dump(url: string): Promise<Buffer> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query(
    `select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'`,
  );
  const parts: Buffer[] = [];
  for (const { table_name, column_name, data_type } of tables) {
    const { rows } = await client.query(`select "${column_name}" as value from "${table_name}"`);
    for (const { value } of rows) {
      parts.push(data_type === 'bytea' && value ? value : Buffer.from(JSON.stringify(value) ?? ''));
    }
  }
  await client.end();
  return Buffer.concat(parts);
}

test('a staged release cannot be told from one that never existed, and its database gives nothing away', async () => {
  const own = await createTestDatabase(); // what the other tests release must not stand in the dump
  const staged = await startWebsite(own.url);
  const release = sampleRelease();
  await staged.prepare(release);
  const never = await fetch(staged.publicUrls[0] + policy(randomUUID()));
  const paths = release.files.map(({ path }) => policy(release.bundleId) + path.replace(/index\.html$/, ''));
  for (const path of [...paths, `/policies/${release.bundleId}`, `${policy(release.bundleId)}index.html`]) {
    const answer = await fetch(staged.publicUrls[0] + path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(withoutDate(answer.headers)).toEqual(withoutDate(never.headers));
    expect(await answer.text()).toBe(await never.clone().text());
  }
  for (const list of ['/', '/sitemap.xml']) expect((await staged.get(list)).text()).not.toContain(release.bundleId);
  const held = await dump(own.url);
  expect(held.includes(release.releaseId)).toBe(true); // the dump does see the release
  for (const secret of Object.values(secrets)) expect(held.includes(secret)).toBe(false);
  expect(staged.published.map(({ data }) => data.state)).toEqual(['ready']);
  await staged.stop();
  await own.drop();
});

const withoutDate = (headers: Headers) => [...headers].filter(([name]) => name !== 'date');

test('one switch makes policy and interpretation public together, on IPv4 and on IPv6, and reads them back', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  await website.go(release);
  await website.settled();
  for (const family of website.publicUrls.keys()) {
    const page = await website.get(policy(release.bundleId), family);
    expect(page.status).toBe(200);
    expect(page.text()).toContain(secrets.text);
    expect(page.text()).toContain('<meta name="PubDate" content="2026-03-16 09:00"/>');
    expect(page.text()).toContain('<time id="published-on">2026年03月16日</time>');
    expect((await website.get(interpretation(release.bundleId), family)).status).toBe(200);
  }
  expect((await website.get('/')).text()).toContain(secrets.title);
  const digests = new Set(website.published.flatMap(({ data }) => (data.state === 'verified' ? data.digests : [])));
  expect(digests.size).toBe(release.files.length);
  expect(website.statesOf(release)).toEqual(expect.arrayContaining(['ready', 'live', 'verified']));
});

test('no reader meets a policy without its interpretation while instances go live and withdraw', async () => {
  const other = await startWebsite(website.databaseUrl, website.stagingDir);
  try {
    const release = sampleRelease();
    await website.prepare(release);
    let over = false;
    const seen = new Set<string>();
    const reader = async (first: typeof other, second: typeof other) => {
      while (!over) {
        const before = (await first.get(interpretation(release.bundleId))).status;
        const between = (await second.get(policy(release.bundleId))).status;
        const after = (await first.get(interpretation(release.bundleId))).status;
        seen.add(`${before} ${between} ${after}`);
      }
    };
    const readers = [reader(website, other), reader(other, website), reader(other, other)];
    await website.go(release);
    await website.settled();
    await other.handle(withdrawal(release));
    await website.get(policy(release.bundleId));
    over = true;
    await Promise.all(readers);
    // A public policy lies between two looks at its interpretation, one of which must have found it.
    expect([...seen].filter((triple) => / 200 /.test(triple) && !/^200|200$/.test(triple))).toEqual([]);
    expect((await website.get(policy(release.bundleId))).status).toBe(410);
  } finally {
    await other.stop();
  }
});

const withdrawal = (release: ReturnType<typeof sampleRelease>) =>
  release.event('release.withdrawn.v1', { reason: '附件数据有误', withdrawnAt: '2026-03-17T02:00:00.000Z' });

test('a withdrawn release leaves a tombstone, and no replay brings its text back', async () => {
  const release = sampleRelease();
  const prepared = await website.prepare(release);
  const went = await website.go(release);
  await website.handle(withdrawal(release));
  for (const event of [prepared, went]) await website.handle(event);
  for (const event of [prepared, went]) await website.handle({ ...event, id: randomUUID() });
  await website.settled();
  const restarted = await startWebsite(website.databaseUrl, website.stagingDir);
  for (const instance of [website, restarted]) {
    for (const path of [policy(release.bundleId), interpretation(release.bundleId)]) {
      const answer = await instance.get(path);
      expect(answer.status).toBe(410);
      expect(answer.text()).toContain('附件数据有误');
      expect(answer.text()).not.toContain(secrets.text);
    }
  }
  await restarted.stop();
  expect((await website.get('/')).text()).not.toContain(release.bundleId);
  expect(website.statesOf(release)).toContain('withdrawn');
});

test('a release that is rolled back is gone, and what the bundle showed before is shown again', async () => {
  const first = sampleRelease();
  const second = sampleRelease(first.bundleId);
  for (const release of [first, second]) {
    await website.prepare(release);
    await website.go(release);
  }
  await website.handle(second.event('release.rolled-back.v1', { reason: '渠道未就绪' }));
  expect((await website.get(policy(first.bundleId))).status).toBe(200);
  await website.handle(first.event('release.rolled-back.v1', { reason: '渠道未就绪' }));
  expect((await website.get(policy(first.bundleId))).status).toBe(404);
  expect(website.statesOf(second)).toContain('discarded');
});

test('a release that was rolled back can be prepared again, and then goes live', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  await website.handle(release.event('release.rolled-back.v1', { reason: '暂缓' }));
  await website.prepare(release);
  await website.go(release);
  expect((await website.get(policy(release.bundleId))).status).toBe(200);
});

test('a key that does not open every file leaves the site as it was and says so', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  await website.go(release, Buffer.alloc(32, 1));
  expect((await website.get(policy(release.bundleId))).status).toBe(404);
  expect(website.statesOf(release)).toEqual(['ready', 'refused']);
});

test('go for a release that was never prepared here is refused', async () => {
  const release = sampleRelease();
  await website.go(release);
  expect(website.statesOf(release)).toEqual(['refused']);
});

test('an announcement that failed is made again, and a redelivery makes it once more, with the same event ids', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  website.failNextPublish();
  const event = release.event('release.go.v1', {
    seal: release.seal,
    committedAt: '2026-03-16T01:00:00.000Z',
    channels: ['website'],
    key: Buffer.from(release.key).toString('base64'),
  });
  await website.handle(event);
  await website.settled();
  await website.handle(event);
  const live = website.published.filter(({ data }) => data.releaseId === release.releaseId && data.state === 'live');
  expect(live.length).toBeGreaterThan(1);
  expect(new Set(live.map(({ id }) => id)).size).toBe(1);
  expect(new Set(live.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
});

test('readers get a 304 for what they have, and nothing but GET and HEAD', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  await website.go(release);
  const url = website.publicUrls[0] + policy(release.bundleId);
  const first = await fetch(url);
  const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(first.headers.get('content-length'));
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('a release that was withdrawn before anything of it came stays withdrawn, whatever is retried later', async () => {
  const release = sampleRelease();
  await website.handle(withdrawal(release));
  await website.prepare(release);
  await website.go(release);
  expect((await website.get(policy(release.bundleId))).status).toBe(404); // readers never knew it: no tombstone
  expect((await website.get(interpretation(release.bundleId))).status).toBe(404);
});

test('an older release whose go comes late does not replace the newer one, nor its tombstone', async () => {
  const older = sampleRelease();
  const newer = sampleRelease(older.bundleId);
  for (const release of [older, newer]) await website.prepare(release);
  await website.go(newer, newer.key, '2026-03-17T01:00:00.000Z');
  const late = await website.go(older, older.key, '2026-03-16T01:00:00.000Z');
  expect((await website.get(policy(older.bundleId))).text()).toContain('2026-03-17 09:00');
  await website.handle(withdrawal(newer));
  await website.handle({ ...late, id: randomUUID() });
  expect((await website.get(policy(older.bundleId))).status).toBe(410);
});

test('while the site is being replayed new orders wait, and pages are served', async () => {
  const shown = sampleRelease();
  await website.prepare(shown);
  await website.go(shown);
  const next = sampleRelease();
  await website.prepare(next);
  const replayer = await openWebsiteDatabase(website.databaseUrl);
  const done = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const replay = replayer.replaying(async () => {
    begun.resolve();
    await done.promise;
  });
  await begun.promise;
  await expect(website.go(next)).rejects.toBeInstanceOf(TransientFailure); // held in its partition, never parked
  expect((await website.get(policy(shown.bundleId))).status).toBe(200);
  done.resolve();
  await replay;
  await website.go(next);
  expect((await website.get(policy(next.bundleId))).status).toBe(200);
  await replayer.close();
});

test('of a group nothing is public until the last member was told to go; then all of it is, in one switch', async () => {
  const group = [sampleRelease(), sampleRelease(), sampleRelease()];
  for (const member of group) await website.prepare(member);
  const pages = group.flatMap(({ bundleId }) => [policy(bundleId), interpretation(bundleId)]);
  let ended = false;
  const looks: number[] = [];
  const reader = (async () => {
    while (!ended) {
      // Backwards and forwards: whatever was seen first must not be ahead of what was seen later.
      for (const order of [pages, pages.toReversed()]) {
        const statuses: number[] = [];
        for (const page of order) statuses.push((await website.get(page)).status);
        looks.push(...statuses);
        const firstPublic = statuses.indexOf(200);
        if (firstPublic >= 0) expect(statuses.slice(firstPublic).every((status) => status === 200)).toBe(true);
      }
    }
  })();
  const [first, ...others] = group;
  if (!first) throw new Error('no group');
  await website.go(first, first.key, undefined, group);
  expect((await website.get(policy(first.bundleId))).status).toBe(404);
  expect(website.statesOf(first)).not.toContain('live');
  await Promise.all(others.map((member) => website.go(member, member.key, undefined, group)));
  ended = true;
  await reader;
  expect(looks).toContain(404);
  for (const page of pages) expect((await website.get(page)).status).toBe(200);
  await website.settled();
  for (const member of group) expect(website.statesOf(member)).toContain('live');
});

test('a group of which one member was taken back never becomes public', async () => {
  const [one, other] = [sampleRelease(), sampleRelease()];
  for (const member of [one, other]) await website.prepare(member);
  await website.go(one, one.key, undefined, [one, other]);
  await website.handle(one.event('release.rolled-back.v1', { reason: '同批回退' }));
  await website.go(other, other.key, undefined, [one, other]);
  for (const { bundleId } of [one, other]) expect((await website.get(policy(bundleId))).status).toBe(404);
  expect(website.statesOf(one)).toContain('discarded');
});

test('what a later document did, and 有效性, stand on every page at once, and the pages are still the sealed ones', async () => {
  const [older, later] = [sampleRelease(), sampleRelease()];
  for (const each of [older, later]) {
    await website.prepare(each);
    await website.go(each);
  }
  const before = await website.get(policy(older.bundleId));
  expect(Buffer.from(before.body).toString()).toContain('<span id="validity">有效</span>');
  const act = older.event('release.amended.v1', {
    act: 'abolish',
    on: '2027-01-01',
    reason: '已有新办法 <b>',
    by: { releaseId: later.releaseId, bundleId: later.bundleId },
  });
  await website.handle(act);
  await website.handle(act);
  await website.handle(older.event('release.validity.v1', { validity: 'abolished', since: '2027-01-01' }));
  await website.handle(older.event('release.validity.v1', { validity: 'in-force', since: '2026-03-16' })); // late news
  for (const path of [policy(older.bundleId), interpretation(older.bundleId)]) {
    const { body } = await website.get(path);
    expect(Buffer.from(body).toString()).toContain(
      `由<a href="/policies/${later.bundleId}/">《${secrets.title}》</a>废止`,
    );
    expect(Buffer.from(body).toString()).toContain('已有新办法 &lt;b&gt;');
    const sealed = older.files.find((file) => publicPath(older.bundleId, file.path) === path);
    expect(Buffer.from(clearSlots(body, 'text/html')).toString()).toBe(sealed?.plain.toString());
  }
  expect(Buffer.from((await website.get(policy(older.bundleId))).body).toString()).toContain(
    '<span id="validity">废止</span>',
  );
  const amended = website.published.filter(
    ({ data }) => data.releaseId === older.releaseId && data.state === 'amended',
  );
  expect(new Set(amended.map(({ id }) => id)).size).toBe(1);
  expect(amended[0]?.data).toMatchObject({ about: later.releaseId, channel: 'website' });
});

test('a second try after a refusal speaks for itself', async () => {
  const release = sampleRelease();
  const good = release.files;
  release.files = good.map((file) => ({ ...file, sealed: Buffer.from('damaged') }));
  await website.prepare(release);
  await website.go(release);
  expect(website.statesOf(release)).toContain('refused');
  release.files = good;
  await website.prepare(release, 2);
  await website.go(release, release.key, undefined, [], 2);
  await website.settled();
  const told = website.published.filter(({ data }) => data.releaseId === release.releaseId).map(({ data }) => data);
  expect(told).toContainEqual(expect.objectContaining({ state: 'verified', attempt: 2 }));
  expect(told).toContainEqual(expect.objectContaining({ state: 'refused', attempt: 1 }));
});

test('asked to show what readers get already, it reads that back once more and speaks for the later try', async () => {
  const release = sampleRelease();
  await website.prepare(release);
  await website.go(release);
  await website.settled();
  await website.prepare(release, 2);
  await website.go(release, release.key, undefined, [], 2);
  await website.settled();
  const told = website.published.filter(({ data }) => data.releaseId === release.releaseId).map(({ data }) => data);
  for (const state of ['ready', 'live', 'verified'])
    expect(told).toContainEqual(expect.objectContaining({ state, attempt: 2 }));
});

test('an inspection says what readers really get, and changes nothing', async () => {
  const release = sampleRelease();
  const inspected = async () => {
    const inspectionId = randomUUID();
    await website.handle(release.event('release.inspect.v1', { inspectionId, channels: ['website'] }));
    const answer = () =>
      website.published.find(({ data }) => 'inspectionId' in data && data.inspectionId === inspectionId);
    await expect.poll(answer).toBeDefined();
    return answer()?.data;
  };
  expect(await inspected()).toMatchObject({ state: 'absent', digests: [] });
  await website.prepare(release);
  expect(await inspected()).toMatchObject({ state: 'staged', digests: [] });
  await website.go(release);
  expect(await inspected()).toMatchObject({ state: 'public', detail: null });
  await website.handle(
    release.event('release.withdrawn.v1', { reason: '依据变化', withdrawnAt: '2026-03-17T01:00:00.000Z' }),
  );
  expect(await inspected()).toMatchObject({ state: 'withdrawn', digests: [] });
});
