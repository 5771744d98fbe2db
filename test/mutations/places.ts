import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutation } from './mutation.ts';

/** Entries whose text does not stand exactly once in its file: nobody knows any more which guard they take out. */
export async function misplaced(mutations: readonly Mutation[], root: string): Promise<string[]> {
  const strayed: string[] = [];
  for (const { guard, file, find } of mutations) {
    const times = (await readFile(join(root, file), 'utf8')).split(find).length - 1;
    if (times !== 1) strayed.push(`${file}, ${guard}: ${times} times ${find}`);
  }
  return strayed;
}
