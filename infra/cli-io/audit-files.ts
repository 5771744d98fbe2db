import { readFile } from 'node:fs/promises';
import { readEvidenceFiles } from '../audit/evidence-files.ts';

/** The text of a file that somebody named. Throws what the file system says. */
export const readText = (path: string): Promise<string> => readFile(path, 'utf8');

/**
 * What the worker of this data directory signed, and every key to check it, one after the other; `asides` are from before
 * a restore. Null where it made no key yet.
 */
export async function localCheckpoints(
  dataDir: string,
): Promise<{ checkpoints: string; publicKey: string; asides: string[] } | null> {
  const { checkpoints, asides, publicKeys } = await readEvidenceFiles(dataDir);
  if (publicKeys.length === 0) return null;
  return {
    checkpoints: checkpoints ?? '',
    publicKey: publicKeys.map(({ text }) => text).join('\n'),
    asides: asides.map(({ text }) => text),
  };
}
