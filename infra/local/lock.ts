import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, ProcessIdentity } from './process-identity.ts';

/**
 * Runs `work` while holding the directory `path` as a lock between processes. `mkdir` either makes it or fails, so two
 * starts can't both hold it; a holder that was killed is recognised by its process, and its lock is taken over.
 * `onWait` is called once when somebody else holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: (holder: number) => void): Promise<T> {
  await acquire(path, onWait);
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function acquire(path: string, onWait?: (holder: number) => void): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  let ownerless = 0;
  for (;;) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'owner.json'), JSON.stringify(identify(process.pid)));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readOwner(path);
    // Between mkdir and the owner's file lie a few milliseconds; a lock without owner for two seconds is a dead one.
    ownerless = owner === undefined ? ownerless + 1 : 0;
    if (owner === undefined ? ownerless > 20 : !isRunning(owner)) {
      await takeAway(path);
      ownerless = 0;
      continue;
    }
    if (owner && !told) {
      told = true;
      onWait?.(owner.pid);
    }
    await sleep(100);
  }
}

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return ProcessIdentity.parse(JSON.parse(await readFile(join(path, 'owner.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Renaming is atomic: of two that find the same dead lock, one takes it away and the other goes round again. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.dead-${process.pid}-${Date.now()}`;
  try {
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
