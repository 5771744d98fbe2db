import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  LineRuleType,
  Packer,
  PageBreak,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import { fixedZip } from './fixed-zip.ts';

/** A table: the first row is its head. */
export type Rows = string[][];

/** 公文 in the order of GB/T 9704—2012: 版头, 主体, 版记; `printed` is what a “印发…的通知” prints. */
export type OfficialDocument = {
  masthead: string;
  number: string;
  title: string[];
  recipients: string;
  body: string[];
  annexes: string[];
  signature: string;
  date: string;
  note: string;
  printed: { title: string; body: string[] };
  annexPages: { title: string; table: Rows; notes: string[] }[];
  copies: string;
  printedBy: string;
};

/** A working paper or a manuscript: title, paragraphs and tables, and who signed it when. */
export type PlainDocument = {
  title: string[];
  subtitle?: string;
  blocks: (string | Rows)[];
  signature?: string;
  date?: string;
};

// Fonts, sizes (half points) and the 22 lines × 28 characters of GB/T 9704—2012 5.2 and 7.
const FANG = '仿宋_GB2312';
const HEI = '黑体';
const KAI = '楷体_GB2312';
const SONG = '方正小标宋简体';
const SIZE_2 = 44;
const SIZE_3 = 32;
const SIZE_4 = 28;
const LINE = { line: 579, lineRule: LineRuleType.EXACT, before: 0, after: 0 };
const TITLE_LINE = { ...LINE, line: 680 };
const TWO_CHARACTERS = 640;
const MM = 1440 / 25.4;
const RED = 'C00000';

const run = (text: string, font: string, size: number, color?: string) =>
  new TextRun({
    text,
    size,
    font: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: font },
    ...(color && { color }),
  });

const plain = (text: string, options: { indent?: boolean; font?: string } = {}) =>
  new Paragraph({
    spacing: LINE,
    ...(options.indent !== false && { indent: { firstLine: TWO_CHARACTERS } }),
    children: [run(text, options.font ?? FANG, SIZE_3)],
  });

const centred = (text: string, font: string, size: number, spacing = LINE) =>
  new Paragraph({ alignment: AlignmentType.CENTER, spacing, children: [run(text, font, size)] });

const flushRight = (text: string, characters: number) =>
  new Paragraph({
    alignment: AlignmentType.RIGHT,
    spacing: LINE,
    indent: { right: characters * 320 },
    children: [run(text, FANG, SIZE_3)],
  });

const blank = () => plain('', { indent: false });
const pageBreak = () => new Paragraph({ spacing: LINE, children: [new PageBreak()] });

/** 7.3.3: 一、 in 黑体, （一） in 楷体 up to its full stop, the rest in 仿宋. */
function numbered(text: string): Paragraph {
  if (/^[一二三四五六七八九十]+、/.test(text)) return plain(text, { font: HEI });
  const second = /^（[一二三四五六七八九十]+）[^。]{1,14}。/.exec(text)?.[0];
  if (!second) return plain(text);
  return new Paragraph({
    spacing: LINE,
    indent: { firstLine: TWO_CHARACTERS },
    children: [run(second, KAI, SIZE_3), run(text.slice(second.length), FANG, SIZE_3)],
  });
}

function table(rows: Rows): Table {
  const width = 156 * MM;
  const columns = rows[0]?.length ?? 1;
  const shares = columns === 2 ? [0.28, 0.72] : [0.2, 0.4, 0.4];
  const widths = shares.map((share) => Math.round(width * share));
  const cell = (text: string, column: number, head: boolean) =>
    new TableCell({
      width: { size: widths[column] ?? 0, type: WidthType.DXA },
      verticalAlign: VerticalAlign.CENTER,
      margins: { top: 60, bottom: 60, left: 100, right: 100 },
      children: [
        new Paragraph({
          alignment: head ? AlignmentType.CENTER : AlignmentType.LEFT,
          spacing: { line: 400, lineRule: LineRuleType.AT_LEAST },
          children: [run(text, head ? HEI : FANG, SIZE_4)],
        }),
      ],
    });
  return new Table({
    width: { size: Math.round(width), type: WidthType.DXA },
    columnWidths: widths,
    rows: rows.map(
      (texts, index) =>
        new TableRow({
          tableHeader: index === 0,
          cantSplit: true,
          children: texts.map((text, column) => cell(text, column, index === 0)),
        }),
    ),
  });
}

const rule = (color: string, size: number) =>
  new Paragraph({
    spacing: { ...LINE, line: 200 },
    border: { bottom: { style: BorderStyle.SINGLE, size, space: 4, color } },
    children: [],
  });

const masthead = ({ masthead: name, number }: OfficialDocument) => [
  new Paragraph({
    alignment: AlignmentType.CENTER,
    spacing: { ...LINE, line: 1200 },
    children: [run(name, SONG, 80, RED)],
  }),
  centred(number, FANG, SIZE_3),
  rule(RED, 18),
  blank(),
];

const colophon = ({ copies, printedBy }: OfficialDocument) =>
  [`抄送：${copies}`, printedBy].flatMap((text) => [
    rule('000000', 8),
    new Paragraph({ spacing: LINE, indent: { left: 320 }, children: [run(text, FANG, SIZE_4)] }),
  ]);

export function officialDocument(source: OfficialDocument): Promise<Buffer> {
  return pack(source.printed.title, [
    ...masthead(source),
    ...source.title.map((line) => centred(line, SONG, SIZE_2, TITLE_LINE)),
    blank(),
    plain(source.recipients, { indent: false }),
    ...source.body.map(numbered),
    blank(),
    ...source.annexes.map((name, index) => plain(`${index === 0 ? '附件：' : '　　　'}${index + 1}.${name}`)),
    blank(),
    flushRight(source.signature, 2),
    flushRight(source.date, 4),
    plain(`（${source.note}）`),
    pageBreak(),
    centred(source.printed.title, SONG, SIZE_2, TITLE_LINE),
    blank(),
    ...source.printed.body.map(numbered),
    ...source.annexPages.flatMap((annex, index) => [
      pageBreak(),
      plain(`附件${index + 1}`, { indent: false, font: HEI }),
      blank(),
      centred(annex.title, SONG, SIZE_2, TITLE_LINE),
      blank(),
      table(annex.table),
      ...annex.notes.map((note) => plain(note)),
    ]),
    blank(),
    ...colophon(source),
  ]);
}

export function plainDocument(source: PlainDocument): Promise<Buffer> {
  return pack(source.title.join(''), [
    ...source.title.map((line) => centred(line, SONG, SIZE_2, TITLE_LINE)),
    ...(source.subtitle ? [centred(source.subtitle, KAI, SIZE_3)] : []),
    blank(),
    ...source.blocks.map((block) => (typeof block === 'string' ? numbered(block) : table(block))),
    ...(source.signature && source.date ? [blank(), flushRight(source.signature, 2), flushRight(source.date, 4)] : []),
  ]);
}

async function pack(title: string, children: (Paragraph | Table)[]): Promise<Buffer> {
  const pageNumber = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [
      new TextRun({
        children: ['— ', PageNumber.CURRENT, ' —'],
        size: SIZE_4,
        font: { eastAsia: '宋体', ascii: '宋体' },
      }),
    ],
  });
  const document = new Document({
    title,
    creator: '青禾区人民政府办公室',
    lastModifiedBy: '青禾区人民政府办公室',
    description: '',
    styles: { default: { document: { run: { size: SIZE_3, font: FANG } } } },
    sections: [
      {
        properties: {
          page: {
            size: { width: 210 * MM, height: 297 * MM },
            margin: { top: 37 * MM, bottom: 35 * MM, left: 28 * MM, right: 26 * MM, footer: 24 * MM },
          },
        },
        footers: { default: new Footer({ children: [pageNumber] }) },
        children,
      },
    ],
  });
  return fixedZip(await Packer.toBuffer(document));
}
