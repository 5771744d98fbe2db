import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Manifest } from '../../schemas/bundle.ts';
import { CliSubmitted, DemoResult } from '../../schemas/cli.ts';
import { Coverage } from '../../schemas/coverage.ts';
import { CliReconciled } from '../../schemas/reconcile.ts';
import { ChangesAnswer } from '../../schemas/revision-change.ts';
import { officeAtWork } from '../support/office-at-work.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';
import { added, countPublic } from '../support/what-the-public-sees.ts';

let system: OwnSystem;
let scratch: string;
let office: ReturnType<typeof officeAtWork>;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-after-'));
  system = await startOwnSystem();
  office = officeAtWork(system, scratch);
});
afterAll(async () => {
  await system.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** A bundle that the demonstration has released. */
async function released() {
  const { code, out, err } = await system.lockstep('demo', '--lead', '2', '--json');
  expect(code, err + out).toBe(0);
  return DemoResult.parse(JSON.parse(out));
}

test('an abolition goes through the gates to every channel of the original, and the original shows it', async () => {
  const { lockstep, status, publish, page } = office;
  const { bundleId } = await released();
  const before = await countPublic(system);
  const notice = join(scratch, 'notice.md');
  await writeFile(notice, '# 公告\n\n经区政府同意，自即日起废止该文件。\n\n青禾区人民政府\n\n2026年11月24日\n');
  const submitted = CliSubmitted.parse(
    await lockstep(
      ...['--as', 'meng-chunhe', 'amend', bundleId, '--act', 'abolish'],
      ...['--reason', '已有新的规定', '--notice', notice],
    ),
  );
  expect((await status(submitted.bundleId)).gates.map(({ gate }) => gate)).toEqual([
    'political',
    'legal',
    'secrecy',
    'wording',
  ]);
  await publish(submitted.bundleId);

  await expect.poll(async () => (await page(bundleId)).text).toContain('<span id="validity">废止</span>');
  expect((await page(bundleId)).text).toContain(`<a href="/policies/${submitted.bundleId}/">`);
  expect(await status(bundleId)).toMatchObject({ state: 'released', validity: 'abolished' });
  await expect
    .poll(async () => Coverage.parse(await lockstep('coverage', bundleId)).acts.map(({ whole }) => whole))
    .toEqual([true]);
  const coverage = Coverage.parse(await lockstep('coverage', bundleId));
  expect(coverage.acts[0]?.channels.map(({ channel, reached: there }) => `${channel} ${there}`).sort()).toEqual([
    'press-pack true',
    'website true',
    'wechat true',
  ]);
  const news = added(before, await countPublic(system));
  expect(news.articlesPerPost).toEqual([1]); // the notice itself, and nothing of the original again
});

test('a new revision keeps the decisions whose parts did not change, and shows what voided the others', async () => {
  const { copyOfExample, submit, signAll, reached, status, lockstep, publish } = office;
  const path = await copyOfExample();
  const { bundleId } = await submit(path);
  await signAll(bundleId);
  await reached(bundleId, 'prepared');
  const manifest = Manifest.parse(JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')));
  const shorter = { ...manifest, variants: { ...manifest.variants, wechat: { shortTitle: '惠企措施来了' } } };
  await writeFile(join(path, 'manifest.json'), JSON.stringify(shorter));
  const second = await submit(path);
  expect(second).toMatchObject({ bundleId, revision: 2 });
  await expect
    .poll(async () => (await status(bundleId)).gates.map(({ gate, state, carriedFrom }) => [gate, state, carriedFrom]))
    .toEqual([
      ['political', 'open', null],
      ['legal', 'signed', 1],
      ['secrecy', 'open', null],
      ['wording', 'open', null],
    ]);
  const { revisions } = ChangesAnswer.parse(await lockstep('--as', 'reviewer-wording', 'changes', bundleId));
  expect(revisions[0]).toMatchObject({ revision: 2, fromRevision: 1, kept: ['legal'] });
  expect(revisions[0]?.changes.map(({ part }) => part)).toEqual(['variants']);
  expect(revisions[0]?.changes[0]?.hunks).toContainEqual({
    op: 'added',
    text: expect.stringContaining('惠企措施来了'),
  });
  await publish(bundleId);
});

test('a group goes out in one commit; a member that is held keeps all of it back', async () => {
  const { prepared, lockstep, reached, page } = office;
  const members = [await prepared(), await prepared()];
  await lockstep('--as', 'leader', 'release', 'group', ...members, '--at', '+10s');
  await lockstep('--as', 'leader', 'release', 'hold', members[1] ?? '', '--reason', '等待通知');
  await reached(members[0] ?? '', 'held');
  for (const bundleId of members) expect((await page(bundleId)).status).toBe(404);

  await lockstep('--as', 'leader', 'release', 'group', ...members, '--at', '+10s'); // the held come back by it
  for (const bundleId of members) await reached(bundleId, 'released');
  const { rows } = await system.core.query('select committed_at from release where bundle_id = any($1)', [members]);
  expect(new Set(rows.map(({ committed_at }) => committed_at.getTime?.() ?? committed_at)).size).toBe(1);
});

test('reconcile rebuilds a lost workflow from the rows, and shows readers again what a channel has lost', async () => {
  const { lockstep, reached, page } = office;
  const { bundleId } = await released();
  const before = await countPublic(system);
  const connection = await Connection.connect({ address: system.temporalAddress });
  await new Client({ connection }).workflow.getHandle(`bundle-${bundleId}`).terminate('an operator’s mistake');
  await connection.close();
  const site = new pg.Client({ connectionString: system.databaseUrl('lockstep_website') });
  await site.connect();
  await site.query('delete from pointer where bundle_id = $1', [bundleId]);
  await site.query('delete from release where bundle_id = $1', [bundleId]);
  await site.query('update pointer_version set version = version + 1');
  await site.end();

  const look = await system.lockstep('--as', 'operator', 'reconcile', '--json');
  expect(look.code, look.err).toBe(1);
  const kinds = CliReconciled.parse(JSON.parse(look.out)).drifts.filter((drift) => drift.bundleId === bundleId);
  expect(kinds.map(({ kind, channel }) => `${kind} ${channel}`).sort()).toEqual([
    'not-public website',
    'workflow-lost null',
  ]);
  await system.lockstep('--as', 'operator', 'reconcile', '--repair', '--json');
  await reached(bundleId, 'released');
  expect((await page(bundleId)).status).toBe(200);
  await expect
    .poll(async () => (await system.lockstep('--as', 'operator', 'reconcile', '--json')).code, { timeout: 60_000 })
    .toBe(0);
  const { articlesPerPost, mailboxes } = added(before, await countPublic(system));
  expect({ articlesPerPost, mailboxes }).toEqual({ articlesPerPost: [], mailboxes: [] }); // nobody was notified again
  await lockstep('--as', 'leader', 'withdraw', bundleId, '--reason', '核对完毕');
  await expect.poll(async () => (await page(bundleId)).status).toBe(410);
});
