import exifr from 'exifr';
import type { ImagePart } from './model.ts';
import { corrupt, tooLarge } from './refusal.ts';

const MAX_PIXELS = 50_000_000;
const MAX_SIDE = 30_000;

/** Type and size of a PNG or JPEG from its own header; null where the bytes are neither. */
export function imageHeader(
  bytes: Uint8Array,
): { mediaType: 'image/png' | 'image/jpeg'; width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength >= 24 && view.getUint32(0) === 0x89504e47) {
    return { mediaType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (let at = 2; at + 9 < bytes.byteLength; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    // SOF0 to SOF15, without DHT, JPG and DAC that stand among them.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { mediaType: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Facts of a picture for the model: size, EXIF, position. Throws DocumentRefused where it is damaged or too large. */
export async function readImage(
  bytes: Uint8Array,
  part: string,
  altText: string | null,
  paragraph: number | null,
): Promise<ImagePart> {
  const header = imageHeader(bytes);
  if (!header || header.width === 0 || header.height === 0) throw corrupt('图片不完整', 'the picture is incomplete');
  if (header.width * header.height > MAX_PIXELS || Math.max(header.width, header.height) > MAX_SIDE) {
    throw tooLarge(
      `图片有 ${header.width}×${header.height} 像素`,
      `the picture has ${header.width}×${header.height} pixels`,
    );
  }
  const { metadata, gps } = await readMetadata(bytes);
  return {
    part,
    mediaType: header.mediaType,
    width: header.width,
    height: header.height,
    bytes: bytes.byteLength,
    altText,
    metadata,
    gps,
    paragraph,
  };
}

async function readMetadata(bytes: Uint8Array): Promise<Pick<ImagePart, 'metadata' | 'gps'>> {
  let raw: Record<string, unknown>;
  try {
    const options = {
      tiff: true,
      exif: true,
      gps: true,
      xmp: true,
      iptc: true,
      ihdr: false,
      jfif: false,
      icc: false,
      mergeOutput: true,
    };
    raw = (await exifr.parse(Buffer.from(bytes), options)) ?? {};
  } catch {
    return { metadata: {}, gps: null }; // no EXIF block that could be read; the publisher strips the segments anyway
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || value instanceof Uint8Array) continue;
    metadata[name] = (
      value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
    ).slice(0, 500);
  }
  const { latitude, longitude } = raw;
  const gps = typeof latitude === 'number' && typeof longitude === 'number' ? { latitude, longitude } : null;
  return { metadata, gps };
}
