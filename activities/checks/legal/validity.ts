import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedItem, finding, type Rule } from '../rule.ts';
import { datesIn, dayOfDate } from '../text/dates.ts';
import { type Line, linesOf, placeIn, sentencesOf } from '../text/lines.ts';
import { numberOf } from '../text/numerals.ts';
import { VALIDITY_RULES } from './sources.ts';

const MISSING: CodeEntry = {
  code: 'LEG-VALIDITY-MISSING',
  gate: 'legal',
  severity: 'error',
  title: { zh: '行政规范性文件没有规定有效期', en: 'A normative document without a period of validity' },
  source: VALIDITY_RULES,
  good: '本办法自2026年5月15日起施行，有效期至2031年5月14日。',
  bad: '本办法自2026年5月15日起施行。',
};
const RANGE: CodeEntry = {
  code: 'LEG-VALIDITY-RANGE',
  gate: 'legal',
  severity: 'warning',
  title: { zh: '有效期超过上限', en: 'Valid for longer than allowed' },
  source: VALIDITY_RULES,
  good: '有效期至2031年5月14日（五年）',
  bad: '有效期至2036年5月14日（十年）',
};
const MANIFEST: CodeEntry = {
  code: 'LEG-VALIDITY-MANIFEST',
  gate: 'legal',
  severity: 'warning',
  title: { zh: '清单的施行日期、有效期与文件不一致', en: 'The manifest has other dates of validity than the document' },
  source: VALIDITY_RULES,
  good: '清单 effectiveUntil 与文件“有效期至”相同',
  bad: '文件有效期至2031年，清单写2030年',
};

const YEARS = 5;
const YEARS_ON_TRIAL = 2;
const PERIOD = /有效期(?!内|间|满|届|限内)|有效至|执行至|实施至|施行至|试行期|有效期限/u;
/** From 施行 to an end: 自…起施行至…. */
const FROM_TO = /自[^。；]{0,16}(?:起|后)?(?:施行|实施|执行)[^。；]{0,6}(?:至|到)\s*\d{4}年/u;

export const validity: Rule = {
  codes: [MISSING, RANGE, MANIFEST],
  check({ manifest, policy, outline }) {
    if (!manifest || !policy || !(manifest.isNormative || manifest.policyKind === 'normative-document')) return [];
    const lines = linesOf(policy.model).filter(({ cell }) => !cell);
    const stated = lines.find(({ text }) => PERIOD.test(text) || FROM_TO.test(text));
    if (!stated) return [missing(policy, lines)];
    const from = effectiveFrom(lines) ?? manifest.effectiveFrom ?? manifest.issuedOn;
    const end = endIn(stated.text, from);
    if (!end) return [];
    const onTrial = /(暂行|试行)/u.test(`${manifest.title}${outline?.title?.text ?? ''}`);
    const limit = onTrial ? YEARS_ON_TRIAL : YEARS;
    const findings: Finding[] = [];
    if (lastDay(from, limit) < end.day) {
      findings.push(
        finding(
          RANGE,
          policy.item.id,
          placeIn(stated, end.start, end.end),
          {
            zh: `有效期从${from}到${end.day}，超过${limit}年${onTrial ? '（暂行、试行）' : ''}。`,
            en: `Valid from ${from} until ${end.day}: longer than ${limit} years${onTrial ? ' (on trial)' : ''}.`,
          },
          { zh: `请把有效期缩短到${limit}年以内。`, en: `Shorten it to ${limit} years.` },
        ),
      );
    }
    if (manifest.effectiveUntil !== null && manifest.effectiveUntil !== end.day) {
      findings.push(
        finding(
          MANIFEST,
          policy.item.id,
          placeIn(stated, end.start, end.end),
          {
            zh: `文件的有效期到${end.day}，清单写的是${manifest.effectiveUntil}。`,
            en: `The document is valid until ${end.day}, the manifest says ${manifest.effectiveUntil}.`,
          },
          { zh: '请改正清单或者文件。', en: 'Correct the manifest or the document.' },
        ),
      );
    }
    return findings;
  },
};

function missing({ item }: CheckedItem, lines: Line[]): Finding {
  const message = { zh: '没有规定有效期。', en: 'No period of validity is stated.' };
  const mend = { zh: `请写明有效期，例如：${MISSING.good}`, en: `State it, for example: ${MISSING.good}` };
  const line = lines.findLast(({ text }) => /(起|后|之日)?(施行|实施|执行)[。；]?/u.test(text) && /自/u.test(text));
  const sentence = line && sentencesOf(line.text).findLast(({ text }) => /自[^。；]*(施行|实施|执行)/u.test(text));
  if (!line || !sentence) return finding(MISSING, item.id, { where: 'body', quote: '' }, message, mend);
  return finding(MISSING, item.id, placeIn(line, sentence.start, sentence.start + sentence.text.length), message, mend);
}

/** 自2026年5月15日起施行. */
function effectiveFrom(lines: Line[]): string | null {
  for (const { text } of lines.toReversed()) {
    const match = /自([^，。；]{4,20}?)起(?:开始|正式)?(?:施行|实施|执行|生效)/u.exec(text);
    const day = match?.[1] && datesIn(match[1])[0];
    if (day) return dayOfDate(day);
  }
  return null;
}

/** 有效期至2031年5月14日, 有效期5年, 试行期两年. */
function endIn(text: string, from: string): { day: string; start: number; end: number } | null {
  const match = PERIOD.exec(text) ?? FROM_TO.exec(text);
  if (!match) return null;
  const rest = text.slice(match.index);
  const date = datesIn(rest).findLast(({ start, year, day }) => start < 40 && year !== null && day !== null);
  const years = /^.{0,8}?([\d一二两三四五六七八九十]{1,3})\s*年(?!\d|[一二三四五六七八九十]+月)/u.exec(rest);
  if (date && (!years || !/^\d{4}$/.test(years[1] ?? ''))) {
    const day = dayOfDate(date);
    return day === null ? null : { day, start: match.index, end: match.index + date.end };
  }
  const length = years?.[1] ? numberOf(years[1]) : null;
  if (length === null || length > 100 || !years) {
    return date ? { day: dayOfDate(date) ?? '', start: match.index, end: match.index + date.end } : null;
  }
  return { day: lastDay(from, length), start: match.index, end: match.index + years[0].length };
}

/** Last day of a period of whole years: until the day before its anniversary. A day of grace for 至5月15日. */
function lastDay(from: string, years: number): string {
  const day = new Date(`${from}T00:00:00Z`);
  day.setUTCFullYear(day.getUTCFullYear() + years);
  return day.toISOString().slice(0, 10);
}
