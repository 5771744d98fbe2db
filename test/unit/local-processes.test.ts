import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { down } from '../../infra/local/down.ts';
import { prepareDataDir } from '../../infra/local/layout.ts';
import { withLock } from '../../infra/local/lock.ts';
import { endProcess, identify, isRunning } from '../../infra/local/process-identity.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-processes-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function sleeper() {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('sleep did not start');
  return identity;
}

test('a number that another process holds by now is not taken for the one recorded', async () => {
  const mine = identify(process.pid);
  const recycled = { pid: process.pid, startedAt: `${mine?.startedAt}0` };
  expect(isRunning(recycled)).toBe(false);
  expect(await endProcess(recycled)).toBe('not running'); // and this test still runs
});

test('a recorded process is ended, and ending it again is no error', async () => {
  const identity = await sleeper();
  expect(await endProcess(identity)).toBe('ended');
  expect(await endProcess(identity)).toBe('not running');
});

test('a lock is held by one at a time', async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(`${name} out`);
  };
  await Promise.all([withLock(join(dir, 'lock'), work('a')), withLock(join(dir, 'lock'), work('b'))]);
  expect(order.map((entry) => entry.split(' ')[1])).toEqual(['in', 'out', 'in', 'out']);
});

test('the lock of a killed holder is taken over', async () => {
  const holder = await sleeper();
  await mkdir(join(dir, 'lock'));
  await writeFile(join(dir, 'lock/owner.json'), JSON.stringify(holder));
  await endProcess(holder);
  expect(await withLock(join(dir, 'lock'), async () => 'mine')).toBe('mine');
  expect(await readdir(dir)).toEqual([]);
});

test('a directory with files of somebody else is never made a data directory', async () => {
  await writeFile(join(dir, 'thesis.docx'), '');
  await expect(prepareDataDir(dir)).rejects.toMatchObject({ exitCode: 1 });
});

test('purge removes a data directory of ours, and refuses any other', async () => {
  const ours = join(dir, 'ours');
  const theirs = join(dir, 'theirs');
  await prepareDataDir(ours);
  await mkdir(theirs);
  expect(await down({ dataDir: ours, purge: true })).toEqual({ stopped: [], removed: [ours] });
  await expect(down({ dataDir: theirs, purge: true })).rejects.toMatchObject({ exitCode: 1 });
  expect(await readdir(dir)).toEqual(['theirs']);
});
