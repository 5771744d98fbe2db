import { SaxesParser, type SaxesTagNS } from 'saxes';
import { corrupt, DocumentRefused, tooLarge, unsafeXml } from './refusal.ts';

/** Usual prefix of each namespace we look for, transitional and strict; a document may bind other prefixes to them. */
const PREFIX: Record<string, string> = {
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w',
  'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w',
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r',
  'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r',
  'http://schemas.openxmlformats.org/drawingml/2006/main': 'a',
  'http://purl.oclc.org/ooxml/drawingml/main': 'a',
  'http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing': 'wp',
  'http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing': 'wp',
  'http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing': 'wp',
  'http://schemas.openxmlformats.org/drawingml/2006/picture': 'pic',
  'http://purl.oclc.org/ooxml/drawingml/picture': 'pic',
  'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm',
  'http://purl.oclc.org/ooxml/officeDocument/math': 'm',
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc',
  'http://schemas.microsoft.com/office/word/2010/wordml': 'w14',
  'urn:schemas-microsoft-com:vml': 'v',
  'urn:schemas-microsoft-com:office:office': 'o',
  'http://schemas.openxmlformats.org/package/2006/relationships': 'rel',
  'http://schemas.openxmlformats.org/package/2006/content-types': 'ct',
  'http://www.w3.org/2000/svg': 'svg',
  'http://www.w3.org/1999/xlink': 'xlink',
  'http://www.w3.org/1999/xhtml': 'html',
};

const MAX_DEPTH = 256;
const CHUNK = 256 * 1024;

/** Value of an attribute by usual name: `w:val` by namespace, `Target` without one; undefined where absent. */
export type Attributes = (name: string) => string | undefined;

export type XmlHandlers = {
  open(name: string, attributes: Attributes, tag: SaxesTagNS): void;
  close(name: string): void;
  text(text: string): void;
  comment?(text: string): void;
};

/** Element or attribute by the usual prefix of its namespace, whatever the document calls it. */
const nameOf = (uri: string, local: string) => {
  if (uri === '') return local;
  return `${PREFIX[uri] ?? '?'}:${local}`;
};

/**
 * Reads one XML part event by event. UTF-8 only, no DTD, and so no entity beyond XML's own five; nesting is counted.
 * Throws DocumentRefused (FILE-XML-UNSAFE, FILE-CORRUPT, FILE-TOO-LARGE).
 */
export function scanXml(bytes: Uint8Array, handlers: XmlHandlers): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const stack: string[] = [];
  parser.on('error', () => {
    throw corrupt('XML 有语法错误', 'its XML has a syntax error');
  });
  parser.on('doctype', () => {
    throw unsafeXml('含有 DTD 或者实体声明', 'it has a DTD or declares entities');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding && !/^utf-?8$/i.test(encoding)) throw unsafeXml('编码不是 UTF-8', 'its encoding is not UTF-8');
  });
  parser.on('opentag', (tag) => {
    const name = nameOf(tag.uri, tag.local);
    stack.push(name);
    if (stack.length > MAX_DEPTH)
      throw tooLarge(`XML 嵌套超过 ${MAX_DEPTH} 层`, `its XML nests deeper than ${MAX_DEPTH}`);
    handlers.open(name, (wanted) => attributeOf(tag, wanted), tag);
  });
  parser.on('closetag', () => handlers.close(stack.pop() ?? ''));
  parser.on('text', (text) => handlers.text(text));
  parser.on('cdata', (text) => handlers.text(text));
  parser.on('comment', (text) => handlers.comment?.(text));

  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let start = 0; start < bytes.byteLength; start += CHUNK) {
      parser.write(decoder.decode(bytes.subarray(start, start + CHUNK), { stream: true }));
    }
    parser.write(decoder.decode()).close();
  } catch (error) {
    if (error instanceof DocumentRefused) throw error;
    if (error instanceof TypeError) throw unsafeXml('编码不是有效的 UTF-8', 'it is not valid UTF-8');
    throw corrupt('XML 有语法错误', 'its XML has a syntax error');
  }
}

function attributeOf(tag: SaxesTagNS, wanted: string): string | undefined {
  for (const key in tag.attributes) {
    const attribute = tag.attributes[key];
    if (attribute && nameOf(attribute.uri, attribute.local) === wanted) return attribute.value;
  }
  return undefined;
}
