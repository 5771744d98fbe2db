import type { DocumentModel } from '../../documents/model.ts';
import type { Place } from '../rule.ts';

/** One paragraph, or several that were one before a picture broke them into lines. */
export type Line = {
  text: string;
  /** Index of the paragraph; of the first one where lines were joined. */
  paragraph: number;
  cell: boolean;
  level: number | null;
  /** What Word draws before the text. */
  numbering: string;
};

const ENDS = /[。；！？：:;!?]$/;
/** A picture's line is broken where the box ends; a shorter line is a caption of its own. */
const WRAPPED = 20;

/** Every rule asks for the lines of the same few models, which nothing changes once they are read. */
const known = new WeakMap<DocumentModel, Line[]>();

/** The visible text of a document, line by line. In SVG a sentence is broken into several `text` elements. */
export function linesOf(model: DocumentModel): Line[] {
  const lines = known.get(model) ?? readLines(model);
  known.set(model, lines);
  return lines;
}

function readLines(model: DocumentModel): Line[] {
  const lines: Line[] = [];
  let previous = '';
  for (const [index, { text, cell, headingLevel, numbering }] of model.paragraphs.entries()) {
    const open = lines.at(-1);
    const continues = model.format === 'svg' && previous.length >= WRAPPED && !ENDS.test(previous) && text.length > 1;
    previous = text;
    if (open && continues) open.text += text;
    else lines.push({ text, paragraph: index, cell: cell !== null, level: headingLevel, numbering: numbering ?? '' });
  }
  return lines;
}

/** Place of a range of a line. */
export const placeIn = (line: Pick<Line, 'text' | 'paragraph' | 'cell'>, start: number, end: number): Place => ({
  where: line.cell ? 'table' : 'body',
  paragraph: line.paragraph,
  start,
  end,
  quote: line.text.slice(start, end),
});

/** Place of a match of a regular expression in a line. */
export const placeOf = (line: Pick<Line, 'text' | 'paragraph' | 'cell'>, match: RegExpMatchArray): Place =>
  placeIn(line, match.index ?? 0, (match.index ?? 0) + match[0].length);

export type Sentence = { text: string; start: number };

/** Sentences of a line with their offset; semicolons end one too, since clauses of a list stand between them. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const match of text.matchAll(/[^。；！？;]+[。；！？;]*/gu)) {
    sentences.push({ text: match[0], start: match.index });
  }
  return sentences;
}
