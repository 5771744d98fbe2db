import { describe, expect, test } from 'vitest';
import type { Aside, DocumentModel } from '../../../activities/documents/model.ts';
import { readDocument } from '../../../activities/documents/read.ts';
import { DOCX, type DocxParts, docx, paragraph, run, table } from '../../support/docx.ts';
import { rawZip } from '../../support/raw-zip.ts';

// RELIABILITY F36: a mark is found wherever it stands, and its letters stand together there however they were split.
const MARK = '机密★1年';
const SPLITS: Record<string, (text: string, properties?: string) => string> = {
  whole: run,
  'letter by letter': (text, properties) => [...text].map((letter) => run(letter, properties)).join(''),
  'with empty runs between': (text, properties) =>
    [...text].map((letter) => run(letter, properties) + run('')).join(''),
  'with a bookmark between': (text, properties) =>
    [...text].map((letter) => `${run(letter, properties)}<w:bookmarkStart w:id="1" w:name="b"/>`).join(''),
};

type Runs = (text: string, properties?: string) => string;
const body = (content: string): DocxParts => ({ body: paragraph('正文。') + content });
const drawing = (attributes: string) =>
  paragraph(`<w:r><w:drawing><wp:inline><wp:docPr id="1" name="图片 1" ${attributes}/></wp:inline></w:drawing></w:r>`);
const workbook = rawZip([
  {
    name: '[Content_Types].xml',
    content: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
  },
  {
    name: 'xl/sharedStrings.xml',
    content: `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>机密</t></r><r><t>★1年</t></r></si></sst>`,
  },
]);

const PLACES: [place: string, kind: Aside['kind'] | 'body', parts: (runs: Runs) => DocxParts][] = [
  ['body', 'body', (runs) => body(paragraph(runs(MARK)))],
  ['table cell', 'body', (runs) => body(table([['项目'], [paragraph(runs(MARK))]]))],
  ['content control', 'body', (runs) => body(`<w:sdt><w:sdtContent>${paragraph(runs(MARK))}</w:sdtContent></w:sdt>`)],
  ['header', 'header', (runs) => ({ ...body(''), header: paragraph(runs(MARK)) })],
  ['footer', 'footer', (runs) => ({ ...body(''), footer: paragraph(runs(MARK)) })],
  [
    'footnote',
    'footnote',
    (runs) => ({ ...body(''), footnotes: `<w:footnote w:id="2">${paragraph(runs(MARK))}</w:footnote>` }),
  ],
  [
    'comment',
    'comment',
    (runs) => ({ ...body(''), comments: `<w:comment w:id="2" w:author="甲">${paragraph(runs(MARK))}</w:comment>` }),
  ],
  [
    'text box',
    'text-box',
    (runs) =>
      body(
        paragraph(
          `<w:r><w:pict><v:shape><v:textbox><w:txbxContent>${paragraph(runs(MARK))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`,
        ),
      ),
  ],
  [
    'watermark',
    'text-box',
    () => ({
      ...body(''),
      header: paragraph(`<w:r><w:pict><v:shape><v:textpath string="${MARK}"/></v:shape></w:pict></w:r>`),
    }),
  ],
  ['hidden text', 'hidden-text', (runs) => body(paragraph(runs(MARK, '<w:vanish/>')))],
  [
    'hidden by a style',
    'hidden-text',
    (runs) => ({
      ...body(paragraph(runs(MARK, '<w:rStyle w:val="V"/>'))),
      styles: '<w:style w:type="character" w:styleId="V"><w:rPr><w:vanish/></w:rPr></w:style>',
    }),
  ],
  ['white text', 'white-text', (runs) => body(paragraph(runs(MARK, '<w:color w:val="FFFFFF"/>')))],
  [
    'white of the theme',
    'white-text',
    (runs) => body(paragraph(runs(MARK, '<w:color w:val="auto" w:themeColor="background1"/>'))),
  ],
  [
    'tracked deletion',
    'tracked-deletion',
    (runs) =>
      body(
        paragraph(
          `<w:del w:author="甲">${runs(MARK).replaceAll('w:t>', 'w:delText>').replaceAll('<w:t ', '<w:delText ')}</w:del>`,
        ),
      ),
  ],
  ['tracked insertion', 'tracked-insertion', (runs) => body(paragraph(`<w:ins w:author="甲">${runs(MARK)}</w:ins>`))],
  ['moved away', 'tracked-deletion', (runs) => body(paragraph(`<w:moveFrom w:author="甲">${runs(MARK)}</w:moveFrom>`))],
  ['core property', 'core-property', () => ({ ...body(''), core: `<dc:subject>${MARK}</dc:subject>` })],
  [
    'custom property',
    'custom-property',
    () => ({ ...body(''), custom: `<property name="密级"><vt:lpwstr>${MARK}</vt:lpwstr></property>` }),
  ],
  [
    'document variable',
    'custom-property',
    () => ({ ...body(''), settings: `<w:docVars><w:docVar w:name="a" w:val="${MARK}"/></w:docVars>` }),
  ],
  [
    'custom XML',
    'custom-property',
    () => ({ ...body(''), more: { 'customXml/item1.xml': { type: 'application/xml', content: `<a>${MARK}</a>` } } }),
  ],
  ['alternative text', 'alt-text', () => body(drawing(`descr="${MARK}"`))],
  ['title of a picture', 'alt-text', () => body(drawing(`title="${MARK}"`))],
  [
    'field code',
    'field-code',
    () => body(paragraph(`<w:fldSimple w:instr=" COMMENTS ${MARK} ">${run('x')}</w:fldSimple>`)),
  ],
  ['XML comment', 'markup-comment', () => body(`<!--${MARK}-->`)],
  ['unknown element', 'hidden-text', () => body(`<w:p><w:r><w:other>${MARK}</w:other></w:r></w:p>`)],
  [
    'fallback for old readers',
    'hidden-text',
    (runs) =>
      body(
        paragraph(
          `<mc:AlternateContent><mc:Choice>${run('公开')}</mc:Choice><mc:Fallback>${runs(MARK)}</mc:Fallback></mc:AlternateContent>`,
        ),
      ),
  ],
  [
    'header that no section uses',
    'header',
    (runs) => ({
      ...body(''),
      more: {
        'word/header9.xml': {
          type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml',
          content: `<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">${paragraph(runs(MARK))}</w:hdr>`,
        },
      },
    }),
  ],
  [
    'chart',
    'text-box',
    () => ({
      ...body(''),
      more: {
        'word/charts/chart1.xml': {
          type: 'application/vnd.openxmlformats-officedocument.drawingml.chart+xml',
          content: `<c:chart xmlns:c="c" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>机密</a:t></a:r><a:r><a:t>★1年</a:t></a:r></a:p></c:chart>`,
        },
      },
    }),
  ],
  [
    'embedded workbook',
    'embedded-object',
    () => ({
      ...body(''),
      more: {
        'word/embeddings/a.xlsx': {
          type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
          content: workbook,
        },
      },
    }),
  ],
  [
    'OLE object',
    'embedded-object',
    () => ({
      ...body(''),
      more: {
        'word/embeddings/a.bin': {
          type: 'application/vnd.openxmlformats-officedocument.oleObject',
          content: Buffer.concat([Buffer.alloc(33, 1), Buffer.from(MARK, 'utf16le'), Buffer.alloc(9)]),
        },
      },
    }),
  ],
];

const textsOf = (model: DocumentModel, kind: Aside['kind'] | 'body') =>
  kind === 'body'
    ? model.paragraphs.map(({ text }) => text)
    : model.asides.filter((aside) => aside.kind === kind).map(({ text }) => text);

describe.each(PLACES)('a mark in the %s', (_place, kind, parts) => {
  const usesRuns =
    parts(() => 'A').body !== parts(() => 'B').body ||
    JSON.stringify(parts(() => 'A')) !== JSON.stringify(parts(() => 'B'));
  test.each(Object.entries(SPLITS).slice(0, usesRuns ? undefined : 1))(
    'is told as one text, %s',
    async (_split, runs) => {
      const { model } = await readDocument({ mediaType: DOCX, file: 'policy.docx', bytes: docx(parts(runs)) });
      if (!model) throw new Error('No model');
      expect(textsOf(model, kind).some((text) => text.includes(MARK))).toBe(true);
      // What nobody sees must not count as the text of the document.
      if (kind !== 'body' && kind !== 'tracked-insertion')
        expect(model.paragraphs.map(({ text }) => text).join()).not.toContain(MARK);
    },
  );
});

test('the name of the file itself is a place', async () => {
  const { model } = await readDocument({ mediaType: DOCX, file: `${MARK}.docx`, bytes: docx(body('')) });
  expect(model && textsOf(model, 'file-name')).toEqual([`${MARK}.docx`]);
});
