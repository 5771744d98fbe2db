import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliReconciled } from '../../schemas/reconcile.ts';
import { officeAtWork } from '../support/office-at-work.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';
import { added, countPublic } from '../support/what-the-public-sees.ts';

let system: OwnSystem;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-restore-'));
  system = await startOwnSystem();
});
afterAll(async () => {
  await system.stop();
  await rm(scratch, { recursive: true, force: true });
});

async function reconcile(...options: string[]) {
  const { code, out, err } = await officeAtWork(system, scratch).run(
    '--as',
    'operator',
    'reconcile',
    ...options,
    '--json',
  );
  expect([0, 1], err).toContain(code);
  return { code, ...CliReconciled.parse(JSON.parse(out)) };
}

test('what went out after the backup is known again from the log, nothing goes twice, and only then releases go out', async () => {
  const { prepared, arm, reached, publish, page, lockstep } = officeAtWork(system, scratch);
  const before = await countPublic(system);
  const old = await prepared();
  await publish(old);
  // The workflow of one outlives the restore and is ahead of the rows; that of the other is lost with its rows.
  const [remembered, forgotten, hidden] = await Promise.all([prepared(), prepared(), prepared()]);
  const backup = join(scratch, 'backup');
  await lockstep('backup', backup);
  for (const bundleId of [remembered, forgotten]) await arm(bundleId, '+5s');
  for (const bundleId of [remembered, forgotten]) await reached(bundleId, 'released');
  const outside = await countPublic(system);
  expect(added(before, outside).policies.sort()).toEqual([old, remembered, forgotten].sort());

  await system.withoutProcesses(() => lockstep('--as', 'operator', 'restore', backup, '--replace'));
  const connection = await Connection.connect({ address: system.temporalAddress });
  await new Client({ connection }).workflow.getHandle(`bundle-${forgotten}`).terminate('lost with the rows');
  await connection.close();

  const look = await reconcile('--clear');
  expect(look).toMatchObject({ code: 1, cleared: false, restored: expect.anything() });
  const ahead = new Set(look.drifts.filter(({ kind }) => kind === 'log-ahead').map(({ bundleId }) => bundleId));
  expect(ahead).toEqual(new Set([remembered, forgotten]));
  await arm(hidden, '+5s');
  expect(await reconcile('--repair', '--clear')).toMatchObject({ cleared: false, restored: expect.anything() });
  await reached(hidden, 'held'); // its instant comes while releases are off
  await expect
    .poll(() => reconcile('--clear'), { timeout: 60_000 })
    .toMatchObject({
      ...{ code: 0, drifts: [], repaired: [], cleared: true, restored: null },
    });
  expect(await page(hidden)).toMatchObject({ status: 404 });
  expect(added(outside, await countPublic(system))).toEqual({ articlesPerPost: [], mailboxes: [], policies: [] });
  for (const bundleId of [old, remembered, forgotten]) await reached(bundleId, 'released');
  const { rows } = await system.core.query('select bundle_id from release order by bundle_id');
  expect(rows.map(({ bundle_id }) => bundle_id)).toEqual([old, remembered, forgotten].sort());

  // Releases go out again, and what was adopted can be withdrawn like any other.
  await lockstep('--as', 'leader', 'release', 'resume', hidden, '--at', '+5s');
  await reached(hidden, 'released');
  await lockstep('--as', 'leader', 'withdraw', forgotten, '--reason', '核对完毕');
  await expect.poll(async () => (await page(forgotten)).status).toBe(410);
  await lockstep('replay', 'website');
  expect(await page(forgotten)).toMatchObject({ status: 410, text: expect.stringContaining('核对完毕') });
});
