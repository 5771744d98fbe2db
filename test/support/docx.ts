import { rawZip } from './raw-zip.ts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const NAMESPACES = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  `xmlns:r="${OFFICE}"`,
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
].join(' ');

type Relation = { id: string; type: string; target: string; external?: boolean };
export type DocxParts = {
  /** Children of `w:body`. */
  body: string;
  styles?: string;
  numbering?: string;
  settings?: string;
  header?: string;
  footer?: string;
  footnotes?: string;
  comments?: string;
  core?: string;
  custom?: string;
  relations?: Relation[];
  /** Further parts by name, with their content type. */
  more?: Record<string, { type: string; content: string | Uint8Array }>;
};

/** A run, or several with the text split over them. */
export const run = (text: string, properties = '') =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
export const paragraph = (content: string, properties = '') =>
  `<w:p><w:pPr>${properties}</w:pPr>${content.startsWith('<') || content === '' ? content : run(content)}</w:p>`;
export const table = (rows: string[][], rowProperties: string[] = []) =>
  `<w:tbl>${rows
    .map(
      (cells, index) =>
        `<w:tr><w:trPr>${rowProperties[index] ?? ''}</w:trPr>${cells.map((cell) => `<w:tc>${cell.startsWith('<') ? cell : paragraph(cell)}</w:tc>`).join('')}</w:tr>`,
    )
    .join('')}</w:tbl>`;

const root = (name: string, content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><w:${name} ${NAMESPACES}>${content}</w:${name}>`;

/** A .docx from the XML of its parts, as small as Word accepts. */
export function docx(parts: DocxParts): Buffer {
  const files: Record<string, { type: string; content: string | Uint8Array }> = {
    'word/document.xml': {
      type: `${WORD}.document.main+xml`,
      content: root('document', `<w:body>${parts.body}</w:body>`),
    },
    ...parts.more,
  };
  const relations: Relation[] = [...(parts.relations ?? [])];
  const story = (name: string, element: string, content: string | undefined) => {
    if (content === undefined) return;
    files[`word/${name}.xml`] = { type: `${WORD}.${name.replace(/\d+$/, '')}+xml`, content: root(element, content) };
    relations.push({ id: `r-${name}`, type: name.replace(/\d+$/, ''), target: `${name}.xml` });
  };
  story('styles', 'styles', parts.styles);
  story('numbering', 'numbering', parts.numbering);
  story('settings', 'settings', parts.settings);
  story('header1', 'hdr', parts.header);
  story('footer1', 'ftr', parts.footer);
  story('footnotes', 'footnotes', parts.footnotes);
  story('comments', 'comments', parts.comments);
  if (parts.core) {
    files['docProps/core.xml'] = {
      type: 'application/vnd.openxmlformats-package.core-properties+xml',
      content: `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">${parts.core}</cp:coreProperties>`,
    };
  }
  if (parts.custom) {
    files['docProps/custom.xml'] = {
      type: 'application/vnd.openxmlformats-officedocument.custom-properties+xml',
      content: `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">${parts.custom}</Properties>`,
    };
  }
  const overrides = Object.entries(files).map(
    ([name, { type }]) => `<Override PartName="/${name}" ContentType="${type}"/>`,
  );
  const relationXml = (list: Relation[]) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list
      .map(
        ({ id, type, target, external }) =>
          `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"${external ? ' TargetMode="External"' : ''}/>`,
      )
      .join('')}</Relationships>`;
  return rawZip([
    {
      name: '[Content_Types].xml',
      content: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${overrides.join('')}</Types>`,
    },
    {
      name: '_rels/.rels',
      content: relationXml([{ id: 'main', type: 'officeDocument', target: 'word/document.xml' }]),
    },
    { name: 'word/_rels/document.xml.rels', content: relationXml(relations) },
    ...Object.entries(files).map(([name, { content }]) => ({ name, content })),
  ]);
}

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
