import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';
import { stripMetadata } from './display/image.ts';
import { openPackage } from './docx/package.ts';

/** A zip needs times, and holds local ones: this is the same bytes in every time zone. */
const FIXED_TIME = new Date(2000, 0, 1);

const EMPTY_PROPERTIES: [RegExp, string][] = [
  [
    /core-properties\+xml$/,
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
  ],
  [
    /extended-properties\+xml$/,
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
  ],
  [
    /custom-properties\+xml$/,
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
  ],
];

/**
 * The same .docx without what tells about people and machines: author, company, template, revision ids, document
 * variables, custom properties, EXIF of its pictures. Text and layout are untouched; comments and tracked changes stay,
 * as they are findings that the drafter has to settle. The same input gives the same bytes. Throws DocumentRefused.
 */
export async function stripDocxMetadata(bytes: Uint8Array): Promise<Uint8Array> {
  const ooxml = await openPackage(bytes);
  const zip = new yazl.ZipFile();
  for (const part of ooxml.names) {
    const content = strip(part, ooxml.contentType(part), await ooxml.read(part));
    zip.addBuffer(Buffer.from(content), part, { mtime: FIXED_TIME, forceDosTimestamp: true });
  }
  zip.end();
  return buffer(zip.outputStream);
}

function strip(part: string, contentType: string, content: Uint8Array): Uint8Array {
  const empty = EMPTY_PROPERTIES.find(([type]) => type.test(contentType));
  if (empty) return Buffer.from(empty[1]);
  if (contentType.startsWith('image/')) return stripMetadata(content) ?? content;
  if (!/[+/]xml$/.test(contentType) || part.endsWith('.rels')) return content;
  // Attributes and empty elements of fixed form; the scan has parsed the part and found no DTD or comment tricks in it.
  let xml = Buffer.from(content).toString('utf8');
  xml = xml.replace(/\s(?:w:rsid[A-Za-z]*|w14:paraId|w14:textId)="[^"<>]*"/g, '');
  if (/settings\+xml$/.test(contentType)) {
    xml = xml
      .replace(/<w:rsids>[\s\S]*?<\/w:rsids>|<w:docVars>[\s\S]*?<\/w:docVars>/g, '')
      .replace(/<w:attachedTemplate\b[^>]*\/>/g, '');
  }
  return Buffer.from(xml);
}
