import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { BackupManifest } from '../../schemas/backup.ts';
import { Digest } from '../../schemas/text.ts';
import { BackupRefusal } from './refusal.ts';

type BackupFile = BackupManifest['files'][number];

export const manifestName = 'manifest.json';
export const eventKeysPath = 'keys/event-keys.json';
export const tablePath = (table: string): string => `tables/${table}.copy`;

/** Counts and digests what goes through. */
function meter() {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: Digest.parse(hash.digest('hex')) }) };
}

export async function digestOfFile(path: string): Promise<Omit<BackupFile, 'path'>> {
  const { stream, result } = meter();
  stream.resume();
  await pipeline(createReadStream(path), stream);
  return result();
}

/** A new file of a backup, on the disk when this returns; for nobody else to read. */
export async function writeBackupFile(root: string, path: string, content: Readable | Uint8Array): Promise<BackupFile> {
  const { stream, result } = meter();
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const source = content instanceof Readable ? content : Readable.from([Buffer.from(content)]);
  await pipeline(source, stream, createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }));
  return { path, ...result() };
}

export const listOrNone = (directory: string): Promise<string[]> =>
  readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

/** A directory that a backup may take the place of: none, an empty one, or an earlier backup. */
export async function requireRoomFor(directory: string): Promise<void> {
  const entries = await listOrNone(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return ['.'];
    throw error;
  });
  if (entries.length === 0 || (await looksLikeBackup(directory))) return;
  throw new BackupRefusal(
    {
      zh: '目录里有别的文件，不是以前的备份，没有动它。',
      en: 'The directory holds other files, no earlier backup; it was left alone.',
    },
    { zh: '换一个空目录或新目录。', en: 'Name an empty directory, or one that is not there yet.' },
    directory,
  );
}

const Format = z.object({ format: z.literal('lockstep-backup') });

async function looksLikeBackup(directory: string): Promise<boolean> {
  try {
    return Format.safeParse(JSON.parse(await readFile(join(directory, manifestName), 'utf8'))).success;
  } catch {
    return false;
  }
}

/**
 * Gives a finished backup its name. An earlier one makes way under the name `….previous` first, so that at every
 * instant, also of a power cut, one whole backup lies there.
 */
export async function putInPlace(finished: string, directory: string): Promise<void> {
  const previous = `${directory}.previous`;
  await requireRoomFor(previous);
  await rm(previous, { recursive: true, force: true });
  await rename(directory, previous).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(finished, directory);
  const parent = await open(dirname(directory));
  await parent.sync().finally(() => parent.close());
  await rm(previous, { recursive: true, force: true });
}
