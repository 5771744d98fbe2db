import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import type { Bilingual } from '../../schemas/text.ts';

export type ZipLimits = {
  entries: number;
  totalBytes: number;
  entryBytes: number;
  ratio: number;
  ratioFloorBytes: number;
};

export type ZipEntry = {
  /** As decoded, unchecked. */
  name: string;
  bytes: number;
  directory: boolean;
  symbolicLink: boolean;
  /** Inflates with counted bytes and checks the length and CRC that the directory declares. Throws ArchiveRefused. */
  read(): Promise<Uint8Array>;
};

export class ArchiveRefused extends Error {
  readonly code: 'FILE-CORRUPT' | 'FILE-TOO-LARGE' | 'FILE-ENCRYPTED';
  readonly text: Bilingual;
  constructor(code: ArchiveRefused['code'], text: Bilingual) {
    super(text.en);
    this.code = code;
    this.text = text;
  }
}

const corrupt = () =>
  new ArchiveRefused('FILE-CORRUPT', {
    zh: '文件损坏或者不完整，无法读取。请重新导出或者重新打包。',
    en: 'The file is damaged or incomplete and cannot be read. Export or pack it again.',
  });

const tooLarge = (zh: string, en: string) =>
  new ArchiveRefused('FILE-TOO-LARGE', {
    zh: `${zh}。请压缩图片或者拆分文件。`,
    en: `${en}. Reduce its pictures or split it.`,
  });

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/**
 * Opens a zip held in memory (a bundle or an OOXML package) and returns its entries; nothing is inflated yet. Refused
 * by declared sizes here, by counted bytes in `read`: a directory can lie, and entries can share one run of data.
 */
export async function openArchive(bytes: Uint8Array, limits: ZipLimits): Promise<ZipEntry[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = await fromBufferPromise(buffer, { decodeStrings: false }).catch(() => {
    throw corrupt();
  });
  if (zip.entryCount > limits.entries) throw tooManyEntries(zip.entryCount, limits.entries);
  const entries: ZipEntry[] = [];
  const budget = { left: limits.totalBytes };
  let declared = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.length >= limits.entries) throw tooManyEntries(zip.entryCount, limits.entries);
      declared += entry.uncompressedSize;
      entries.push({
        name: entryName(entry),
        bytes: entry.uncompressedSize,
        directory: entry.fileNameRaw.at(-1) === 0x2f,
        // Unix mode in the upper half of the attributes; S_IFLNK.
        symbolicLink: ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000,
        read: () => readEntry(buffer, zip, entry, limits, budget),
      });
    }
  } catch (error) {
    throw error instanceof ArchiveRefused ? error : corrupt();
  }
  const largest = Math.max(0, ...entries.map((entry) => entry.bytes));
  if (declared > limits.totalBytes || largest > limits.entryBytes) {
    throw tooLarge('解压后的体积超过限制', 'Unpacked, the file is larger than allowed');
  }
  if (declared > limits.ratioFloorBytes && declared > limits.ratio * bytes.byteLength) {
    throw tooLarge(`压缩比超过 ${limits.ratio}`, `Its compression ratio is above ${limits.ratio}`);
  }
  return entries;
}

/** A data descriptor takes up to 24 bytes, and some writers align entries; what is longer is data. */
const SLACK = 64;

/**
 * Bytes of a zip that belong to no entry: before, between and after them, and the archive's comment. No reader that
 * follows the directory sees them, and whoever gets the file has them. Call after `openArchive` accepted the bytes.
 */
export async function looseBytes(bytes: Uint8Array): Promise<Uint8Array[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = await fromBufferPromise(buffer, { decodeStrings: false });
  const directory = Number(zip.readEntryCursor);
  const ranges: [start: number, end: number][] = [];
  for await (const entry of zip.eachEntry()) {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    ranges.push([entry.relativeOffsetOfLocalHeader, fileDataStart + entry.compressedSize]);
  }
  const loose: Uint8Array[] = [];
  let end = 0;
  for (const [start, stop] of [...ranges.sort((a, b) => a[0] - b[0]), [directory, directory] as const]) {
    if (start - end > SLACK) loose.push(buffer.subarray(end, start));
    end = Math.max(end, stop);
  }
  const comment = buffer.subarray(buffer.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 22);
  return comment.length > 0 ? [...loose, comment] : loose;
}

const tooManyEntries = (count: number, limit: number) =>
  tooLarge(
    `压缩包有 ${count} 个条目，超过 ${limit} 个`,
    `The archive has ${count} entries, more than the ${limit} allowed`,
  );

/** Zip programs on Chinese Windows write GBK without saying so; the format's own default would be CP437. */
function entryName(entry: Entry): string {
  const declared =
    (entry.generalPurposeBitFlag & 0x800) !== 0 || entry.extraFields.some((field) => field.id === 0x7075);
  if (declared) return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(entry.fileNameRaw);
    } catch {}
  }
  return getFileNameLowLevel(0, entry.fileNameRaw, [], true);
}

async function readEntry(
  buffer: Buffer,
  zip: ZipFile,
  entry: Entry,
  limits: ZipLimits,
  budget: { left: number },
): Promise<Uint8Array> {
  if (entry.isEncrypted()) {
    throw new ArchiveRefused('FILE-ENCRYPTED', {
      zh: '压缩包有密码，无法检查。请去除密码后重新提交。',
      en: 'The archive has a password and cannot be checked. Remove the password and submit it again.',
    });
  }
  const room = Math.min(limits.entryBytes, budget.left);
  let content: Uint8Array;
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = buffer.subarray(fileDataStart, fileDataStart + entry.compressedSize);
    if (entry.compressionMethod === 0) content = packed;
    else if (entry.compressionMethod === 8) content = await inflate(packed, { maxOutputLength: Math.max(room, 1) });
    else throw corrupt();
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge('解压后的体积超过限制', 'Unpacked, the file is larger than allowed');
    }
    throw error instanceof ArchiveRefused ? error : corrupt();
  }
  budget.left -= content.byteLength;
  if (budget.left < 0) throw tooLarge('解压后的体积超过限制', 'Unpacked, the file is larger than allowed');
  if (content.byteLength !== entry.uncompressedSize || crc32(content) !== entry.crc32) throw corrupt();
  return content;
}
