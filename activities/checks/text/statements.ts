import type { DocumentModel } from '../../documents/model.ts';
import { type Figure, figuresIn } from './figures.ts';
import { type Line, linesOf } from './lines.ts';

/** A figure with what is said of it: the pairs of characters of its clause, with the clause before, with its sentence so far. */
export type Statement = {
  figure: Figure;
  line: Line;
  clause: string;
  own: Set<string>;
  wide: Set<string>;
  far: Set<string>;
  sentence: string;
  older: boolean;
};

const CLAUSE = /[，。；：、？！,;:\n（）()]/u;
const SENTENCE = /[。；？！\n]/u;
/** Said of former times, or as an example: not what the document says now. */
const OLDER =
  /(原(办法|规定|标准|政策|来|有|先|暂行)|旧(办法|规定|政策|标准)|此前|以前|过去|去年|上年|上一年|往年|近年|截至|累计惠及|例如|比如|举例|假如|假设|为例|某企业|现行)/u;
const OLDER_HEADING = /(原|旧|修订前|调整前|以前|过去|现行|去年|上年|\d{4}年)/u;

/** Every figure of a document as a statement. */
export function statementsIn(model: DocumentModel): Statement[] {
  const headings = new Map<string, string>();
  const labels = new Map<string, string>();
  for (const { cell, text } of model.paragraphs) {
    if (!cell) continue;
    if (cell.row === 0) headings.set(`${cell.table} ${cell.column}`, text);
    if (cell.column === 0) labels.set(`${cell.table} ${cell.row}`, text);
  }
  return linesOf(model).flatMap((line) => {
    const figures = figuresIn(line.text);
    if (figures.length === 0) return [];
    const cell = model.paragraphs[line.paragraph]?.cell;
    const heading = (cell && headings.get(`${cell.table} ${cell.column}`)) ?? '';
    const label = cell ? `${labels.get(`${cell.table} ${cell.row}`) ?? ''} ${heading}` : '';
    const masked = mask(line.text, figures);
    return figures.map((figure) => statement(line, figure, masked, label, heading));
  });
}

const mask = (text: string, figures: Figure[]) =>
  figures.reduce((rest, { start, end }) => rest.slice(0, start) + '\0'.repeat(end - start) + rest.slice(end), text);

function statement(line: Line, figure: Figure, masked: string, label: string, heading: string): Statement {
  const from = lastBefore(masked, figure.start, CLAUSE);
  const to = firstAfter(masked, figure.end, CLAUSE);
  const before = lastBefore(masked, Math.max(0, from - 1), CLAUSE);
  const sentence = line.text.slice(
    lastBefore(masked, figure.start, SENTENCE),
    firstAfter(masked, figure.end, SENTENCE),
  );
  const after = line.text.slice(figure.end, to);
  return {
    figure,
    line,
    clause: line.text.slice(from, to),
    own: pairsOf(`${label} ${masked.slice(from, to)}`),
    wide: pairsOf(`${label} ${masked.slice(before, to)}`),
    far: pairsOf(`${label} ${masked.slice(lastBefore(masked, figure.start, SENTENCE), figure.start)}`),
    sentence,
    older:
      OLDER.test(sentence) ||
      OLDER_HEADING.test(heading) ||
      // 由200元提高到300元: the first is the old one.
      /^[^\d]{0,6}(提高|增加|上调|降低|降|减少|下调|延长|缩短|调整|扩大|增|减)(到|至|为)/u.test(after),
  };
}

const lastBefore = (text: string, at: number, stop: RegExp) => {
  for (let index = at - 1; index >= 0; index--) if (stop.test(text[index] ?? '')) return index + 1;
  return 0;
};
const firstAfter = (text: string, at: number, stop: RegExp) => {
  for (let index = at; index < text.length; index++) if (stop.test(text[index] ?? '')) return index;
  return text.length;
};

/** Pairs of neighbouring characters; figures and marks part them. */
export function pairsOf(text: string): Set<string> {
  const pairs = new Set<string>();
  for (const run of text.match(/[\u4e00-\u9fa5A-Za-z]+/gu) ?? []) {
    for (let at = 0; at + 2 <= run.length; at++) pairs.add(run.slice(at, at + 2));
  }
  return pairs;
}

/** Share of the pairs of `part` that `whole` has too. */
export function contained(part: Set<string>, whole: Set<string>): number {
  if (part.size === 0) return 0;
  let same = 0;
  for (const pair of part) if (whole.has(pair)) same += 1;
  return same / part.size;
}
