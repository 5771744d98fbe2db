import type { Aside, Paragraph } from '../model.ts';
import type { Formatting } from './run-properties.ts';

/** Why a stretch of text is not simply there. Several can hold of one stretch. */
export type Marks = { hidden: boolean; unseen: boolean; inserted: string | null; deleted: string | null };

export const sameMarks = (a: Marks, b: Marks): boolean =>
  a.hidden === b.hidden && a.unseen === b.unseen && a.inserted === b.inserted && a.deleted === b.deleted;

type Stretch = { text: string; marks: Marks };

/** A paragraph while it is being read: stretches of text with what Word would do with each. */
export type OpenParagraph = {
  stretches: Stretch[];
  formatting: Formatting;
  style: string | null;
  boldText: number;
  plainText: number;
  cell: Paragraph['cell'];
  pageBreakBefore: boolean;
  /** Index in the body; null in headers, comments, text boxes … */
  index: number | null;
  /** Tracked insertion or deletion of the paragraph mark itself. */
  markChange: { kind: 'tracked-insertion' | 'tracked-deletion'; author: string | null } | null;
};

export const openParagraph = (index: number | null, cell: Paragraph['cell']): OpenParagraph => ({
  stretches: [],
  formatting: {},
  style: null,
  boldText: 0,
  plainText: 0,
  cell,
  pageBreakBefore: false,
  index,
  markChange: null,
});

const isVisible = ({ marks }: Stretch) => !marks.hidden && !marks.unseen && marks.deleted === null;

export const visibleText = (paragraph: OpenParagraph): string =>
  paragraph.stretches
    .filter(isVisible)
    .map((stretch) => stretch.text)
    .join('');

/**
 * What the paragraph says aside from its visible text. Runs are joined: a mark that is split over runs, or over a hidden
 * and an empty one, is still one text here.
 */
export function asidesOf(paragraph: OpenParagraph, part: string): Aside[] {
  const asides: Aside[] = [];
  const add = (kind: Aside['kind'], author: string | null, holds: (marks: Marks) => boolean) => {
    let text = '';
    const flush = () => {
      if (text.trim() !== '') asides.push({ kind, text, part, author, paragraph: paragraph.index });
      text = '';
    };
    for (const stretch of paragraph.stretches) {
      if (holds(stretch.marks)) text += stretch.text;
      else if (stretch.text.trim() !== '') flush();
    }
    flush();
  };
  const authorOf = (pick: (marks: Marks) => string | null) =>
    paragraph.stretches.map(({ marks }) => pick(marks)).find((author) => author !== null) || null;
  add('hidden-text', null, (marks) => marks.hidden);
  add('white-text', null, (marks) => marks.unseen && !marks.hidden);
  add(
    'tracked-insertion',
    authorOf((marks) => marks.inserted),
    (marks) => marks.inserted !== null,
  );
  add(
    'tracked-deletion',
    authorOf((marks) => marks.deleted),
    (marks) => marks.deleted !== null,
  );
  if (paragraph.markChange && asides.every(({ kind }) => kind !== paragraph.markChange?.kind)) {
    // Only the paragraph mark was inserted or deleted: two paragraphs were joined or one was split.
    asides.push({ ...paragraph.markChange, text: visibleText(paragraph), part, paragraph: paragraph.index });
  }
  return asides;
}
