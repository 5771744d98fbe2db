import { PACKAGE_LIMITS } from './docx/package.ts';
import { readDocx } from './docx/read.ts';
import { type FileFinding, fileFinding } from './file-finding.ts';
import { type FileKind, identify } from './file-type.ts';
import { numberedLevel } from './heading-level.ts';
import { readHtml } from './html.ts';
import { readImage } from './image.ts';
import type { FileToRead } from './inspect.ts';
import { renderMarkdown } from './markdown.ts';
import type { DocumentModel } from './model.ts';
import { readPdf } from './pdf.ts';
import { corrupt, DocumentRefused, findingOf } from './refusal.ts';
import { readSvg } from './svg.ts';
import { decodeUtf8 } from './text-encoding.ts';
import { openArchive } from './zip.ts';

export type ReadResult = { model: DocumentModel | null; findings: FileFinding[] };
/** Reads one file: in this process, or as infra/documents does it, in a child that can do nothing else. */
export type ReadDocument = (file: FileToRead) => Promise<ReadResult>;

const FORMATS: Record<FileKind, DocumentModel['format']> = {
  docx: 'docx',
  docm: 'docx',
  markdown: 'markdown',
  html: 'html',
  text: 'text',
  svg: 'svg',
  png: 'image',
  jpeg: 'image',
  pdf: 'pdf',
  ofd: 'ofd',
};

/**
 * Reads a file of a bundle into a DocumentModel. Never throws: a hostile or damaged file has `model: null` and a finding;
 * active markup has both, the model without it.
 */
export const readDocument: ReadDocument = async ({ mediaType, file, bytes }) => {
  const identified = identify(mediaType, file, bytes);
  if (identified.kind === null) return { model: null, findings: identified.findings };
  const model = emptyModel(FORMATS[identified.kind]);
  model.asides.push({ kind: 'file-name', text: file, part: file, author: null, paragraph: null });
  try {
    return { model, findings: await read(identified.kind, file, bytes, model) };
  } catch (error) {
    return { model: null, findings: [findingOf(error)] };
  }
};

export const emptyModel = (format: DocumentModel['format']): DocumentModel => ({
  format,
  paragraphs: [],
  asides: [],
  images: [],
  properties: [],
  links: [],
  package: { hasMacros: false, embeddedObjects: [], externalRelationships: [] },
});

async function read(kind: FileKind, file: string, bytes: Uint8Array, model: DocumentModel): Promise<FileFinding[]> {
  switch (kind) {
    case 'docx':
    case 'docm':
      return readDocx(bytes, model);
    case 'png':
    case 'jpeg':
      model.images.push(await readImage(bytes, file, null, null));
      return [];
    case 'pdf':
      return readPdf(bytes, file, model);
    case 'ofd':
      return readOfd(bytes);
  }
  const decoded = decodeUtf8(bytes);
  if ('finding' in decoded) throw new DocumentRefused(decoded.finding);
  switch (kind) {
    case 'svg':
      return readSvg(bytes, file, model);
    case 'html':
      return readHtml(decoded.text, file, model);
    case 'markdown':
      return readHtml(renderMarkdown(decoded.text), file, model);
    case 'text':
      return readText(decoded.text, model);
  }
}

function readText(text: string, model: DocumentModel): FileFinding[] {
  for (const line of text.split(/\r\n|[\n\r\u2028\u2029\f]/)) {
    if (line.trim() === '') continue;
    model.paragraphs.push({
      text: line.trim(),
      style: null,
      headingLevel: numberedLevel(line),
      numbering: null,
      alignment: null,
      bold: false,
      cell: null,
      pageBreakBefore: false,
    });
  }
  return [];
}

/** OFD (GB/T 33190) is accepted as an attachment, within the limits of an archive; nobody has looked into it. */
async function readOfd(bytes: Uint8Array): Promise<FileFinding[]> {
  const entries = await openArchive(bytes, PACKAGE_LIMITS);
  if (!entries.some((entry) => entry.name === 'OFD.xml')) throw corrupt('不是 OFD 文件', 'it is no OFD file');
  return [
    {
      ...fileFinding(
        'FILE-NOT-READ',
        {
          zh: 'OFD 版式文件作为附件接收，其中的文字没有检查。',
          en: 'The OFD file is accepted as an attachment; its text was not checked.',
        },
        { zh: '请人工核对其内容。', en: 'Somebody has to look at its content.' },
      ),
      severity: 'info',
    },
  ];
}
