import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { dataLayout } from '../../infra/local/layout.ts';
import { CliRefusal } from '../../schemas/cli.ts';
import { readPosts } from '../../services/cli/prober/followers.ts';
import { officeAtWork } from '../support/office-at-work.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';
import { added, countPublic } from '../support/what-the-public-sees.ts';

let system: OwnSystem;
let office: ReturnType<typeof officeAtWork>;
let scratch: string;
/** Public all the while; and one whose gates are open, for whoever tries to sign during an outage. */
let old: string;
let inReview: string;
const waiting: string[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-down-'));
  system = await startOwnSystem({ breakable: true });
  office = officeAtWork(system, scratch);
  const { prepared, publish, submit, copyOfExample } = office;
  waiting.push(...(await Promise.all(Array.from({ length: 5 }, prepared))));
  old = waiting.pop() ?? '';
  await publish(old);
  await office.page(old); // somebody has read it: what nobody reads is not in the site's memory
  inReview = (await submit(await copyOfExample())).bundleId;
}, 600_000);
afterAll(async () => {
  await system?.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** Arms the next bundle, takes something away before T0, and looks from outside once T0 is over. */
async function outageAtT0(away: () => Promise<void> | void, back: () => Promise<void> | void) {
  let mended = false;
  const mend = async () => {
    if (!mended) await back();
    mended = true;
  };
  onTestFinished(mend); // one that fails must not take the others with it
  const bundleId = waiting.pop() ?? '';
  const before = await countPublic(system);
  await office.arm(bundleId, '+8s');
  const { plan } = await office.status(bundleId);
  await away();
  await sleep(Math.max(0, Date.parse(plan?.t0 ?? '') - Date.now()) + 1_000);
  return {
    bundleId,
    /** What left the house although something was missing. */
    outside: async () => added(before, await countPublic(system)),
    async endsReleasedOnce() {
      await mend();
      await office.reached(bundleId, 'released');
      const { articlesPerPost, mailboxes, policies } = added(before, await countPublic(system));
      expect(articlesPerPost).toHaveLength(1);
      expect(mailboxes.length).toBeGreaterThan(0);
      expect(new Set(mailboxes).size).toBe(mailboxes.length);
      expect(policies).toEqual([bundleId]);
    },
  };
}
const nothing = { articlesPerPost: [], mailboxes: [], policies: [] };
const commits = async (bundleId: string) =>
  (await system.core.query('select from release where bundle_id = $1', [bundleId])).rowCount;

/** Signing fails, and says in both languages what is away; afterwards the gate is where its rows are. */
async function refusesToSign(): Promise<void> {
  const { code, out } = await office.run('--as', 'reviewer-legal', 'gate', 'sign', inReview, 'legal', '--json');
  expect(code).not.toBe(0);
  const { error } = CliRefusal.parse(JSON.parse(out));
  expect(error).toMatchObject({ type: 'DependencyDown' });
  expect(error.message.zh).toMatch(/\p{Script=Han}/u);
  expect(error.message.en).toMatch(/[a-z]/);
}
async function gateIsWhereItsRowIs(): Promise<void> {
  const { rows } = await system.core.query('select gate from decision where bundle_id = $1', [inReview]);
  const { gates } = await office.status(inReview);
  expect(gates.filter(({ state }) => state !== 'open').map(({ gate }) => gate)).toEqual(rows.map(({ gate }) => gate));
}

test('I19: without PostgreSQL at T0 nothing is committed or signed, and what was public stays so', async () => {
  const release = await outageAtT0(
    () => system.postgres?.cut(),
    () => system.postgres?.heal(),
  );
  expect(await release.outside()).toEqual(nothing);
  expect(await office.page(old)).toMatchObject({ status: 200 });
  expect(await commits(release.bundleId)).toBe(0);
  await refusesToSign();
  await release.endsReleasedOnce();
  await gateIsWhereItsRowIs();
});

test('I19: without Temporal at T0 nothing is committed or signed, and what was public stays so', async () => {
  const release = await outageAtT0(
    () => system.temporal?.cut(),
    () => system.temporal?.heal(),
  );
  expect(await release.outside()).toEqual(nothing);
  expect(await office.page(old)).toMatchObject({ status: 200 });
  expect(await commits(release.bundleId)).toBe(0);
  await refusesToSign();
  await release.endsReleasedOnce();
  await gateIsWhereItsRowIs();
});

test('I19: without Kafka at T0 no channel hears of the release, and each does once it is back', async () => {
  const release = await outageAtT0(
    () => system.kafka?.kill(),
    () => system.kafka?.start(),
  );
  expect(await release.outside()).toEqual(nothing);
  expect(await office.page(old)).toMatchObject({ status: 200 });
  await release.endsReleasedOnce();
});

test('I19: while the website hangs at T0 nothing that cannot be undone goes out; nor twice, with every channel killed', async () => {
  const posts = async () => readPosts(await (await fetch(`${system.wechatUrl}/followers`)).text()).size;
  const before = await posts();
  const release = await outageAtT0(
    () => system.kill9('website', 'SIGSTOP'),
    async () => {
      for (const channel of ['website', 'new-media', 'press']) await system.kill9(channel);
      await expect
        .poll(() =>
          fetch(system.websiteUrl).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(200);
    },
  );
  await expect.poll(() => commits(release.bundleId)).toBe(1);
  expect(await posts()).toBe(before); // the post waits for the website
  await release.endsReleasedOnce();
});

test('I19: without its store of contents nothing is taken in, the answer says so, and then it is', async () => {
  const { blobs } = dataLayout(system.dataDir);
  const bundle = await office.copyOfExample();
  await rename(blobs, `${blobs}.away`);
  await writeFile(blobs, ''); // nor can it be made anew
  const { code, out } = await office.run('--as', 'meng-chunhe', 'submit', bundle, '--json');
  await rm(blobs);
  await rename(`${blobs}.away`, blobs);
  expect(code).not.toBe(0);
  const { error } = CliRefusal.parse(JSON.parse(out));
  expect(error.message.zh).toMatch(/\p{Script=Han}/u);
  await office.submit(bundle);
});
