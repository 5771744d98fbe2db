import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export type Block = { text: string; heading?: 1 | 2 } | { rows: string[][] };

const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
/** Several runs to a paragraph, as Word leaves them after a few corrections. */
const paragraph = (text: string, style = '') =>
  `<w:p>${style && `<w:pPr><w:outlineLvl w:val="${style}"/></w:pPr>`}${(text.match(/.{1,40}/gsu) ?? []).map(run).join('')}</w:p>`;
const blockXml = (block: Block) =>
  'rows' in block
    ? `<w:tbl>${block.rows.map((cells) => `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`
    : paragraph(block.text, block.heading === undefined ? '' : String(block.heading - 1));

/** A small .docx of paragraphs and tables; the same blocks give the same bytes. */
export async function docx(blocks: Block[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  const add = (name: string, xml: string) =>
    zip.addBuffer(Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${xml}`), name, {
      mtime: new Date('2000-01-01T00:00:00Z'),
    });
  add(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
  );
  add(
    '_rels/.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="main" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
  );
  add(
    'word/document.xml',
    `<w:document xmlns:w="${WORD}"><w:body>${blocks.map(blockXml).join('')}</w:body></w:document>`,
  );
  zip.end();
  return buffer(zip.outputStream);
}
