import { numberedLevel } from '../heading-level.ts';
import type { Aside, DocumentModel } from '../model.ts';
import { tooLarge } from '../refusal.ts';
import type { Numbering } from './numbering.ts';
import type { Relationship } from './package.ts';
import { asidesOf, type Marks, type OpenParagraph, openParagraph, sameMarks, visibleText } from './paragraph.ts';
import { type Formatting, isUnseen } from './run-properties.ts';
import type { Styles } from './styles.ts';
import type { OpenTable } from './table.ts';

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

/** Where the walk through a part stands, and how what it meets gets into the model. */
export type StoryWriter = ReturnType<typeof createStoryWriter>;

export function createStoryWriter({ model, styles, numbering, part, kind }: StoryContext) {
  const frames: Frame[] = [newFrame(kind, null, null)];
  const frame = () => frames.at(-1) as Frame;
  const bodyIndex = () => frames.findLast((each) => each.paragraph?.index != null)?.paragraph?.index ?? null;
  /** Authors of the tracked insertions and deletions that we are in. */
  const inserted: string[] = [];
  const deleted: string[] = [];
  const cellFill = new Map<OpenTable['cell'], string>();
  const state = { pendingBreak: false, link: null as DocumentModel['links'][number] | null };

  const aside = (asideKind: Aside['kind'], text: string, author: string | null = null, paragraph = bodyIndex()) => {
    if (text.trim() !== '') model.asides.push({ kind: asideKind, text, part, author, paragraph });
  };

  const effective = (run: Run, paragraph: OpenParagraph, table: OpenTable | undefined): Formatting => {
    const inherited = { ...styles.resolve(paragraph.style), ...paragraph.formatting };
    const fill = run.formatting.fill ?? inherited.fill ?? cellFill.get(table?.cell ?? null);
    const { fill: _, ...own } = run.formatting;
    return { ...inherited, ...own, ...(fill === undefined ? {} : { fill }) };
  };

  const addText = (text: string, marks: Partial<Marks> = {}) => {
    const { paragraph, run, tables } = frame();
    if (text === '') return;
    if (!paragraph) return aside('hidden-text', text);
    const table = tables.at(-1);
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
    if (state.link) state.link.text += text;
    if (text.trim() === '') return;
    if (formatting.bold) paragraph.boldText += 1;
    else paragraph.plainText += 1;
    if (state.pendingBreak && frame().kind === 'body') {
      paragraph.pageBreakBefore = true;
      state.pendingBreak = false;
    }
  };

  const startParagraph = () => {
    const current = frame();
    const cell = current.kind === 'body' ? (current.tables.at(-1)?.cell ?? null) : null;
    let index: number | null = null;
    if (current.kind === 'body') {
      index = model.paragraphs.length;
      if (index >= MAX_PARAGRAPHS) {
        throw tooLarge(`段落超过 ${MAX_PARAGRAPHS} 个`, `more than ${MAX_PARAGRAPHS} paragraphs`);
      }
      // Holds the place: a text box inside may close before the paragraph does.
      model.paragraphs.push(EMPTY);
    }
    current.paragraph = openParagraph(index, cell);
  };

  const endParagraph = () => {
    const current = frame();
    const { paragraph } = current;
    if (!paragraph) return;
    current.paragraph = null;
    const text = visibleText(paragraph);
    if (paragraph.index === null) {
      if (current.kind !== 'body') aside(current.kind, text, current.author, current.anchor);
      model.asides.push(...asidesOf(paragraph, part).map((each) => ({ ...each, paragraph: current.anchor })));
      return;
    }
    const resolved = { ...styles.resolve(paragraph.style), ...paragraph.formatting };
    const id = resolved.numberingId;
    const number = id && id !== '0' ? numbering.next(id, resolved.numberingLevel ?? 0) : null;
    const style = paragraph.style === null ? null : styles.nameOf(paragraph.style);
    // Some programs write heading styles without their outline level; the name is fixed (ECMA-376-1 17.7.4.9).
    const named = Number(/^(?:heading|标题)\s*([1-9])$/i.exec(style ?? '')?.[1] ?? 0) || null;
    const outline = resolved.outline !== undefined && resolved.outline <= 8 ? resolved.outline + 1 : named;
    const numbered = paragraph.cell ? null : numberedLevel(`${number ?? ''}${text}`);
    model.paragraphs[paragraph.index] = {
      text,
      style,
      headingLevel: text.trim() === '' ? null : (numbered ?? outline),
      numbering: number,
      alignment: resolved.alignment ?? null,
      bold: paragraph.boldText > 0 && paragraph.plainText === 0,
      cell: paragraph.cell,
      pageBreakBefore: paragraph.pageBreakBefore || resolved.pageBreakBefore === true,
    };
    model.asides.push(...asidesOf(paragraph, part));
  };

  return {
    state,
    frame,
    inserted,
    deleted,
    cellFill,
    bodyIndex,
    aside,
    addText,
    startParagraph,
    endParagraph,
    startRun: () => {
      frame().run = { formatting: {}, effective: null };
    },
    endRun: () => {
      frame().run = null;
    },
    enter: (inner: Aside['kind'], author: string | null, anchor: number | null) => {
      frames.push(newFrame(inner, author, anchor));
    },
    leave: () => {
      if (frames.length > 1) frames.pop();
    },
  };
}

const newFrame = (kind: Frame['kind'], author: string | null, anchor: number | null): Frame => ({
  kind,
  author,
  anchor,
  paragraph: null,
  run: null,
  tables: [],
});

const EMPTY: DocumentModel['paragraphs'][number] = {
  text: '',
  style: null,
  headingLevel: null,
  numbering: null,
  alignment: null,
  bold: false,
  cell: null,
  pageBreakBefore: false,
};
