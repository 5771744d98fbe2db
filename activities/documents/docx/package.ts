import { posix } from 'node:path';
import { fileFinding } from '../file-finding.ts';
import { corrupt, DocumentRefused } from '../refusal.ts';
import { scanXml } from '../xml.ts';
import { openArchive, type ZipEntry } from '../zip.ts';

export const PACKAGE_LIMITS = {
  entries: 2000,
  totalBytes: 200 * 1024 * 1024,
  entryBytes: 50 * 1024 * 1024,
  ratio: 100,
  ratioFloorBytes: 5 * 1024 * 1024,
};

export type Relationship = { type: string; target: string; external: boolean };

/** An OOXML package. Part names have no leading slash. */
export type OoxmlPackage = {
  names: string[];
  has(part: string): boolean;
  /** Inflates a part; one at a time, so that a large package needs no more memory than its largest part. */
  read(part: string): Promise<Uint8Array>;
  contentType(part: string): string;
  /** Relationships of a part by id; of the package itself for ''. */
  relationships: Map<string, Map<string, Relationship>>;
  mainPart: string | null;
};

/** Indexes a package within the limits. Throws DocumentRefused or ArchiveRefused. */
export async function openPackage(bytes: Uint8Array): Promise<OoxmlPackage> {
  const parts = new Map<string, ZipEntry>();
  const lower = new Set<string>();
  for (const entry of await openArchive(bytes, PACKAGE_LIMITS)) {
    if (entry.directory) continue;
    const name = entry.name.replace(/^\//, '');
    // Part names are equal without regard to case (ECMA-376-2 §9.1); readers differ in which of two they take.
    if (lower.has(name.toLowerCase())) throw duplicateEntry();
    lower.add(name.toLowerCase());
    parts.set(name, entry);
  }
  const types = readContentTypes(await parts.get('[Content_Types].xml')?.read());
  const relationships = new Map<string, Map<string, Relationship>>();
  for (const [name, entry] of parts) {
    const owner = /^(.*?)_rels\/([^/]*)\.rels$/.exec(name);
    if (owner) relationships.set(`${owner[1]}${owner[2]}`, readRelationships(await entry.read(), owner[1] ?? ''));
  }
  const main = [...(relationships.get('')?.values() ?? [])].find((relation) => relation.type === 'officeDocument');
  return {
    names: [...parts.keys()],
    has: (part) => parts.has(part),
    read: async (part) => {
      const entry = parts.get(part);
      if (!entry) throw corrupt('缺少部件', 'a part is missing');
      return entry.read();
    },
    relationships,
    mainPart: main && !main.external ? main.target : null,
    contentType: types,
  };
}

const duplicateEntry = () =>
  new DocumentRefused(
    fileFinding(
      'FILE-DUPLICATE-ENTRY',
      {
        zh: '文件内部有同名的部件，无法确定以哪个为准。',
        en: 'Two parts inside the file have one name; which counts is unknown.',
      },
      {
        zh: '请用 Word 或 WPS 打开，另存为新的 .docx 后提交。',
        en: 'Open it in Word or WPS, save it as a new .docx and submit that.',
      },
    ),
  );

function readContentTypes(xml: Uint8Array | undefined): (part: string) => string {
  if (!xml) throw corrupt('缺少 [Content_Types].xml', 'it has no [Content_Types].xml');
  const byExtension = new Map<string, string>();
  const byName = new Map<string, string>();
  scanXml(xml, {
    open(name, attributes) {
      const type = attributes('ContentType') ?? '';
      if (name === 'ct:Default') byExtension.set((attributes('Extension') ?? '').toLowerCase(), type);
      if (name === 'ct:Override') byName.set((attributes('PartName') ?? '').replace(/^\//, '').toLowerCase(), type);
    },
    close() {},
    text() {},
  });
  return (part) => {
    const extension = posix.extname(part).slice(1).toLowerCase();
    return byName.get(part.toLowerCase()) ?? byExtension.get(extension) ?? '';
  };
}

function readRelationships(xml: Uint8Array, folder: string): Map<string, Relationship> {
  const found = new Map<string, Relationship>();
  scanXml(xml, {
    open(name, attributes) {
      if (name !== 'rel:Relationship') return;
      const target = attributes('Target') ?? '';
      const type = (attributes('Type') ?? '').split('/').at(-1) ?? '';
      // A scheme or a double slash leaves the package even where the mode does not say so.
      const external =
        /^external$/i.test(attributes('TargetMode') ?? '') || /^([a-z][a-z0-9+.-]*:|[\\/]{2})/i.test(target);
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      found.set(attributes('Id') ?? '', { type, external, target: external ? target : posix.normalize(path) });
    },
    close() {},
    text() {},
  });
  return found;
}
