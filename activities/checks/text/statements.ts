import type { DocumentModel } from '../../documents/model.ts';
import { type Figure, figuresIn } from './figures.ts';
import { type Line, linesOf } from './lines.ts';

/** What a date is about, where the words say so: from when a document holds, and until when. */
export type DateRole = 'effective' | 'until';

/** A figure with what is said of it. Words are compared as pairs of neighbouring characters. */
export type Statement = {
  figure: Figure;
  line: Line;
  clause: string;
  /** Pairs of its clause. */
  own: Set<string>;
  /** Pairs of its clause, and where that says little, of the words before it in the sentence. */
  wide: Set<string>;
  /** Pairs of its whole sentence, with the label that it stands under. */
  context: Set<string>;
  /** Pairs of what leads up to it in its sentence. */
  far: Set<string>;
  /** The word counted: 停放位 of 60个停放位, two characters of it; empty where none follows. */
  noun: string;
  role: DateRole | null;
  /** The other end, where it is one end of a range (5月11日至6月30日). */
  until: Figure | null;
  from: Figure | null;
  /** Said of former times, or as an example: not what the document says now. */
  older: boolean;
};

const CLAUSE = /[，。；：、？！,;:\n（）()]/u;
const SENTENCE = /[。；？！\n]/u;
const OLDER =
  /(原《|原(办法|规定|标准|政策|来|有|先|暂行)|旧(办法|规定|政策|标准)|此前|以前|过去|去年|上年|上一年|往年|近年|截至|累计惠及|例如|比如|举例|假如|假设|为例|某企业|现行)/u;
const OLDER_HEADING = /(原|旧|修订前|调整前|以前|过去|现行|去年|上年|\d{4}年)/u;
/** Limits and approximations stand beside any figure and say nothing of the matter. */
const LIMITS =
  /不少于|不超过|不低于|不高于|不小于|不大于|不得超过|至少|最多|以上|以下|以内|之内|超过|达到|约|均|各|共|应当|可以/gu;
const FEW = 4;
const CAPTION = 16;

/** Every figure of a document as a statement. */
export function statementsIn(model: DocumentModel): Statement[] {
  const headings = new Map<string, string>();
  const labels = new Map<string, string>();
  for (const { cell, text } of model.paragraphs) {
    if (!cell) continue;
    if (cell.row === 0) headings.set(`${cell.table} ${cell.column}`, text);
    if (cell.column === 0) labels.set(`${cell.table} ${cell.row}`, text);
  }
  let caption = '';
  return linesOf(model).flatMap((line) => {
    const cell = model.paragraphs[line.paragraph]?.cell;
    const heading = (cell && headings.get(`${cell.table} ${cell.column}`)) ?? '';
    const label = cell
      ? `${labels.get(`${cell.table} ${cell.row}`) ?? ''} ${heading}`
      : `${caption} ${runIn(line.text)}`;
    // In a picture the words over a figure say what it is about.
    if (model.format === 'svg') caption = line.text.length <= CAPTION ? line.text : '';
    const figures = figuresIn(line.text);
    const masked = mask(line.text, figures);
    return figures.map((figure, at) => statement({ line, figure, masked, label, heading, figures, at }));
  });
}

/** （一）诊断补助。… names its matter once, before the first stop. */
const runIn = (text: string) =>
  /^(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*)([^。，；：]{2,14})。/u.exec(text)?.[1] ?? '';

const mask = (text: string, figures: Figure[]) =>
  figures.reduce((rest, { start, end }) => rest.slice(0, start) + '\0'.repeat(end - start) + rest.slice(end), text);

type Found = {
  line: Line;
  figure: Figure;
  masked: string;
  label: string;
  heading: string;
  figures: Figure[];
  at: number;
};

function statement({ line, figure, masked, label, heading, figures, at }: Found): Statement {
  const { text } = line;
  const from = lastBefore(masked, figure.start, CLAUSE);
  const to = firstAfter(masked, figure.end, CLAUSE);
  const sentenceFrom = lastBefore(masked, figure.start, SENTENCE);
  const sentenceTo = firstAfter(masked, figure.end, SENTENCE);
  const before = Math.max(sentenceFrom, lastBefore(masked, Math.max(0, from - 1), CLAUSE));
  const clause = text.slice(from, to);
  const own = pairsOf(masked.slice(from, to));
  const next = figures[at + 1];
  const previous = figures[at - 1];
  const joined = (left: Figure | undefined, right: Figure | undefined) =>
    left &&
    right &&
    left.kind === right.kind &&
    /^\s*(至|到|—+|－|–|-|~|～)\s*$/u.test(text.slice(left.end, right.start));
  return {
    figure,
    line,
    clause,
    own,
    wide: own.size >= FEW ? own : pairsOf(`${label} ${masked.slice(before, to)}`),
    context: pairsOf(`${label} ${masked.slice(sentenceFrom, sentenceTo)}`),
    far: pairsOf(`${label} ${masked.slice(sentenceFrom, figure.start)}`),
    noun: /^[\u4e00-\u9fa5]{2}/u.exec(masked.slice(figure.end, to))?.[0] ?? '',
    role: figure.kind === 'date' ? roleOf(text.slice(0, figure.start), text.slice(figure.end)) : null,
    until: joined(figure, next) && next ? next : null,
    from: joined(previous, figure) && previous ? previous : null,
    older:
      OLDER.test(text.slice(sentenceFrom, sentenceTo)) ||
      OLDER_HEADING.test(heading) ||
      // 由200元提高到300元: the first is the old one.
      /^[^\d]{0,6}(提高|增加|上调|降低|降|减少|下调|延长|缩短|调整|扩大|增|减)(到|至|为)/u.test(
        text.slice(figure.end, to),
      ),
  };
}

function roleOf(before: string, after: string): DateRole | null {
  if (/有效期(限)?(至|到|为)?$|有效至$|执行至$/u.test(before)) return 'until';
  return /^起?(开始|正式)?(施行|实施|执行|生效)/u.test(after) ? 'effective' : null;
}

const lastBefore = (text: string, at: number, stop: RegExp) => {
  for (let index = at - 1; index >= 0; index--) if (stop.test(text[index] ?? '')) return index + 1;
  return 0;
};
const firstAfter = (text: string, at: number, stop: RegExp) => {
  for (let index = at; index < text.length; index++) if (stop.test(text[index] ?? '')) return index;
  return text.length;
};

/** Pairs of neighbouring characters; figures and marks part them, limits are left out. */
export function pairsOf(text: string): Set<string> {
  const pairs = new Set<string>();
  for (const run of text.replace(LIMITS, ' ').match(/[\u4e00-\u9fa5A-Za-z]+/gu) ?? []) {
    for (let at = 0; at + 2 <= run.length; at++) pairs.add(run.slice(at, at + 2));
  }
  return pairs;
}

/** How many pairs both have. */
export function shared(one: Set<string>, other: Set<string>): number {
  let same = 0;
  for (const pair of one) if (other.has(pair)) same += 1;
  return same;
}

/** Share of the pairs of `part` that `whole` has too; 0 for an empty part. */
export const contained = (part: Set<string>, whole: Set<string>) =>
  part.size === 0 ? 0 : shared(part, whole) / part.size;
