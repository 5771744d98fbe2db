import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedItem, finding, type Rule, writings } from '../rule.ts';
import { fold, unfold } from '../text/fold.ts';
import { type Writing, writingsIn } from '../text/places.ts';
import { isBankCard, isIdNumber, isMobile } from './personal-numbers.ts';
import { PERSONAL_DATA_LAW } from './sources.ts';

const entry = (code: string, zh: string, en: string, good: string, bad: string): CodeEntry => ({
  code,
  gate: 'secrecy',
  severity: 'error',
  title: { zh, en },
  source: PERSONAL_DATA_LAW,
  good,
  bad,
});

const ID_CARD = entry(
  'SEC-ID-CARD',
  '出现公民身份号码',
  'A citizen identity number',
  '3700981990****4129',
  '没有遮盖的18位身份号码',
);
const PHONE = entry(
  'SEC-PHONE',
  '出现个人手机号码',
  'A personal mobile number',
  '联系电话：0531-55550318',
  '联系电话：199 0000 0123',
);
const BANK_CARD = entry(
  'SEC-BANK-CARD',
  '出现银行卡号',
  'A bank card number',
  '6200***********2176',
  '没有遮盖的19位卡号',
);
const ADDRESS = entry(
  'SEC-ADDRESS',
  '出现个人住址',
  'A home address',
  '住址：文昌社区',
  '家庭住址：文昌街12号3号楼2单元501室',
);

/** A run of digits that may be broken by spaces or hyphens, as people write card numbers; not part of a longer one. */
const RUN = /(?<![\d.A-Za-z*])(?:\+?86[- ]?)?\d(?:[- ]?\d){9,18}[Xx]?(?![\dA-Za-z*])/gu;
const CARD_WORDS = /(卡号|账号|帐号|账户|银行卡|开户)/u;
const HOME =
  /(?:家庭住址|家庭地址|户籍地址|户籍住址|现住址|居住地址|住址|现住)[：:为是]?\s*[^。；，,\n]{0,30}?\d+\s*(?:号楼|栋|幢|座)?[^。；，,\n]{0,10}?\d*\s*(?:单元|号|室|户)/u;
const HOME_HEADING = /^(家庭住址|家庭地址|住址|现住址|户籍地址|居住地址)/u;
const DOOR = /\d+\s*(号楼|栋|幢|座|单元|室|号)/u;

/**
 * Personal data that stands unmasked in what will be public. Numbers count by their check digits, so that a case number
 * or a bidding number is none. Office lines and hotlines are public.
 */
export const personalData: Rule = {
  codes: [ID_CARD, PHONE, BANK_CARD, ADDRESS],
  check: (bundle) => writings(bundle).flatMap((checked) => [...numbers(checked), ...addresses(checked)]),
};

function numbers(checked: CheckedItem): Finding[] {
  const columns = headings(checked);
  return writingsIn(checked).flatMap((writing) => {
    if (!/\p{Nd}/u.test(writing.text)) return [];
    const folded = fold(writing.text, { spaces: true });
    return [...folded.text.matchAll(RUN)].flatMap((match) => {
      const { start, end } = unfold(writing.text, folded, match.index, match.index + match[0].length);
      const spokenOf = CARD_WORDS.test(writing.text) || CARD_WORDS.test(columns(writing, start));
      return kindsOf(match[0], spokenOf).map((kind) => report(kind, checked, writing, start, end));
    });
  });
}

/** Several numbers may follow one another with a space between; each is judged, and the whole run as well. */
function kindsOf(run: string, cardWords: boolean): CodeEntry[] {
  const whole = run.replace(/[- ]/gu, '').replace(/^\+/u, '');
  const pieces = [whole, ...run.split(/[- ]/u)];
  const kinds = [
    pieces.some(isIdNumber) ? ID_CARD : null,
    pieces.some((piece) => isMobile(piece) || isMobile(piece.replace(/^86/u, ''))) ? PHONE : null,
    pieces.some((piece) => isBankCard(piece, cardWords)) ? BANK_CARD : null,
  ];
  return kinds.filter((kind) => kind !== null).slice(0, 1);
}

function addresses(checked: CheckedItem): Finding[] {
  const columns = headings(checked);
  return writingsIn(checked).flatMap((writing) => {
    const match = HOME.exec(writing.text);
    if (match) return [report(ADDRESS, checked, writing, match.index, match.index + match[0].length)];
    const inColumn = DOOR.test(writing.text) && HOME_HEADING.test(columns(writing, 0));
    return inColumn ? [report(ADDRESS, checked, writing, 0, writing.text.length)] : [];
  });
}

/** Heading of the column in which a writing stands; empty outside tables. */
function headings({ model }: CheckedItem): (writing: Writing, at: number) => string {
  const first = new Map<string, string>();
  for (const { cell, text } of model.paragraphs) {
    if (cell?.row === 0) first.set(`${cell.table} ${cell.column}`, text);
  }
  return (writing, at) => {
    const cell = model.paragraphs[writing.place(at, at).paragraph ?? -1]?.cell;
    return (cell && first.get(`${cell.table} ${cell.column}`)) ?? '';
  };
}

function report(code: CodeEntry, { item }: CheckedItem, writing: Writing, start: number, end: number): Finding {
  return finding(
    code,
    item.id,
    writing.place(start, end),
    { zh: `${code.title.zh}，没有遮盖。`, en: `${code.title.en}, not masked.` },
    { zh: `请删除，或者遮盖一部分，例如：${code.good}`, en: `Take it out or mask it, for example: ${code.good}` },
  );
}
