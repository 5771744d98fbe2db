import { crc32 } from 'node:zlib';

/** A white JPEG of one pixel. */
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
);

/** A TIFF block with one position, N 36°39′ E 117°00′, of a camera held upright (orientation 6). */
function exifWithPosition(): Buffer {
  const rational = (values: number[]) => {
    const out = Buffer.alloc(values.length * 8);
    for (const [index, value] of values.entries()) {
      out.writeUInt32LE(value, index * 8);
      out.writeUInt32LE(1, index * 8 + 4);
    }
    return out;
  };
  const entry = (tag: number, type: number, count: number, value: number | string) => {
    const out = Buffer.alloc(12);
    out.writeUInt16LE(tag, 0);
    out.writeUInt16LE(type, 2);
    out.writeUInt32LE(count, 4);
    if (typeof value === 'string') out.write(value, 8, 'latin1');
    else out.writeUInt32LE(value, 8);
    return out;
  };
  const header = Buffer.from('49492a0008000000', 'hex');
  const ifd0 = Buffer.concat([Buffer.from([2, 0]), entry(0x0112, 3, 1, 6), entry(0x8825, 4, 1, 38), Buffer.alloc(4)]);
  const gps = Buffer.concat([
    Buffer.from([4, 0]),
    entry(1, 2, 2, 'N'),
    entry(2, 5, 3, 92),
    entry(3, 2, 2, 'E'),
    entry(4, 5, 3, 116),
    Buffer.alloc(4),
  ]);
  return Buffer.concat([header, ifd0, gps, rational([36, 39, 0]), rational([117, 0, 0])]);
}

const segment = (marker: number, content: Buffer) => {
  const out = Buffer.from([0xff, marker, 0, 0]);
  out.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([out, content]);
};

/** The pixel, with a position in EXIF, a comment, and bytes after its end. */
export const jpegWithPosition = (): Buffer =>
  Buffer.concat([
    JPEG.subarray(0, 2),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifWithPosition()])),
    segment(0xfe, Buffer.from('内部资料')),
    JPEG.subarray(2),
    Buffer.from([0xff, 0xd9]),
    Buffer.from('trailing secret'),
  ]);

const chunk = (type: string, content: Buffer) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
};

/** A PNG of the given size (its one data chunk is empty: nobody decodes it here), with a text chunk. */
export const pngOfSize = (width: number, height: number): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Author\0somebody')),
    chunk('IDAT', Buffer.alloc(0)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
