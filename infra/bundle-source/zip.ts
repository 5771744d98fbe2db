import { refusePath } from '../../activities/bundles/paths.ts';
import {
  BUNDLE_LIMITS,
  type BundleSource,
  type RefusedFile,
  type SourceFile,
  UnreadableFile,
} from '../../activities/bundles/source.ts';
import { fileFinding } from '../../activities/documents/file-finding.ts';
import { ArchiveRefused, openArchive, type ZipEntry } from '../../activities/documents/zip.ts';
import type { Finding } from '../../schemas/finding.ts';

/** A bundle packed as zip, held in memory (the API's upload, or a file of the CLI). Never unpacked to disk. */
export async function openZip(bytes: Uint8Array): Promise<BundleSource> {
  let entries: ZipEntry[];
  try {
    entries = await openArchive(bytes, BUNDLE_LIMITS);
  } catch (error) {
    if (error instanceof ArchiveRefused) return closed(bundleFinding(error));
    throw error;
  }
  const accepted = new Map<string, ZipEntry>();
  const refused: RefusedFile[] = [];
  // Names are compared as Windows and macOS compare them: there the second file would overwrite the first.
  const taken = new Set<string>();
  for (const entry of entries) {
    if (entry.directory && entry.bytes === 0) continue;
    const refusal = entry.symbolicLink ? linkRefusal(entry.name) : refusePath(entry.name);
    const key = entry.name.normalize('NFC').toLowerCase();
    if (refusal) refused.push(refusal);
    else if (taken.has(key)) refused.push(duplicate(entry.name));
    else accepted.set(entry.name, entry);
    taken.add(key);
  }
  const prefix = commonFolder([...accepted.keys()]);
  const files: SourceFile[] = [...accepted]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, entry]) => ({ path: name.slice(prefix.length), bytes: entry.bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    kind: 'zip',
    findings: [],
    refused: refused.map((file) => ({
      ...file,
      path: file.path.startsWith(prefix) ? file.path.slice(prefix.length) : file.path,
    })),
    list: async () => files,
    read: async (path) => {
      const entry = accepted.get(prefix + path);
      if (!entry) throw new Error(`Not a file of this bundle: ${path}`);
      try {
        return await entry.read();
      } catch (error) {
        if (!(error instanceof ArchiveRefused)) throw error;
        throw new UnreadableFile({ path, code: error.code, message: error.text });
      }
    },
  };
}

/** People pack the folder rather than the files in it: then all of it, manifest.json too, lies one level down. */
function commonFolder(names: string[]): string {
  if (names.includes('manifest.json')) return '';
  const folders = new Set(names.filter((name) => !name.startsWith('__MACOSX/')).map((name) => name.split('/')[0]));
  const [folder] = folders;
  return folders.size === 1 && names.includes(`${folder}/manifest.json`) ? `${folder}/` : '';
}

const closed = (finding: Finding): BundleSource => ({
  kind: 'zip',
  findings: [finding],
  refused: [],
  list: async () => [],
  read: async (path) => {
    throw new Error(`Not a file of this bundle: ${path}`);
  },
});

const bundleFinding = (error: ArchiveRefused): Finding => ({
  ...fileFinding(error.code, error.text, {
    zh: '请重新打包政策包后提交。',
    en: 'Pack the bundle again and submit it.',
  }),
  item: 'bundle',
});

export const linkRefusal = (path: string): RefusedFile => ({
  path,
  code: 'FILE-PATH-UNSAFE',
  message: {
    zh: '政策包里有符号链接或者特殊文件，没有打开。请换成普通文件。',
    en: 'The bundle holds a symbolic link or a special file, which was not opened. Put a plain file there.',
  },
});

const duplicate = (path: string): RefusedFile => ({
  path,
  code: 'FILE-DUPLICATE-ENTRY',
  message: {
    zh: '压缩包中有两个同名条目（不分大小写），无法确定以哪个为准。请重新打包。',
    en: 'The archive has two entries of one name (letter case aside), and which one counts is unknown. Pack it again.',
  },
});
