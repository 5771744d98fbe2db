import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupManifest } from '../../schemas/backup.ts';
import { Digest } from '../../schemas/text.ts';
import { digestOfFile, manifestName, tablePath } from './files.ts';
import type { Progress } from './progress.ts';
import { BackupRefusal } from './refusal.ts';

export type CheckedBackup = { directory: string; manifest: BackupManifest; manifestSha256: Digest };

const anotherCopy = { zh: '换另一份备份。', en: 'Take another copy of the backup, or an earlier one.' };

/** Reads a whole backup and compares every file with the manifest. @throws BackupRefusal naming the files that differ */
export async function checkBackup(directory: string, { report, signal }: Progress): Promise<CheckedBackup> {
  const { manifest, manifestSha256 } = await readManifest(directory);
  const step = report.step('核对备份 check');
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const bad: { path: string; zh: string; en: string }[] = [];
  let done = 0;
  for (const { path, bytes, sha256 } of manifest.files) {
    signal.throwIfAborted();
    step.progress(path, total === 0 ? 1 : done / total);
    const found = await digestOfFile(join(directory, path)).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) bad.push({ path, zh: '读不了', en: `cannot be read (${found.code ?? found.message})` });
    else if (found.sha256 !== sha256) bad.push({ path, zh: '被改动或损坏', en: 'was changed or damaged' });
    done += bytes;
  }
  const listed = new Set(manifest.files.map(({ path }) => path));
  for (const { name } of manifest.tables) {
    if (!listed.has(tablePath(name)))
      bad.push({ path: tablePath(name), zh: '清单里没有', en: 'is not in the manifest' });
  }
  if (bad.length === 0) {
    step.done(`${manifest.files.length} 个文件 files`);
    return { directory, manifest, manifestSha256 };
  }
  step.failed(`${bad.length}`);
  const told = bad.slice(0, 10);
  const more = bad.length - told.length;
  throw new BackupRefusal(
    {
      zh: `备份已损坏，什么都没有改动：${told.map(({ path, zh }) => `${path} ${zh}`).join('；')}${more > 0 ? `；另有 ${more} 个文件` : ''}。`,
      en: `The backup is damaged, and nothing was changed: ${told.map(({ path, en }) => `${path} ${en}`).join('; ')}${more > 0 ? `; and ${more} more files` : ''}.`,
    },
    anotherCopy,
    directory,
  );
}

async function readManifest(directory: string): Promise<Omit<CheckedBackup, 'directory'>> {
  const path = join(directory, manifestName);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new BackupRefusal(
      {
        zh: '这里没有备份：manifest.json 读不了。',
        en: `There is no backup here: manifest.json cannot be read (${error.code}).`,
      },
      { zh: '写出备份所在的目录。', en: 'Name the directory that the backup was written to.' },
      directory,
    );
  });
  const { data, error } = BackupManifest.safeParse(jsonOrUndefined(bytes.toString('utf8')));
  if (!data) {
    throw new BackupRefusal(
      {
        zh: '备份的 manifest.json 不能用。',
        en: `manifest.json of the backup cannot be used: ${z.prettifyError(error)}`,
      },
      anotherCopy,
      path,
    );
  }
  return { manifest: data, manifestSha256: Digest.parse(createHash('sha256').update(bytes).digest('hex')) };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
