import { crc32 } from 'node:zlib';
import type { Digest } from '../../../schemas/text.ts';
import { digestOf } from '../../digest.ts';
import { imageHeader } from '../image.ts';

export type DisplayImage = { sha256: Digest; mediaType: 'image/png' | 'image/jpeg'; bytes: Uint8Array; alt: string };

/** A picture as it will be published, without any metadata; null where it is neither PNG nor JPEG. */
export function publicImage(bytes: Uint8Array, alt: string): DisplayImage | null {
  const mediaType = imageHeader(bytes)?.mediaType;
  if (!mediaType) return null;
  const stripped = stripMetadata(bytes);
  if (!stripped) return null;
  return { sha256: digestOf(stripped), mediaType, bytes: stripped, alt };
}

/**
 * Removes everything that is no picture: EXIF with its position, XMP, IPTC, comments, text chunks, and what trails the
 * end of the image (some cameras append a video). Pixels are untouched. Null where the file does not hold its format.
 */
export function stripMetadata(bytes: Uint8Array): Uint8Array | null {
  const mediaType = imageHeader(bytes)?.mediaType;
  if (mediaType === 'image/png') return stripPng(bytes);
  return mediaType === 'image/jpeg' ? stripJpeg(bytes) : null;
}

/** Chunks that decide how a PNG looks. */
const PNG_KEPT = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'sBIT',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
]);

function stripPng(bytes: Uint8Array): Uint8Array | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [buffer.subarray(0, 8)];
  for (let at = 8; at + 12 <= buffer.length; ) {
    const length = buffer.readUInt32BE(at);
    const type = buffer.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > buffer.length || crc32(buffer.subarray(at + 4, end - 4)) !== buffer.readUInt32BE(end - 4)) return null;
    if (PNG_KEPT.has(type)) kept.push(buffer.subarray(at, end));
    if (type === 'IEND') return Buffer.concat(kept);
    at = end;
  }
  return null;
}

function stripJpeg(bytes: Uint8Array): Uint8Array | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [buffer.subarray(0, 2)];
  for (let at = 2; at + 4 <= buffer.length; ) {
    if (buffer[at] !== 0xff) return null;
    const marker = buffer[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const end = at + 2 + buffer.readUInt16BE(at + 2);
    if (end > buffer.length) return null;
    const content = buffer.subarray(at + 4, end);
    if (marker === 0xe1) {
      const turned = orientation(content);
      if (turned) kept.push(turned);
    } else if (isLook(marker, content)) kept.push(buffer.subarray(at, end));
    at = end;
    if (marker !== 0xda) continue;
    at = endOfScan(buffer, at);
    kept.push(buffer.subarray(end, at));
    if (buffer[at + 1] === 0xd9) return Buffer.concat([...kept, Buffer.from([0xff, 0xd9])]);
  }
  return null;
}

/** APP0 (JFIF), APP14 (Adobe's colour transform) and a colour profile decide the look; other APPn and comments do not. */
function isLook(marker: number, content: Buffer): boolean {
  if (marker === 0xe2) return content.toString('latin1', 0, 11) === 'ICC_PROFILE';
  return marker === 0xee || !((marker >= 0xe1 && marker <= 0xef) || marker === 0xfe);
}

/** An EXIF segment with nothing but the way the camera was held, or null: without it the picture would lie on its side. */
function orientation(content: Buffer): Buffer | null {
  if (content.toString('latin1', 0, 4) !== 'Exif' || content.length < 16) return null;
  const tiff = content.subarray(6);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12;
    const value = short(at + 8);
    if (short(at) !== 0x0112 || value < 2 || value > 8) continue;
    const segment = Buffer.from('ffe1002245786966000049492a0008000000010012010300010000000000000000000000', 'hex');
    segment.writeUInt16LE(value, 28);
    return segment;
  }
  return null;
}

/** Entropy-coded data ends at a marker that is neither a stuffed zero nor a restart. */
function endOfScan(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(0xff, from); at >= 0 && at + 1 < buffer.length; at = buffer.indexOf(0xff, at + 1)) {
    const marker = buffer[at + 1] ?? 0;
    if (marker !== 0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) return at;
  }
  return buffer.length;
}
