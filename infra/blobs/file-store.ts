import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { permanent } from '../../schemas/failures.ts';
import { Digest } from '../../schemas/text.ts';

/**
 * A blob store in a directory: `<dir>/ab/abcd…`, written under another name, synced, then renamed. Bytes that lie there
 * damaged are written anew. What time or a person can mend without touching the blob (a full disk, a mount that is gone)
 * is thrown as `TransientFailure`, so that no record is parked and no release given up for it.
 */
export function createFileBlobStore(directory: string): BlobStore {
  const pathOf = (digest: Digest) => join(directory, digest.slice(0, 2), Digest.parse(digest));
  const has = (digest: Digest) =>
    stat(pathOf(digest)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw away(directory, error);
      },
    );
  return {
    has,
    async put(bytes) {
      const digest = digestOf(bytes);
      const path = pathOf(digest);
      try {
        if ((await has(digest)) && digestOf(await readFile(path)) === digest) return digest;
        await write(path, bytes);
      } catch (error) {
        throw away(directory, error);
      }
      return digest;
    },
    async get(digest) {
      const bytes = await readFile(pathOf(digest)).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw away(directory, error);
        // A directory that is not there is not taken for a blob that is not there.
        await stat(directory).catch((missing) => Promise.reject(away(directory, missing)));
        throw permanent('StagingDamaged', { zh: `内容库中没有 ${digest}`, en: `The blob store has no ${digest}` });
      });
      if (digestOf(bytes) !== digest) {
        throw permanent('StagingDamaged', { zh: `内容 ${digest} 已损坏`, en: `Blob ${digest} is damaged` });
      }
      return bytes;
    },
  };
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync(); // an approval must not outlive the bytes it was given for
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }); // on a full disk each try would leave the half that fitted
    throw error;
  }
}

const away = (directory: string, cause: unknown): TransientFailure =>
  cause instanceof TransientFailure
    ? cause
    : new TransientFailure(
        `内容库 ${directory} 暂时不可用，稍后会再试 / The blob store ${directory} cannot be used and will be tried again: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
