import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';

const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (...given) => {
    const file = await real.open(...given);
    const write = file.writeFile.bind(file);
    file.writeFile = async (data) => {
      const bytes = data as Uint8Array;
      await write(bytes.subarray(0, disk.room));
      if (bytes.length > disk.room) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    return file;
  };
  return { ...real, open };
});

const directory = await mkdtemp(join(tmpdir(), 'lockstep-full-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
const files = async () =>
  (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

test('F14: a disk that is full at whatever byte keeps nothing, fails for now, and takes it once there is room', async () => {
  const store = createFileBlobStore(directory);
  const bytes = Buffer.from('解读材料 material');
  for (disk.room = 0; disk.room < bytes.length; disk.room++) {
    await expect(store.put(bytes)).rejects.toBeInstanceOf(TransientFailure);
    expect(await store.has(digestOf(bytes))).toBe(false);
    expect(await files()).toEqual([]);
  }
  expect(await store.put(bytes)).toBe(digestOf(bytes));
  expect(Buffer.from(await store.get(digestOf(bytes)))).toEqual(bytes);
});
