import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from './files.ts';
import { identify, isRunning, ProcessIdentity } from './process-identity.ts';

/**
 * Who uses the backing services of a data directory. Two test runs, or a start and a benchmark, may share them; the
 * last to leave stops them. A user that was killed does not count. All calls are made under the directory's lock.
 */
export async function takeLease(dir: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, `${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2, 8)}.json`);
  await writeJson(path, identify(process.pid));
  return { release: () => rm(path, { force: true }) };
}

/** Counts the users that are still alive, and forgets the others. */
export async function liveLeases(dir: string): Promise<number> {
  let live = 0;
  for (const file of await readdir(dir).catch(() => [])) {
    const holder = await readJson(join(dir, file), ProcessIdentity);
    if (holder && isRunning(holder)) live += 1;
    else await rm(join(dir, file), { force: true });
  }
  return live;
}
