import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { refusePath } from '../../activities/bundles/paths.ts';
import {
  BUNDLE_LIMITS,
  type BundleSource,
  type RefusedFile,
  type SourceFile,
  UnreadableFile,
} from '../../activities/bundles/source.ts';
import { fileFinding } from '../../activities/documents/file-finding.ts';
import { linkRefusal } from './zip.ts';

const MAX_DEPTH = 16;

/** A bundle as a directory. Links and special files inside are refused unopened; nothing outside is ever read. */
export async function openDirectory(path: string): Promise<BundleSource> {
  const root = await realpath(path);
  const files: SourceFile[] = [];
  const refused: RefusedFile[] = [];
  let total = 0;
  let entries = 0;

  const walk = async (directory: string, depth: number): Promise<boolean> => {
    const inside = await readdir(directory, { withFileTypes: true }).catch(() => null);
    if (inside === null) {
      refused.push(damagedRefusal(relative(root, directory).split(sep).join('/') || '.'));
      return true;
    }
    for (const entry of inside) {
      const full = join(directory, entry.name);
      const name = relative(root, full).split(sep).join('/');
      entries += 1;
      if (entries > BUNDLE_LIMITS.entries || depth > MAX_DEPTH) return false;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !(await walk(full, depth + 1))) return false;
        continue;
      }
      const refusal = entry.isFile() ? refusePath(name) : linkRefusal(name);
      if (refusal) {
        refused.push(refusal);
        continue;
      }
      const bytes = await sizeOf(full);
      if (bytes === null) {
        refused.push(damagedRefusal(name));
        continue;
      }
      total += bytes;
      if (total > BUNDLE_LIMITS.totalBytes) return false;
      files.push({ path: name, bytes });
    }
    return true;
  };
  const whole = await walk(root, 0);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));

  return {
    kind: 'directory',
    refused,
    findings: whole ? [] : [{ ...tooMuch(), item: 'bundle' }],
    list: async () => files,
    read: async (name) => {
      if (!files.some((file) => file.path === name)) throw new Error(`Not a file of this bundle: ${name}`);
      return readPlainFile(join(root, ...name.split('/')), name);
    },
  };
}

const tooMuch = () =>
  fileFinding(
    'FILE-TOO-LARGE',
    {
      zh: `目录里的文件超过 ${BUNDLE_LIMITS.entries} 个、200 MB 或者 ${MAX_DEPTH} 层。`,
      en: `The directory has more than ${BUNDLE_LIMITS.entries} files, 200 MB or ${MAX_DEPTH} levels.`,
    },
    {
      zh: '请检查目录是否选对，只放入政策包的文件。',
      en: 'Check that it is the right directory, with the bundle alone in it.',
    },
  );

/** Null where the file may not be read, or is gone. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    await using file = await openPlain(path);
    return (await file.stat()).size;
  } catch {
    return null;
  }
}

// O_NOFOLLOW and O_NONBLOCK: a file swapped for a link or a pipe after the listing is not followed and does not hang.
const openPlain = (path: string) => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);

/** Reads a regular file with a limit; whatever else stands at the path by now is refused. */
export async function readPlainFile(path: string, name: string): Promise<Uint8Array> {
  try {
    await using file = await openPlain(path);
    const stat = await file.stat();
    if (!stat.isFile() || (await realpath(path)) !== path) throw new UnreadableFile(linkRefusal(name));
    if (stat.size > BUNDLE_LIMITS.entryBytes) throw new UnreadableFile(largeRefusal(name));
    return await file.readFile();
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(
      (error as NodeJS.ErrnoException).code === 'ELOOP' ? linkRefusal(name) : damagedRefusal(name),
    );
  }
}

export const largeRefusal = (path: string): RefusedFile => ({
  path,
  code: 'FILE-TOO-LARGE',
  message: {
    zh: '文件超过 50 MB。请压缩图片或者拆分文件。',
    en: 'The file is larger than 50 MB. Reduce its pictures or split it.',
  },
});

const damagedRefusal = (path: string): RefusedFile => ({
  path,
  code: 'FILE-CORRUPT',
  message: {
    zh: '文件无法读取。请检查文件是否还在、是否有读取权限。',
    en: 'The file cannot be read. Check that it is still there and may be read.',
  },
});
