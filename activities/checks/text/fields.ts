import type { DocumentModel } from '../../documents/model.ts';
import { linesOf } from './lines.ts';

/** A part of a document under its label: a heading with what follows, a table row, or 「标签：内容」. */
export type Field = { label: string; value: string; paragraph: number };

const NUMBERING =
  /^\s*(第[一二三四五六七八九十百]+[章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])[\s\u3000]*/u;
const LABEL_LENGTH = 24;

/** The words of a heading without its number. */
export const bare = (text: string) => text.replace(NUMBERING, '').trim();

const isHeading = (text: string, level: number | null, numbering: string) =>
  text.length <= LABEL_LENGTH &&
  !/[。；，]$/u.test(text) &&
  (level !== null || numbering !== '' || NUMBERING.test(text) || /^问[：:]|[？?]$/u.test(text));

/** Every labelled part of a document, in order; what a label holds ends at the next label of any level. */
export function fieldsOf(model: DocumentModel): Field[] {
  const fields: Field[] = [];
  for (const line of linesOf(model)) {
    const cell = model.paragraphs[line.paragraph]?.cell;
    const text = line.text.trim();
    if (text === '') continue;
    if (cell) {
      if (cell.column === 0) fields.push({ label: text, value: '', paragraph: line.paragraph });
      else append(fields, text);
      continue;
    }
    const inline = /^([^：:。，；]{2,12})[：:]\s*(.+)$/su.exec(bare(text));
    // （一）申请条件。… gives a label and its text in one paragraph.
    const runIn =
      NUMBERING.test(text) || line.numbering !== '' ? /^([^。，；：]{2,20})。(.+)$/su.exec(bare(text)) : null;
    if (isHeading(text, line.level, line.numbering))
      fields.push({ label: bare(text), value: '', paragraph: line.paragraph });
    else if (runIn?.[1] && runIn[2]) fields.push({ label: runIn[1], value: runIn[2], paragraph: line.paragraph });
    else if (inline?.[1] && inline[2]) {
      // 「问：为什么要出台？」 is a label whose answer follows.
      if (/^问$/u.test(inline[1])) fields.push({ label: inline[2], value: '', paragraph: line.paragraph });
      else if (/^答$/u.test(inline[1])) append(fields, inline[2]);
      else fields.push({ label: inline[1], value: inline[2], paragraph: line.paragraph });
    } else append(fields, text);
  }
  return fields;
}

function append(fields: Field[], text: string) {
  const open = fields.at(-1);
  if (open) open.value += open.value === '' ? text : `\n${text}`;
}

/** Fields whose label holds one of the words, and that are not empty. Sub-headings below a heading count as its content. */
export function fieldsNamed(fields: Field[], words: RegExp): Field[] {
  return fields.flatMap((field, at) => {
    if (!words.test(field.label)) return [];
    const next = fields[at + 1];
    const value =
      field.value !== '' ? field.value : next && !words.test(next.label) ? `${next.label}${next.value}` : '';
    return [{ ...field, value }];
  });
}
