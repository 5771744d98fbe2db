import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BundleNotFound } from './open.ts';

const MANIFEST = 'manifest.json';
const PACKED = 'bundle.zip';
/** Bundles lie in a directory, or one group of directories below it. */
const MAX_DEPTH = 2;

/** `several` where the path is a directory of bundles, be it of one. */
export type FoundBundles = { paths: string[]; several: boolean };

/**
 * What a path given to `lockstep check` stands for: a bundle (directory with its manifest, or .zip), a single document,
 * or a directory of those. A directory with nothing of the kind is taken for a bundle, and told what it lacks.
 */
export async function findBundles(path: string): Promise<FoundBundles> {
  const stats = await stat(path).catch(() => null);
  if (!stats) {
    throw new BundleNotFound({
      zh: `找不到 ${path}，或者没有读取权限。`,
      en: `There is no ${path}, or it may not be read.`,
    });
  }
  if (!stats.isDirectory()) return { paths: [path], several: false };
  const names = await readdir(path);
  if (names.includes(MANIFEST)) return { paths: [path], several: false };
  if (names.includes(PACKED)) return { paths: [join(path, PACKED)], several: false };
  const paths = await below(path, 1);
  return paths.length === 0 ? { paths: [path], several: false } : { paths, several: true };
}

async function below(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isFile() && /\.(zip|docx)$/i.test(entry.name) && !entry.name.startsWith('~$')) found.push(path);
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const names = await readdir(path);
    if (names.includes(MANIFEST)) found.push(path);
    else if (names.includes(PACKED)) found.push(join(path, PACKED));
    else if (depth < MAX_DEPTH) found.push(...(await below(path, depth + 1)));
  }
  return found;
}
