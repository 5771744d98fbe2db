import { buffer } from 'node:stream/consumers';
import { fromBuffer } from 'yauzl';
import { ZipFile } from 'yazl';

/** Local time on purpose: a zip's DOS time has no zone, so that these digits come out the same everywhere. */
const TIME = new Date(2026, 10, 18, 9, 0, 0);
const INSTANT = '2026-11-18T01:00:00Z';

/** docx writes the time of the run into the properties; everything else it writes follows from its input. */
const withoutClock = (name: string, content: Buffer) =>
  name === 'docProps/core.xml'
    ? Buffer.from(content.toString('utf8').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, INSTANT))
    : content;

async function entriesOf(zip: Buffer): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const archive = await new Promise<import('yauzl').ZipFile>((resolve, reject) =>
    fromBuffer(zip, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  await new Promise<void>((resolve, reject) => {
    archive.on('entry', (entry) => {
      if (entry.fileName.endsWith('/')) return archive.readEntry();
      archive.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        buffer(stream).then((content) => {
          entries.set(entry.fileName, content);
          archive.readEntry();
        }, reject);
      });
    });
    archive.on('end', resolve);
    archive.on('error', reject);
    archive.readEntry();
  });
  return entries;
}

/**
 * The same zip with sorted names and one fixed time. Entries are stored, not deflated: what deflate makes of the same
 * bytes differs between zlib builds, and so between machines.
 */
export async function fixedZip(zip: Buffer): Promise<Buffer> {
  const target = new ZipFile();
  // [Content_Types].xml comes first by its bracket, as readers of OPC packages like it.
  for (const [name, content] of [...(await entriesOf(zip))].sort(([a], [b]) => (a < b ? -1 : 1))) {
    target.addBuffer(withoutClock(name, content), name, {
      mtime: TIME,
      mode: 0o100644,
      compress: false,
      forceDosTimestamp: true,
    });
  }
  target.end();
  return buffer(target.outputStream);
}
