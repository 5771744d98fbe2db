import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealObject } from '../../activities/releases/sealed-staging.ts';
import { openWebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { type OwnWebsite, startOwnWebsite } from '../support/own-website.ts';
import { type SampleRelease, sampleRelease, startWebsite } from '../support/website.ts';

// At one T0 many bundles are told to go in the same moment; they share transactions and sends.
let website: OwnWebsite;

beforeAll(async () => {
  website = await startOwnWebsite();
});
afterAll(() => website?.stop());

const status = async ({ bundleId }: SampleRelease) => (await website.get(`/policies/${bundleId}/`)).status;
const statuses = (releases: SampleRelease[]) => Promise.all(releases.map(status));
const prepared = async (count: number) => {
  const releases = Array.from({ length: count }, () => sampleRelease());
  for (const release of releases) await website.prepare(release);
  return releases;
};

/** A release whose catalogue is sealed as it should be, and is none. */
function brokenRelease() {
  const release = sampleRelease();
  const files = release.files.map((file) => {
    if (file.path !== 'catalogue.json') return file;
    const plain = Buffer.from('{"catalogueVersion":1}');
    return {
      ...file,
      plain,
      sealed: sealObject(release.key, { releaseId: release.releaseId, path: file.path }, plain),
    };
  });
  return { ...release, files };
}

test('of releases that go together each has its own outcome: one that is refused or poisoned holds up no other', async () => {
  const [wrongKey, ...sound] = await prepared(8);
  const never = sampleRelease();
  const broken = brokenRelease();
  await website.prepare(broken);
  if (!wrongKey) throw new Error('none');
  const results = await Promise.allSettled([
    ...sound.slice(0, 3).map((release) => website.go(release)),
    website.go(wrongKey, Buffer.alloc(32, 1)),
    website.go(broken),
    website.go(never),
    ...sound.slice(3).map((release) => website.go(release)),
  ]);
  await website.settled();
  expect(results.map(({ status: result }) => result)).toEqual([
    ...['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ...['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
  ]);
  expect(new Set(await statuses(sound))).toEqual(new Set([200]));
  expect(await statuses([wrongKey, never, broken])).toEqual([404, 404, 404]);
  expect(website.statesOf(wrongKey)).toEqual(['ready', 'refused']);
  expect(website.statesOf(never)).toEqual(['refused']);
  expect(website.statesOf(broken)).toEqual(['ready']);
  for (const release of sound) expect(website.statesOf(release)).toEqual(['ready', 'live', 'verified']);
});

test('what came with prepare is still in memory: it counts only while the database holds the same', async () => {
  const [changed, ...sound] = await prepared(3);
  if (!changed) throw new Error('none');
  const client = new pg.Client({ connectionString: website.databaseUrl });
  await client.connect();
  await client.query(
    "update staged_object set ciphertext = ciphertext || '\\x00' where release_id = $1 and path = $2",
    [changed.releaseId, 'index.html'],
  );
  await client.end();
  await Promise.all([changed, ...sound].map((release) => website.go(release)));
  expect(await statuses([changed, ...sound])).toEqual([404, 200, 200]);
  expect(website.statesOf(changed)).toEqual(['ready', 'refused']);
});

test('what one instance prepared another lets go, which reads it from the database', async () => {
  const releases = await prepared(3);
  const other = await startWebsite(website.databaseUrl, website.stagingDir);
  await Promise.all(releases.map((release) => other.go(release)));
  await other.stop();
  expect(await statuses(releases)).toEqual([200, 200, 200]);
});

test('orders that come twice, beside each other and again, change nothing and say the same', async () => {
  const releases = await prepared(4);
  const orders = await Promise.all(releases.map((release) => website.go(release)));
  await Promise.all([...orders, ...orders].map((order) => website.handle(order)));
  await website.settled();
  await Promise.all(orders.map((order) => website.handle(order)));
  expect(new Set(await statuses(releases))).toEqual(new Set([200]));
  const live = website.published.filter(
    ({ data }) => data.state === 'live' && releases.some(({ releaseId }) => releaseId === data.releaseId),
  );
  expect(live.length).toBeGreaterThan(releases.length);
  expect(new Set(live.map(({ id }) => id)).size).toBe(releases.length);
});

test('members of a group and others in one batch: the group waits for its last member, the others do not', async () => {
  const [first, second, last, other] = await prepared(4);
  if (!first || !second || !last || !other) throw new Error('none');
  const group = [first, second, last];
  const go = (member: SampleRelease) => website.go(member, member.key, undefined, group);
  await Promise.all([go(first), website.go(other), go(second)]);
  expect(await statuses([...group, other])).toEqual([404, 404, 404, 200]);
  const next = sampleRelease();
  await website.prepare(next);
  await Promise.all([website.go(next), go(last)]);
  expect(await statuses([...group, next])).toEqual([200, 200, 200, 200]);
  await website.settled();
  for (const member of group) expect(website.statesOf(member)).toContain('live');
});

test('a newer release takes the place of what its bundle showed, and a late one does not, in one batch too', async () => {
  const olds = await prepared(2);
  await Promise.all(olds.map((old) => website.go(old)));
  const [newer, older] = olds.map(({ bundleId }) => sampleRelease(bundleId));
  if (!newer || !older) throw new Error('none');
  for (const release of [newer, older]) await website.prepare(release);
  await Promise.all([
    website.go(newer, newer.key, '2026-03-18T01:00:00.000Z'),
    website.go(older, older.key, '2026-03-10T01:00:00.000Z'),
  ]);
  const shown = await Promise.all(
    olds.map(async ({ bundleId }) => (await website.get(`/policies/${bundleId}/`)).text()),
  );
  expect(shown[0]).toContain('2026-03-18 09:00');
  expect(shown[1]).toContain('2026-03-16 09:00');
  await website.handle(newer.event('release.rolled-back.v1', { reason: '回退' }));
  expect((await website.get(`/policies/${newer.bundleId}/`)).text()).toContain('2026-03-16 09:00');
});

test('有效性 that stands there already when the core says it makes no page anew', async () => {
  const [release] = await prepared(1);
  if (!release) throw new Error('none');
  await website.go(release);
  const site = await openWebsiteDatabase(website.databaseUrl);
  const version = async () => (await site.reads.pointersSince(0)).find(({ bundleId }) => bundleId === release.bundleId);
  const before = await version();
  await website.handle(release.event('release.validity.v1', { validity: 'in-force', since: '2026-03-16' }));
  expect(await version()).toEqual(before);
  await website.handle(release.event('release.validity.v1', { validity: 'expired', since: '2027-03-16' }));
  expect((await version())?.version).toBeGreaterThan(before?.version ?? 0);
  await site.close();
});
