import type { DocumentModel, Paragraph } from '../documents/model.ts';
import { type CalendarDate, parseDate } from './text/dates.ts';

type Spot = { paragraph: number; text: string };

/** 附件说明 names an annex; `number` is null for a single one. */
export type AnnexName = Spot & { number: number | null; title: string };
/** An annex that is there: from its 附件 mark to the next one. */
export type Annex = Spot & { number: number | null; title: string };

/** 公文要素 (GB/T 9704—2012) as they stand in the document. */
export type Outline = {
  documentNumber: Spot | null;
  /** Title of the document; its lines joined. */
  title: Spot | null;
  titleLines: number[];
  recipients: Spot | null;
  /** 附件说明. */
  annexNames: AnnexName[];
  annexes: Annex[];
  /** 成文日期 under the signature, as written; `printed` is the line 「…印发」. */
  date: Spot | null;
  printed: Spot | null;
  copies: Spot | null;
  /** （此件公开发布） */
  note: Spot | null;
  /** The day as read from `date` or `printed`; null where it is no date. */
  issuedOn: string | null;
  /** First paragraph of the text proper, after title and recipients. */
  bodyFrom: number;
  /** First paragraph after the text proper: annexes, or 抄送. */
  bodyTo: number;
};

const NUMBER = /^[\u4e00-\u9fa5]{2,20}\s*[〔[（(【［﹝]?\s*\d{2,4}\s*年?\s*[〕\]）)】］﹞]?\s*第?\s*\d{1,5}\s*号?$/u;
const ORDER = /(令|公告|通告)?\s*第\s*[\d〇零一二三四五六七八九十百]+\s*号$/u;
const RECIPIENTS = /^(各|[省市区县旗]|[\u4e00-\u9fa5]{2,12}(街道办事处|人民政府|委员会))[^。；！？]{1,120}[：:]?$/u;
const NOTE = /^[（(【]?\s*此件[^。]{2,20}[）)】]?$/u;
const DATE_LINE =
  /^.{0,40}?([\d〇零○一二三四五六七八九十]{2,4}\s*[年./-]\s*[\d一二三四五六七八九十]{1,3}\s*[月./-]\s*[\d一二三四五六七八九十]{1,3}\s*日?)$/u;
const CJK_DATE_ONLY = /^[\d〇零○一二三四五六七八九十年月日./\s-]+$/u;

/** Finds the elements by their form and order. Nothing is required to be there: what is missing is a rule's affair. */
export function outlineOf(model: DocumentModel): Outline {
  const all = model.paragraphs;
  const text = (index: number) => all[index]?.text.trim() ?? '';
  const plain = [...all.keys()].filter((index) => all[index]?.cell === null && text(index) !== '');
  const spot = (index: number | undefined): Spot | null =>
    index === undefined ? null : { paragraph: index, text: text(index) };

  const copiesAt = plain.find((index) => /^抄\s*送[：:]/u.test(text(index)));
  const printedAt = plain.findLast(
    (index) => /印发$/u.test(text(index)) && /\d/.test(text(index)) && text(index).length < 80,
  );
  const annexMarks = plain.filter((index) => /^附\s*件\s*\d{0,2}[：:]?$/u.test(text(index)));
  const bodyTo = Math.min(...[annexMarks[0], copiesAt, printedAt].filter((at) => at !== undefined), all.length);

  const head = plain.slice(0, 16);
  const numberAt = head.find(
    (index) => NUMBER.test(text(index)) || (text(index).length < 40 && ORDER.test(text(index))),
  );
  const recipientsAt = head.find(
    (index) =>
      // A line before any title is the head of a page, not an address.
      index > (numberAt ?? plain[0] ?? -1) &&
      !centred(all[index]) &&
      RECIPIENTS.test(text(index)) &&
      looksAddressed(text(index)),
  );
  const titleLines = titleAt(all, plain, numberAt, recipientsAt);
  const noteAt = plain.find((index) => index < bodyTo && NOTE.test(text(index)));
  const afterHead = recipientsAt ?? titleLines.at(-1) ?? numberAt ?? -1;
  const dateAt = plain.find((index) => index > afterHead && index < bodyTo && isDateLine(text(index)));

  const date = spot(dateAt);
  const printed = spot(printedAt);
  return {
    documentNumber: spot(numberAt),
    title: titleLines.length === 0 ? null : { paragraph: titleLines[0] ?? 0, text: titleLines.map(text).join('') },
    titleLines,
    recipients: spot(recipientsAt),
    annexNames: annexNames(all, plain, bodyTo),
    annexes: annexMarks
      .filter((index) => copiesAt === undefined || index < copiesAt)
      .map((index) => ({
        paragraph: index,
        text: text(index),
        number: Number(/\d+/.exec(text(index))?.[0] ?? Number.NaN) || null,
        title: text(plain.find((next) => next > index) ?? -1),
      })),
    date,
    printed,
    copies: spot(copiesAt),
    note: spot(noteAt),
    issuedOn: dayText(parseDate(date?.text ?? '') ?? parseDate(printed?.text ?? '')),
    bodyFrom: afterHead + 1,
    bodyTo,
  };
}

const centred = (paragraph: Paragraph | undefined) => paragraph?.alignment === 'center';
const looksAddressed = (text: string) =>
  /[：:]$/u.test(text) || /(部门|办事处|单位|机关|机构|局|委|政府|公司|学校|院)$/u.test(text);

/** A line that is a date, or a signature with its date. */
function isDateLine(text: string): boolean {
  const match = DATE_LINE.exec(text.replace(/[\s\u3000]+/gu, ' ').trim());
  if (!match?.[1]) return false;
  const before = text.slice(0, text.length - match[1].length).trim();
  return before === '' || /(政府|办公室|局|委|委员会|中心|厅|部|院|会)$/u.test(before);
}

/** Title: the centred lines after the number; without alignment, the lines between number and recipients. */
function titleAt(
  all: Paragraph[],
  plain: number[],
  number: number | undefined,
  recipients: number | undefined,
): number[] {
  const from = number === undefined ? 0 : plain.indexOf(number) + 1;
  const to = recipients === undefined ? plain.length : plain.indexOf(recipients);
  const lines: number[] = [];
  for (const index of plain.slice(from, to)) {
    const paragraph = all[index];
    const belongs =
      centred(paragraph) || paragraph?.headingLevel === 1 || (recipients !== undefined && lines.length < 4);
    if (!belongs) break;
    lines.push(index);
    if (lines.length === 5) break;
  }
  // Without a number the masthead stands first and is no part of the title.
  return lines.filter((index, at) => !(at === 0 && lines.length > 1 && /文件$/u.test(all[index]?.text.trim() ?? '')));
}

/** 附件：1．…　2．… in one paragraph or on lines of their own. */
function annexNames(all: Paragraph[], plain: number[], bodyTo: number): AnnexName[] {
  const first = plain.find((index) => index < bodyTo && /^附\s*件[：:]\s*\S/u.test(all[index]?.text.trim() ?? ''));
  if (first === undefined) return [];
  const names: AnnexName[] = [];
  for (const index of plain.slice(plain.indexOf(first))) {
    if (index >= bodyTo) break;
    const text = (all[index]?.text ?? '').trim().replace(/^附\s*件[：:]\s*/u, '');
    const parts = text
      .split(/(?=(?:^|[\s\u3000；;])\d{1,2}\s*[.．、](?!\d(?!\d{3}[年—-])))/u)
      .filter((part) => part.trim() !== '');
    const numbered = parts.map((part) => /^[\s\u3000；;]*(\d{1,2})\s*[.．、]\s*(.+)$/su.exec(part));
    if (index !== first && !numbered.some((match) => match)) break;
    for (const [at, match] of numbered.entries()) {
      const title = (match?.[2] ?? parts[at] ?? '').trim();
      names.push({ paragraph: index, text, number: match ? Number(match[1]) : null, title });
    }
  }
  return names;
}

export const isCjkDate = (text: string) => CJK_DATE_ONLY.test(text);

const dayText = (date: CalendarDate | null) =>
  date?.year && date.month && date.day
    ? `${date.year}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}`
    : null;
