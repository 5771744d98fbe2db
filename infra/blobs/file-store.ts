import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { permanent } from '../../schemas/failures.ts';
import { Digest } from '../../schemas/text.ts';

/**
 * A blob store in a directory: `<dir>/ab/abcd…`, written under another name, synced, then renamed. Bytes that lie there
 * damaged are written anew.
 */
export function createFileBlobStore(directory: string): BlobStore {
  const pathOf = (digest: Digest) => join(directory, digest.slice(0, 2), Digest.parse(digest));
  const has = (digest: Digest) =>
    stat(pathOf(digest)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  return {
    has,
    async put(bytes) {
      const digest = digestOf(bytes);
      if ((await has(digest)) && digestOf(await readFile(pathOf(digest))) === digest) return digest;
      const path = pathOf(digest);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${randomUUID()}`;
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync(); // an approval must not outlive the bytes it was given for
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return digest;
    },
    async get(digest) {
      const bytes = await readFile(pathOf(digest)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        throw permanent('StagingDamaged', { zh: `内容库中没有 ${digest}`, en: `The blob store has no ${digest}` });
      });
      if (digestOf(bytes) !== digest) {
        throw permanent('StagingDamaged', { zh: `内容 ${digest} 已损坏`, en: `Blob ${digest} is damaged` });
      }
      return bytes;
    },
  };
}
