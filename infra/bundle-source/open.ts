import { readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { BUNDLE_LIMITS, type BundleSource } from '../../activities/bundles/source.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { openDirectory, readPlainFile } from './directory.ts';
import { openZip } from './zip.ts';

/** The path given by a person leads to nothing that can be read (usage error, not a finding). */
export class BundleNotFound extends Error {
  readonly text: Bilingual;
  constructor(text: Bilingual) {
    super(`${text.zh} / ${text.en}`);
    this.text = text;
  }
}

/**
 * Opens a bundle directory, a .zip of one, or a single document. Throws BundleNotFound where there is nothing to read;
 * all that is wrong inside comes as `findings` and `refused`.
 */
export async function openBundle(path: string): Promise<BundleSource> {
  const stats = await stat(path).catch(() => {
    throw new BundleNotFound({
      zh: `找不到 ${path}，或者没有读取权限。`,
      en: `There is no ${path}, or it may not be read.`,
    });
  });
  if (stats.isDirectory()) return openDirectory(path);
  if (!stats.isFile())
    throw new BundleNotFound({ zh: `${path} 不是文件或者目录。`, en: `${path} is no file or directory.` });
  if (/\.zip$/i.test(path)) {
    if (stats.size > BUNDLE_LIMITS.totalBytes) {
      throw new BundleNotFound({ zh: `${path} 超过 200 MB。`, en: `${path} is larger than 200 MB.` });
    }
    return openZip(
      await readFile(path).catch(() => {
        throw new BundleNotFound({ zh: `${path} 没有读取权限。`, en: `${path} may not be read.` });
      }),
    );
  }
  return openDocument(await realpath(path), basename(path), stats.size);
}

/** One document, checked by itself: there is no manifest, and rules about the bundle as a whole do not apply. */
function openDocument(path: string, name: string, bytes: number): BundleSource {
  return {
    kind: 'document',
    findings: [],
    refused: [],
    list: async () => [{ path: name, bytes }],
    read: () => readPlainFile(path, name),
  };
}
