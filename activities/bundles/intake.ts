import { type Manifest, ManifestItem } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';
import { fileFinding } from '../documents/file-finding.ts';
import { mediaTypeOf } from '../documents/file-type.ts';
import { inspectFile } from '../documents/inspect.ts';
import { findConfusables } from './confusables.ts';
import { manifestFinding, parseManifest } from './manifest.ts';
import { refusePath, visible } from './paths.ts';
import { type BundleSource, type RefusedFile, UnreadableFile } from './source.ts';

/** A part of the bundle that may be looked into: it is there, is what the manifest says, and is of a type we read. */
export type IntakePart = { item: ManifestItem; bytes: Uint8Array; sha256: Digest };

export type Intake = { manifest: Manifest | null; parts: IntakePart[]; findings: Finding[] };

export const MANIFEST_FILE = 'manifest.json';

/**
 * 收件: reads a bundle from where it lies. Throws for nothing that a bundle may hold; with a finding of severity
 * `error` nothing may be stored, and `parts` lacks the files that were refused.
 */
export async function readBundle(source: BundleSource): Promise<Intake> {
  const findings = [...source.findings];
  if (source.findings.some((finding) => finding.severity === 'error')) return { manifest: null, parts: [], findings };
  if (source.kind === 'document') return readSingleDocument(source);

  const files = new Map((await source.list()).map((file) => [file.path.normalize('NFC'), file.path]));
  const manifestPath = files.get(MANIFEST_FILE);
  if (manifestPath === undefined) {
    findings.push(
      manifestFinding('MANIFEST-INVALID', 'manifest', '', {
        zh: '政策包中没有 manifest.json，或者它不能读取。',
        en: 'The bundle has no manifest.json, or it cannot be read.',
      }),
    );
    return { manifest: null, parts: [], findings: [...findings, ...refusals(source.refused, null)] };
  }
  const manifestBytes = await readOrRefusal(source, manifestPath);
  if (!(manifestBytes instanceof Uint8Array)) {
    return { manifest: null, parts: [], findings: [...findings, refusalFinding(manifestBytes, 'manifest')] };
  }
  const { manifest, findings: manifestFindings } = parseManifest(manifestBytes);
  findings.push(...manifestFindings);
  findings.push(...refusals(source.refused, manifest));
  if (!manifest) return { manifest, parts: [], findings };

  findings.push(...duplicates(manifest), ...confusables(manifest));
  const parts: IntakePart[] = [];
  for (const item of manifest.items) {
    const part = await readPart(source, files, item);
    if (Array.isArray(part)) findings.push(...part);
    else parts.push(part);
  }
  // A file name that is wrong in the manifest leaves its file unlisted: told once, where the mistake is.
  if (findings.length === 0) findings.push(...unlisted(manifest, [...files.keys()]));
  return { manifest, parts, findings };
}

async function readSingleDocument(source: BundleSource): Promise<Intake> {
  const [file] = await source.list();
  if (!file) return { manifest: null, parts: [], findings: refusals(source.refused, null) };
  const bytes = await readOrRefusal(source, file.path);
  if (!(bytes instanceof Uint8Array)) return { manifest: null, parts: [], findings: [refusalFinding(bytes, 'policy')] };
  const sha256 = digestOf(bytes);
  const item = ManifestItem.parse({
    id: 'policy',
    role: 'policy-document',
    file: file.path,
    mediaType: mediaTypeOf(file.path) ?? 'application/octet-stream',
    public: true,
    sha256,
    bytes: bytes.byteLength,
  });
  const findings = inspectFile({ ...item, bytes }).map((finding) => ({ ...finding, item: item.id }));
  return { manifest: null, parts: findings.length === 0 ? [{ item, bytes, sha256 }] : [], findings };
}

async function readPart(
  source: BundleSource,
  files: Map<string, string>,
  item: ManifestItem,
): Promise<IntakePart | Finding[]> {
  const refusal = refusePath(item.file);
  if (refusal) return [refusalFinding(refusal, item.id)];
  const path = files.get(item.file.normalize('NFC'));
  if (path === undefined) {
    const known = source.refused.find((refused) => refused.path === item.file);
    if (known) return []; // told by `refusals`
    return [
      missing(item, {
        zh: `清单列出的文件“${visible(item.file)}”不在政策包里。`,
        en: `The manifest lists "${visible(item.file)}", which is not in the bundle.`,
      }),
    ];
  }
  const bytes = await readOrRefusal(source, path);
  if (!(bytes instanceof Uint8Array)) return [refusalFinding(bytes, item.id)];
  const sha256 = digestOf(bytes);
  if (bytes.byteLength > 0 && (sha256 !== item.sha256 || bytes.byteLength !== item.bytes)) {
    return [
      missing(item, {
        zh: `文件“${visible(item.file)}”与清单登记的不是同一个：哈希值或者字节数不符。`,
        en: `"${visible(item.file)}" is not the file that the manifest registered: digest or size differ.`,
      }),
    ];
  }
  const findings = inspectFile({ mediaType: item.mediaType, file: item.file, bytes });
  if (findings.length > 0) return findings.map((finding) => ({ ...finding, item: item.id }));
  return { item, bytes, sha256 };
}

async function readOrRefusal(source: BundleSource, path: string): Promise<Uint8Array | RefusedFile> {
  try {
    return await source.read(path);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.refusal;
    throw error;
  }
}

const missing = (item: ManifestItem, message: Finding['message']): Finding => ({
  ...fileFinding('MANIFEST-MISSING-FILE', message, {
    zh: '请放入正确的文件，并重新生成清单。',
    en: 'Put the right file there and make the manifest again.',
  }),
  item: item.id,
});

const refusalFinding = (refused: RefusedFile, item: string): Finding => ({
  ...fileFinding(
    refused.code,
    refused.message,
    { zh: '请更正后重新打包提交。', en: 'Mend it, pack the bundle again and submit it.' },
    { quote: visible(refused.path) },
  ),
  item,
});

/** Refused files that an item names are told at the item, with the manifest's own name for it; others at the bundle. */
function refusals(refused: RefusedFile[], manifest: Manifest | null): Finding[] {
  const findings: Finding[] = [];
  for (const file of refused) {
    const item = manifest?.items.find((candidate) => candidate.file === file.path);
    if (!item) findings.push(refusalFinding(file, 'bundle'));
    else if (!refusePath(item.file)) findings.push(refusalFinding(file, item.id));
  }
  return findings;
}

function duplicates(manifest: Manifest): Finding[] {
  const findings: Finding[] = [];
  const ids = new Set<string>();
  const files = new Map<string, string>();
  for (const item of manifest.items) {
    if (ids.has(item.id)) {
      findings.push(
        manifestFinding('MANIFEST-DUPLICATE-ID', item.id, item.id, {
          zh: `有两件材料的编号都是“${item.id}”。`,
          en: `Two items have the id "${item.id}".`,
        }),
      );
    }
    ids.add(item.id);
    const key = item.file.normalize('NFC').toLowerCase();
    const other = files.get(key);
    if (other !== undefined && other !== item.id) {
      findings.push(
        manifestFinding('MANIFEST-INVALID', item.id, item.file, {
          zh: `材料“${other}”和“${item.id}”指向同一个文件“${visible(item.file)}”。`,
          en: `The items "${other}" and "${item.id}" name the same file "${visible(item.file)}".`,
        }),
      );
    }
    files.set(key, item.id);
  }
  return findings;
}

const FIELD = { title: '标题', documentNumber: '发文字号', issuingBody: '发文机关', draftingUnit: '起草单位' } as const;

function confusables(manifest: Manifest): Finding[] {
  const policy = manifest.items.find((item) => item.role === 'policy-document')?.id ?? 'manifest';
  const fields: [item: string, name: keyof typeof FIELD, value: string | null | undefined][] = [
    [policy, 'title', manifest.title],
    [policy, 'documentNumber', manifest.documentNumber],
    ['manifest', 'issuingBody', manifest.issuingBody],
    ['manifest', 'draftingUnit', manifest.draftingUnit],
    // An item's title mostly repeats the manifest's; the same words are told once.
    ...manifest.items
      .filter((item) => item.title !== manifest.title)
      .map((item): [string, 'title', string | undefined] => [item.id, 'title', item.title]),
  ];
  return fields.flatMap(([item, name, value]) => {
    const found = findConfusables(value ?? '');
    if (found.length === 0) return [];
    const list = found.map(({ quote, instead }) => `${visible(quote)}${instead ? `→${instead}` : ''}`).join('、');
    return [
      manifestFinding(
        'TEXT-CONFUSABLE',
        item,
        value ?? '',
        {
          zh: `${FIELD[name]}（${name}）中有形近异体字符或者看不见的字符：${list}。`,
          en: `${name} has characters that look like others or are invisible: ${list}.`,
        },
        { zh: '请删除后用输入法重新输入这些字。', en: 'Delete these characters and type them again.' },
      ),
    ];
  });
}

/** What systems and machines leave beside documents; nobody means to publish it. */
const LITTER = /(^|\/)(\.[^/]*|__MACOSX\/.*|Thumbs\.db|desktop\.ini|~\$[^/]*|[^/]*\.json)$/i;

/** A document that lies in the bundle and is not in the manifest would be left out in silence. */
function unlisted(manifest: Manifest, files: string[]): Finding[] {
  const listed = new Set(manifest.items.map((item) => item.file.normalize('NFC')));
  return files
    .filter((file) => !listed.has(file) && !LITTER.test(file))
    .map((file) => ({
      ...manifestFinding(
        'MANIFEST-UNLISTED-FILE',
        'bundle',
        file,
        {
          zh: `文件“${visible(file)}”在政策包里，但清单没有列出，不会审核也不会发布。`,
          en: `"${visible(file)}" lies in the bundle and is not in the manifest: it is neither reviewed nor released.`,
        },
        { zh: '需要的话请列入清单，不需要的话请移走。', en: 'List it in the manifest, or take it away.' },
      ),
      severity: 'warning' as const,
    }));
}
