import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

/** One instant for every entry: the same content gives the same archive, and the time of packing stays out of it. */
const mtime = new Date('2000-01-01T00:00:00Z');

/** A zip with UTF-8 names. Throws where two entries have one name, as unpacking would lose the first. */
export async function zip(entries: { name: string; bytes: Uint8Array }[]): Promise<Uint8Array> {
  const archive = new yazl.ZipFile();
  const names = new Set<string>();
  for (const { name, bytes } of entries) {
    if (names.has(name)) throw new RangeError(`Two entries are named ${name}`);
    names.add(name);
    archive.addBuffer(Buffer.from(bytes), name, { mtime, mode: 0o100644 });
  }
  archive.end();
  return buffer(Readable.from(archive.outputStream));
}
