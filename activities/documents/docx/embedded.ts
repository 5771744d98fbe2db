import { sniff } from '../file-type.ts';
import type { DocumentModel } from '../model.ts';
import { openArchive } from '../zip.ts';
import { PACKAGE_LIMITS } from './package.ts';
import { readLooseText } from './properties.ts';

/**
 * Text of an object inside the document (a workbook behind a chart, a document in a document, an OLE object): no reader
 * of the page sees it, everyone who downloads the file has it.
 */
export async function readEmbedded(bytes: Uint8Array, part: string, model: DocumentModel, depth = 1): Promise<void> {
  const limits = { ...PACKAGE_LIMITS, totalBytes: PACKAGE_LIMITS.totalBytes / 4 };
  if (sniff(bytes) !== 'zip') return readStrings(bytes, part, model);
  for (const entry of await openArchive(bytes, limits)) {
    if (entry.directory) continue;
    const name = `${part}!${entry.name}`;
    const content = await entry.read();
    if (/\.(xml|rels)$/i.test(entry.name)) {
      if (/(^|\/)(theme|styles|_rels|fontTable)|\[Content_Types\]/i.test(entry.name)) continue;
      readLooseText(content, name, 'embedded-object', model);
    } else if (sniff(content) === 'zip' && depth < 3) await readEmbedded(content, name, model, depth + 1);
    else readStrings(content, name, model);
  }
}

const MAX_STRINGS = 500;

/** Runs of Chinese in a binary (OLE keeps text in UTF-16 or in the code page), so that a mark in one is found. */
export function readStrings(bytes: Uint8Array, part: string, model: DocumentModel): void {
  const texts = new Set<string>();
  // Piece by piece: as one string a large object would not fit into the heap of the reader.
  for (let start = 0; start < bytes.byteLength; start += WINDOW) {
    for (const text of stringsIn(bytes.subarray(start, start + WINDOW + OVERLAP))) texts.add(text);
    if (texts.size >= MAX_STRINGS) break;
  }
  for (const text of texts) model.asides.push({ kind: 'embedded-object', text, part, author: null, paragraph: null });
}

const WINDOW = 1024 * 1024;
/** Longer than the longest run that is looked for, so that one on the border is whole in one of the two pieces. */
const OVERLAP = 1024;

function* stringsIn(bytes: Uint8Array): Generator<string> {
  for (const encoding of ['utf-16le', 'utf-8', 'gb18030']) {
    // UTF-16 text may begin at an odd byte of the container.
    for (const from of encoding === 'utf-16le' ? [0, 1] : [0]) {
      const text = new TextDecoder(encoding).decode(bytes.subarray(from));
      for (const [run] of text.matchAll(/[\u4e00-\u9fa5][\u4e00-\u9fa5\u3000-\u303f\uff00-\uffef★\d A-Za-z]{2,200}/g)) {
        if (COMMON.test(run)) yield run;
      }
    }
  }
}

/** Random bytes make rare characters; a text of an office has one of these in a few. */
const COMMON = /[的是在不了有和人这中大为上个国我以要他时来用们密级机绝内部件保存资料件政府区市关于年月日号]/;
