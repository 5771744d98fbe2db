import { numberedLevel } from '../heading-level.ts';
import type { Aside, DocumentModel } from '../model.ts';
import { tooLarge } from '../refusal.ts';
import { type Attributes, scanXml } from '../xml.ts';
import { fieldFetches, fieldLink } from './fields.ts';
import type { Numbering } from './numbering.ts';
import type { Relationship } from './package.ts';
import { asidesOf, type Marks, type OpenParagraph, openParagraph, sameMarks, visibleText } from './paragraph.ts';
import { applyProperty, type Formatting, isUnseen } from './run-properties.ts';
import type { Styles } from './styles.ts';
import { endCell, endTable, mergeCell, type OpenTable, openTable, startCell, startRow } from './table.ts';

const MAX_ROWS = 20_000;
const MAX_PARAGRAPHS = 200_000;

export type StoryContext = {
  model: DocumentModel;
  styles: Styles;
  numbering: Numbering;
  relationships: Map<string, Relationship>;
  part: string;
  /** `body`, or the kind of aside that the text of this part is. */
  kind: 'body' | Aside['kind'];
  /** Fields, chunks and frames that would fetch something. */
  fetching: Set<string>;
  images: { target: string; altText: string | null; paragraph: number | null }[];
  /** Comment or note id → body paragraph that refers to it. */
  references: Map<string, number>;
};

type Field = { code: string; separated: boolean };
type Run = { formatting: Formatting; effective: Formatting | null };
/** A text box, comment or note inside the part: its paragraphs are asides of their own kind. */
type Frame = {
  kind: StoryContext['kind'];
  author: string | null;
  anchor: number | null;
  paragraph: OpenParagraph | null;
  run: Run | null;
  tables: OpenTable[];
};

const TEXT = new Set(['w:t', 'm:t', 'a:t']);
/** Text that positions a drawing, and nothing else. */
const MEASURES = /^(wp|w14|a|pic|\?):(posOffset|align|pctWidth|pctHeight|pctPosHOffset|pctPosVOffset)$/;

/** Walks one part of WordprocessingML and adds what it says to the model. */
export function readStory(xml: Uint8Array, context: StoryContext): void {
  const { model, styles, numbering, part } = context;
  const stack: string[] = [];
  const frames: Frame[] = [{ kind: context.kind, author: null, anchor: null, paragraph: null, run: null, tables: [] }];
  const fields: Field[] = [];
  const inserted: string[] = [];
  const deleted: string[] = [];
  let changes = 0;
  /** Text of each choice that we are in, or whose fallback we are in. */
  const choices: { text: string; fallback: boolean }[] = [];
  let rows = 0;
  let tables = 0;
  let pendingBreak = false;
  let altText: string | null = null;
  let link: { target: string; text: string; paragraph: number | null } | null = null;

  const frame = () => frames.at(-1) as Frame;
  const bodyIndex = () => frames.findLast((each) => each.paragraph?.index != null)?.paragraph?.index ?? null;
  const aside = (kind: Aside['kind'], text: string, author: string | null = null, paragraph = bodyIndex()) => {
    if (text.trim() !== '') model.asides.push({ kind, text, part, author, paragraph });
  };

  const effective = (run: Run, paragraph: OpenParagraph, table: OpenTable | undefined): Formatting => {
    const inherited = { ...styles.resolve(paragraph.style), ...paragraph.formatting };
    const fill = run.formatting.fill ?? inherited.fill ?? cellFill.get(table?.cell ?? null);
    const { fill: _, ...own } = run.formatting;
    return { ...inherited, ...own, ...(fill === undefined ? {} : { fill }) };
  };
  const cellFill = new Map<OpenTable['cell'], string>();

  const addText = (text: string, marks: Partial<Marks> = {}) => {
    const { paragraph, run, tables: open } = frame();
    if (text === '') return;
    if (!paragraph) return aside('hidden-text', text);
    const table = open.at(-1);
    if (run) run.effective ??= effective(run, paragraph, table);
    const formatting = run?.effective ?? {};
    const all: Marks = {
      hidden: formatting.hidden === true || table?.covered === true || table?.rowIsHidden === true,
      // A text box has a ground of its own, mostly not white.
      unseen: isUnseen(frame().kind === 'text-box' ? { ...formatting, color: 'auto' } : formatting),
      inserted: inserted.at(-1) ?? null,
      deleted: deleted.at(-1) ?? null,
      ...marks,
    };
    const last = paragraph.stretches.at(-1);
    if (last && sameMarks(last.marks, all)) last.text += text;
    else paragraph.stretches.push({ text, marks: all });
    if (link) link.text += text;
    if (text.trim() === '') return;
    if (formatting.bold) paragraph.boldText += 1;
    else paragraph.plainText += 1;
    if (pendingBreak && frame().kind === 'body') {
      paragraph.pageBreakBefore = true;
      pendingBreak = false;
    }
  };

  const closeParagraph = () => {
    const current = frame();
    const { paragraph } = current;
    if (!paragraph) return;
    current.paragraph = null;
    const text = visibleText(paragraph);
    if (current.kind !== 'body') {
      aside(current.kind, text, current.author, current.anchor);
      model.asides.push(...asidesOf(paragraph, part).map((each) => ({ ...each, paragraph: current.anchor })));
      return;
    }
    const resolved = { ...styles.resolve(paragraph.style), ...paragraph.formatting };
    const id = resolved.numberingId;
    const number = id && id !== '0' ? numbering.next(id, resolved.numberingLevel ?? 0) : null;
    const outline = resolved.outline !== undefined && resolved.outline <= 8 ? resolved.outline + 1 : null;
    const styleName = paragraph.style === null ? null : styles.nameOf(paragraph.style);
    model.paragraphs[paragraph.index ?? 0] = {
      text,
      style: styleName,
      headingLevel:
        text.trim() === '' ? null : ((paragraph.cell ? null : numberedLevel(`${number ?? ''}${text}`)) ?? outline),
      numbering: number,
      alignment: resolved.alignment ?? null,
      bold: paragraph.boldText > 0 && paragraph.plainText === 0,
      cell: paragraph.cell,
      pageBreakBefore: paragraph.pageBreakBefore || resolved.pageBreakBefore === true,
    };
    model.asides.push(...asidesOf(paragraph, part));
  };

  const openOne = () => {
    const current = frame();
    const cell = current.kind === 'body' ? (current.tables.at(-1)?.cell ?? null) : null;
    let index: number | null = null;
    if (current.kind === 'body') {
      index = model.paragraphs.length;
      if (index >= MAX_PARAGRAPHS)
        throw tooLarge(`段落超过 ${MAX_PARAGRAPHS} 个`, `more than ${MAX_PARAGRAPHS} paragraphs`);
      // Holds the place: a text box inside may close before the paragraph does.
      model.paragraphs.push({
        text: '',
        style: null,
        headingLevel: null,
        numbering: null,
        alignment: null,
        bold: false,
        cell,
        pageBreakBefore: false,
      });
    }
    current.paragraph = openParagraph(index, cell);
  };

  const enter = (kind: Frame['kind'], author: string | null, anchor: number | null) =>
    frames.push({ kind, author, anchor, paragraph: null, run: null, tables: [] });

  const endField = (field: Field | undefined) => {
    if (!field) return;
    const code = field.code.trim();
    aside('field-code', code);
    if (fieldFetches(code)) context.fetching.add('field');
    const target = fieldLink(code);
    if (target) model.links.push({ target, text: '', paragraph: bodyIndex() });
  };

  const openProperties = (name: string, attributes: Attributes) => {
    const { paragraph, run, tables: open } = frame();
    const parent = stack.at(-2);
    const table = open.at(-1);
    if (parent === 'w:trPr' && table) {
      if (name === 'w:tblHeader' && attributes('w:val') !== '0') table.rowIsHeader = true;
      if (name === 'w:hidden') table.rowIsHidden = true;
    } else if (parent === 'w:tcPr' && table?.cell) {
      if (name === 'w:gridSpan') table.cell.columnSpan = Math.min(Math.max(Number(attributes('w:val')) || 1, 1), 200);
      if (name === 'w:vMerge') mergeCell(table, attributes('w:val') === 'restart');
      if (name === 'w:shd') {
        const shade: Formatting = {};
        applyProperty(shade, name, attributes);
        if (shade.fill && shade.fill !== 'AUTO') cellFill.set(table.cell, shade.fill);
      }
    } else if (stack.includes('w:pPr') && paragraph) {
      // `w:rPr` in `w:pPr` formats the paragraph mark, which nobody sees; its tracked change is one all the same.
      if (name === 'w:ins' || name === 'w:del') {
        paragraph.markChange = {
          kind: name === 'w:ins' ? 'tracked-insertion' : 'tracked-deletion',
          author: attributes('w:author') ?? null,
        };
      } else if (name === 'w:pStyle') paragraph.style = attributes('w:val') ?? null;
      else if (name === 'w:sectPr') pendingBreak = true;
      else if (name === 'w:type' && parent === 'w:sectPr' && attributes('w:val') === 'continuous') pendingBreak = false;
      else if (!stack.includes('w:rPr') && !stack.includes('w:sectPr'))
        applyProperty(paragraph.formatting, name, attributes);
    } else if (stack.includes('w:rPr') && run) {
      if (name === 'w:rStyle') run.formatting = { ...characterStyle(styles, attributes('w:val')), ...run.formatting };
      else applyProperty(run.formatting, name, attributes);
    }
  };

  scanXml(xml, {
    open(name, attributes) {
      stack.push(name);
      if (changes > 0 || /^w:\w+Change$/.test(name)) {
        changes += 1;
        return;
      }
      const current = frame();
      switch (name) {
        case 'w:p':
          return openOne();
        case 'w:r':
          current.run = { formatting: {}, effective: null };
          return;
        case 'w:tbl':
          current.tables.push(openTable(tables++));
          return;
        case 'w:tr': {
          rows += 1;
          if (rows > MAX_ROWS) throw tooLarge(`表格超过 ${MAX_ROWS} 行`, `its tables have more than ${MAX_ROWS} rows`);
          const table = current.tables.at(-1);
          if (table) startRow(table);
          return;
        }
        case 'w:tc': {
          const table = current.tables.at(-1);
          if (table) startCell(table);
          return;
        }
        case 'w:ins':
        case 'w:moveTo':
          if (stack.at(-2) !== 'w:rPr' && stack.at(-2) !== 'w:trPr') inserted.push(attributes('w:author') ?? '');
          else openProperties(name, attributes);
          return;
        case 'w:del':
        case 'w:moveFrom':
          if (stack.at(-2) !== 'w:rPr' && stack.at(-2) !== 'w:trPr') deleted.push(attributes('w:author') ?? '');
          else openProperties(name, attributes);
          return;
        case 'w:tab':
          if (stack.at(-2) === 'w:r') addText('\t');
          return;
        case 'w:br':
        case 'w:cr':
          if (attributes('w:type') === 'page') pendingBreak = true;
          else addText('\n');
          return;
        case 'w:noBreakHyphen':
          return addText('-');
        case 'w:sym': {
          const code = Number.parseInt(attributes('w:char') ?? '', 16);
          return addText(code >= 0x20 && code < 0xe000 ? String.fromCodePoint(code) : '□');
        }
        case 'w:fldChar': {
          const type = attributes('w:fldCharType');
          const field = fields.at(-1);
          if (type === 'begin') fields.push({ code: '', separated: false });
          else if (type === 'separate' && field) field.separated = true;
          else if (type === 'end') endField(fields.pop());
          return;
        }
        case 'w:fldSimple':
          return endField({ code: attributes('w:instr') ?? '', separated: true });
        case 'w:hyperlink': {
          const relation = context.relationships.get(attributes('r:id') ?? '');
          const target = relation?.target ?? `#${attributes('w:anchor') ?? ''}`;
          link = { target, text: '', paragraph: bodyIndex() };
          return;
        }
        case 'w:commentReference':
        case 'w:footnoteReference':
        case 'w:endnoteReference': {
          const index = bodyIndex();
          if (index !== null) context.references.set(`${name.slice(2, -9)}/${attributes('w:id')}`, index);
          return;
        }
        case 'w:comment':
          return void enter(
            'comment',
            attributes('w:author') ?? null,
            context.references.get(`comment/${attributes('w:id')}`) ?? null,
          );
        case 'w:footnote':
        case 'w:endnote':
          return void enter(
            name === 'w:footnote' ? 'footnote' : 'endnote',
            null,
            context.references.get(`${name.slice(2)}/${attributes('w:id')}`) ?? null,
          );
        case 'w:txbxContent':
          return void enter('text-box', null, bodyIndex());
        case 'mc:AlternateContent':
          choices.push({ text: '', fallback: false });
          return;
        case 'mc:Fallback': {
          const choice = choices.at(-1);
          if (choice) choice.fallback = true;
          return;
        }
        case 'w:altChunk':
          context.fetching.add('altChunk');
          return;
        case 'w:subDoc':
          context.fetching.add('subDoc');
          return;
        case 'wp:docPr':
        case 'pic:cNvPr':
        case 'v:shape':
        case 'v:rect':
        case 'v:imagedata': {
          const text = attributes('descr') ?? attributes('alt') ?? attributes('o:title') ?? '';
          if (text !== '') aside('alt-text', text);
          aside('alt-text', attributes('title') ?? '');
          if (name === 'wp:docPr' || name === 'v:shape') altText = text || null;
          const embedded = attributes('r:id');
          if (embedded) addImage(embedded);
          return;
        }
        case 'v:textpath':
          return aside('text-box', attributes('string') ?? '');
        case 'a:blip': {
          const embedded = attributes('r:embed');
          if (embedded) addImage(embedded);
          return;
        }
        default:
          openProperties(name, attributes);
      }
    },
    close(name) {
      stack.pop();
      if (changes > 0) {
        changes -= 1;
        return;
      }
      const current = frame();
      switch (name) {
        case 'w:p':
          return closeParagraph();
        case 'w:r':
          current.run = null;
          return;
        case 'w:tbl': {
          const table = current.tables.pop();
          if (table) endTable(table);
          return;
        }
        case 'w:tc': {
          const table = current.tables.at(-1);
          if (table) endCell(table);
          return;
        }
        case 'w:ins':
        case 'w:moveTo':
          if (stack.at(-1) !== 'w:rPr' && stack.at(-1) !== 'w:trPr') inserted.pop();
          return;
        case 'w:del':
        case 'w:moveFrom':
          if (stack.at(-1) !== 'w:rPr' && stack.at(-1) !== 'w:trPr') deleted.pop();
          return;
        case 'w:hyperlink':
          if (link) model.links.push(link);
          link = null;
          return;
        case 'w:comment':
        case 'w:footnote':
        case 'w:endnote':
        case 'w:txbxContent':
          if (frames.length > 1) frames.pop();
          return;
        case 'mc:AlternateContent':
          choices.pop();
          return;
      }
    },
    comment: (text) => aside('markup-comment', text),
    text(text) {
      const name = stack.at(-1) ?? '';
      if (changes > 0) return text.trim() === '' ? undefined : aside('hidden-text', text);
      if (name === 'w:instrText' || name === 'w:delInstrText') {
        const field = fields.at(-1);
        if (field) field.code += text;
        else aside('field-code', text);
      } else if (name === 'w:delText') addText(text, { deleted: deleted.at(-1) ?? '' });
      else if (TEXT.has(name)) addChosenText(text);
      else if (text.trim() !== '' && !MEASURES.test(name)) aside('hidden-text', text);
    },
  });

  /** A fallback is for readers that cannot show the choice before it; mammoth is one. It may not say anything else. */
  function addChosenText(text: string) {
    const choice = choices.at(-1);
    if (!choice) return addText(text);
    if (!choice.fallback) {
      choice.text += text;
      return addText(text);
    }
    if (choice.text === '') return addText(text);
    if (!choice.text.includes(text)) addText(text, { hidden: true });
  }

  function addImage(id: string) {
    const relation = context.relationships.get(id);
    if (relation && !relation.external)
      context.images.push({ target: relation.target, altText, paragraph: bodyIndex() });
  }
}

/** A character style over the paragraph's: only what the style itself says, without the document's defaults. */
function characterStyle(styles: Styles, id: string | undefined): Formatting {
  if (!id) return {};
  const defaults = styles.resolve(null);
  const style = styles.resolve(id);
  return Object.fromEntries(
    Object.entries(style).filter(([key, value]) => defaults[key as keyof Formatting] !== value),
  );
}
