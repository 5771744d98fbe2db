import { datesIn } from './dates.ts';
import { numberOf } from './numerals.ts';

export type FigureKind = 'amount' | 'date' | 'number' | 'time' | 'phone' | 'document-number';

/** A figure of a text: what it says (`value`, comparable within kind and unit) and where. */
export type Figure = { kind: FigureKind; unit: string; value: string; text: string; start: number; end: number };

const DOCUMENT_NUMBER = /[\u4e00-\u9fa5]{2,16}[〔[（(【]\s*(\d{4})\s*[〕\])）】]\s*第?\s*(\d+)\s*号/gu;
const PHONE = /(?<!\d)(?:0\d{2,3}[-－—]\d{7,8}|400[-－]?\d{3}[-－]?\d{4}|1[3-9]\d{9})(?!\d)/gu;
const TIME = /(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)/gu;
const NUMERAL = '(?:\\d[\\d,]*(?:\\.\\d+)?|[一二两三四五六七八九十百千]{1,6})';
const SCALE: Record<string, number> = { 千: 1e3, 万: 1e4, 百万: 1e6, 千万: 1e7, 亿: 1e8, 万亿: 1e12 };
const AMOUNT = new RegExp(`(${NUMERAL})\\s*(万亿|千万|百万|亿|万|千)?\\s*(?:余|多)?元`, 'gu');
/** Units by what they measure; those in one group say the same. */
const UNITS: string[][] = [
  ['%', '％', '个百分点'],
  ['个工作日', '工作日'],
  ['日', '天'],
  ['个月', '月'],
  ['年', '周年'],
  ['小时', '个小时'],
  ['分钟'],
  ['周', '星期'],
  ['周岁', '岁'],
  ['人次'],
  ['人', '名', '位'],
  ['家'],
  ['户'],
  ['平方米'],
  ['万平方米'],
  ['平方公里'],
  ['公里', '千米'],
  ['毫米'],
  ['厘米'],
  ['米'],
  ['公顷'],
  ['亩'],
  ['公斤', '千克'],
  ['吨'],
  ['℃', '摄氏度'],
  ['处'],
  ['个'],
  ['项'],
  ['次'],
  ['期'],
  ['场'],
  ['倍'],
  ['种'],
  ['张'],
  ['辆'],
  ['台'],
  ['支'],
  ['栋', '幢'],
  ['部'],
  ['篇'],
  ['条'],
  ['批'],
  ['件'],
  ['所'],
  ['座'],
  ['级'],
];
const UNIT_GROUP = new Map(UNITS.flatMap((group) => group.map((unit) => [unit, group[0] ?? unit] as const)));
const UNIT = [...UNIT_GROUP.keys()].sort((a, b) => b.length - a.length).join('|');
const MEASURED = new RegExp(
  `(?<![第\\d.〔])(${NUMERAL})\\s*(万亿|千万|百万|亿|万|千)?\\s*(?:余|多)?\\s*(${UNIT})`,
  'gu',
);

/** 80至120毫米, 3至5万元: the first takes the unit of the second. */
const RANGE = new RegExp(
  `(?<![第\\d.〔])(${NUMERAL})\\s*(万亿|千万|百万|亿|万|千)?\\s*(?:至|到|—+|－|–|~|～|-)\\s*(?=${NUMERAL}\\s*(万亿|千万|百万|亿|万|千)?\\s*(元|${UNIT}))`,
  'gu',
);

/** Every figure of a text, in order and without overlaps. */
export function figuresIn(text: string): Figure[] {
  let rest = text;
  const figures: Figure[] = [];
  const take = (kind: FigureKind, unit: string, value: string, start: number, end: number) => {
    figures.push({ kind, unit, value, text: text.slice(start, end), start, end });
    rest = rest.slice(0, start) + '\0'.repeat(end - start) + rest.slice(end);
  };
  for (const match of rest.matchAll(DOCUMENT_NUMBER)) {
    take('document-number', '', `${match[1]} ${Number(match[2])}`, match.index, match.index + match[0].length);
  }
  for (const match of rest.matchAll(PHONE)) {
    take('phone', '', match[0].replace(/\D/gu, ''), match.index, match.index + match[0].length);
  }
  for (const { year, month, day, start, end } of datesIn(rest)) {
    take('date', day === null ? 'month' : 'day', `${year ?? '*'}-${month}-${day ?? '*'}`, start, end);
  }
  for (const match of rest.matchAll(TIME)) {
    take('time', '', `${Number(match[1])}:${match[2]}`, match.index, match.index + match[0].length);
  }
  for (const match of rest.matchAll(RANGE)) {
    const value = scaled(match[1], match[2] ?? match[3]);
    const unit = match[4] === '元' ? '元' : UNIT_GROUP.get(match[4] ?? '');
    const length = match[0].search(/\s*(至|到|—|－|–|~|～|-)/u);
    if (value === null || !unit || /(^|\.)(19|20)\d\d$/.test(match[1] ?? '')) continue;
    take(unit === '元' ? 'amount' : 'number', unit, value, match.index, match.index + length);
  }
  for (const match of rest.matchAll(AMOUNT)) {
    const value = scaled(match[1], match[2]);
    if (value !== null) take('amount', '元', value, match.index, match.index + match[0].length);
  }
  for (const match of rest.matchAll(MEASURED)) {
    const value = scaled(match[1], match[2]);
    const unit = UNIT_GROUP.get(match[3] ?? '');
    // 2026—2028年 are years of the calendar, not lengths of time.
    const isYear = unit === '年' && /^(19|20)\d\d$/.test(match[1] ?? '');
    if (value !== null && unit && !isYear) take('number', unit, value, match.index, match.index + match[0].length);
  }
  return figures.sort((a, b) => a.start - b.start);
}

function scaled(numeral = '', scale = ''): string | null {
  const value = numberOf(numeral);
  return value === null ? null : String(Math.round(value * (SCALE[scale] ?? 1) * 1e6) / 1e6);
}

/** Same value; a date without its year is the same day of any year. */
export function sameValue(a: Figure, b: Figure): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind !== 'date') return a.unit === b.unit && a.value === b.value;
  const [left, right] = [a.value.split('-'), b.value.split('-')];
  return left.every((part, at) => part === '*' || right[at] === '*' || part === right[at]);
}
