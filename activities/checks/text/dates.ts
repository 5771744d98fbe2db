import { numberOf } from './numerals.ts';

/** A calendar date as written in a text; parts that are not written are null. */
export type CalendarDate = { year: number | null; month: number; day: number | null };

export type DateInText = CalendarDate & { start: number; end: number; text: string };

const DIGITS = '[\\d〇零○一二三四五六七八九十]';
const DATE =
  /(?:(\d{4}|[〇零○一二三四五六七八九]{4})\s*年\s*)?(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*(?:(\d{1,2}|[一二三四五六七八九十]{1,3})\s*日)?/gu;
const NUMERIC = /(?<!\d)(\d{4})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?!\d)/gu;

/** Every date of a text with at least a year and a month, or a month and a day. */
export function datesIn(text: string): DateInText[] {
  const dates: DateInText[] = [];
  for (const match of text.matchAll(DATE)) {
    const [whole, year, month, day] = match;
    // 3个月、三月内 are lengths of time.
    if (!year && !day) continue;
    const before = text[match.index - 1] ?? '';
    if (new RegExp(DIGITS, 'u').test(before) && !year) continue;
    const spaceless = whole.trimEnd();
    dates.push({
      year: year ? numberOf(year) : null,
      month: numberOf(month ?? '') ?? 0,
      day: day ? numberOf(day) : null,
      start: match.index,
      end: match.index + spaceless.length,
      text: spaceless,
    });
  }
  for (const match of text.matchAll(NUMERIC)) {
    dates.push({
      year: Number(match[1]),
      month: Number(match[3]),
      day: Number(match[4]),
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
    });
  }
  return dates.sort((a, b) => a.start - b.start);
}

/** The last complete date of a line. */
export const parseDate = (text: string): CalendarDate | null =>
  datesIn(text).findLast((date) => date.year !== null && date.day !== null) ?? null;

/** False for 2月30日 and 13月; a date without a year may be in a leap year. */
export function exists({ year, month, day }: CalendarDate): boolean {
  if (month < 1 || month > 12) return false;
  if (day === null) return true;
  return day >= 1 && day <= new Date(Date.UTC(year ?? 2000, month, 0)).getUTCDate();
}

/** Days between two `YYYY-MM-DD`. */
export const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** `YYYY-MM-DD` of a complete date. */
export const dayOfDate = ({ year, month, day }: CalendarDate): string | null =>
  year === null || day === null ? null : `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
