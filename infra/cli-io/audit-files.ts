import { readFile } from 'node:fs/promises';
import { auditFiles } from '../audit/files.ts';

/** The text of a file that somebody named. Throws what the file system says. */
export const readText = (path: string): Promise<string> => readFile(path, 'utf8');

/** What the worker of this data directory signed, and the key to check it; null where it made none yet. */
export async function localCheckpoints(dataDir: string): Promise<{ checkpoints: string; publicKey: string } | null> {
  const files = auditFiles(dataDir);
  try {
    return { checkpoints: await readText(files.checkpoints), publicKey: await readText(files.publicKey) };
  } catch {
    return null;
  }
}
