import { numberedLevel } from '../../documents/heading-level.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { linesOf } from './lines.ts';

/** A part of a document under its label: a heading with what follows, a table row, or 「标签：内容」. */
export type Field = {
  label: string;
  value: string;
  paragraph: number;
  /** 1 for 一、, 2 for （一） …; labels within a line stand below all headings. */
  level: number;
};

const NUMBERING =
  /^\s*(第[一二三四五六七八九十百]+[章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])[\s\u3000]*/u;
const LABEL_LENGTH = 24;
/** Labels that are no headings: a table row, a question, 「标签：内容」. */
const INNERMOST = 9;

/** The words of a heading without its number. */
export const bare = (text: string) => text.replace(NUMBERING, '').trim();

const isHeading = (text: string, level: number | null, numbering: string) =>
  text.length <= LABEL_LENGTH &&
  !/[。；，]$/u.test(text) &&
  (level !== null || numbering !== '' || NUMBERING.test(text) || /[？?]$/u.test(text));

/** Every labelled part of a document, in order; what a label holds ends at the next label of any level. */
export function fieldsOf(model: DocumentModel): Field[] {
  const fields: Field[] = [];
  const begin = (label: string, value: string, paragraph: number, level: number) =>
    fields.push({ label, value, paragraph, level });
  for (const line of linesOf(model)) {
    const { paragraph } = line;
    const cell = model.paragraphs[paragraph]?.cell;
    const text = line.text.trim();
    if (text === '') continue;
    if (cell) {
      if (cell.column === 0) begin(text, '', paragraph, INNERMOST);
      else append(fields, text);
      continue;
    }
    const numbered = NUMBERING.test(text) || line.numbering !== '';
    const level = line.level ?? numberedLevel(`${line.numbering}${text}`) ?? INNERMOST;
    const inline = /^([^：:。，；]{2,12})[：:]\s*(.+)$/su.exec(bare(text));
    // （一）申请条件。… gives a label and its text in one paragraph.
    const runIn = numbered ? /^([^。，；：]{2,20})。(.+)$/su.exec(bare(text)) : null;
    // 「问：为什么要出台？」 is a label whose answer follows.
    const question = /^问[：:]\s*(.+)$/su.exec(text);
    const answer = /^答[：:]\s*(.+)$/su.exec(text);
    if (question?.[1]) begin(question[1], '', paragraph, INNERMOST);
    else if (answer?.[1]) append(fields, answer[1]);
    else if (isHeading(text, line.level, line.numbering)) begin(bare(text), '', paragraph, level);
    else if (runIn?.[1] && runIn[2]) begin(runIn[1], runIn[2], paragraph, level);
    else if (inline?.[1] && inline[2]) begin(inline[1], inline[2], paragraph, INNERMOST);
    else append(fields, text);
  }
  return fields;
}

function append(fields: Field[], text: string) {
  const open = fields.at(-1);
  if (open) open.value += open.value === '' ? text : `\n${text}`;
}

/** Fields whose label holds one of the words, with all that stands under them: sub-headings count as their content. */
export function fieldsNamed(fields: Field[], words: RegExp): Field[] {
  return fields.flatMap((field, at) => (words.test(field.label) ? [{ ...field, value: contentOf(fields, at) }] : []));
}

function contentOf(fields: Field[], at: number): string {
  const field = fields[at];
  if (!field) return '';
  const following = fields.slice(at + 1);
  const end = following.findIndex(({ level }) => level <= field.level);
  const below = following.slice(0, end === -1 ? following.length : end);
  return [field.value, ...below.map(({ label, value }) => `${label}。${value}`)]
    .filter((text) => text !== '')
    .join('\n');
}

/** A line by itself that is no heading by style or number, yet stands over what follows: 出台背景, then a paragraph. */
export function captioned(model: DocumentModel, words: RegExp): string[] {
  const lines = linesOf(model).filter(({ text, cell }) => !cell && text.trim() !== '');
  return lines.flatMap(({ text }, at) => {
    const caption = bare(text.trim()).replace(/[：:]$/u, '');
    const next = lines[at + 1]?.text.trim() ?? '';
    return caption.length <= 12 && !/[，。；、]/u.test(caption) && words.test(caption) && next.length >= 8
      ? [next]
      : [];
  });
}
