import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { type Line, linesOf, placeIn } from '../text/lines.ts';
import { numberOf } from '../text/numerals.ts';
import { INTAKE_RULES } from './sources.ts';

const MISMATCH: CodeEntry = {
  code: 'WRD-COUNT-MISMATCH',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '说明的数量与实际列举的数量不一致', en: 'A stated number differs from what is listed' },
  source: INTAKE_RULES,
  good: '落实以下两项保障措施：（一）……（二）……',
  bad: '落实以下三项保障措施：（一）……（二）……',
};
const STATED =
  /(?:以下|下列|如下)(?:的)?([一二两三四五六七八九十]{1,3}|\d{1,2})(?:个|项|条|点|类|种|款|步|方面|大)(?!或|以上|及以上|之一|中|任)[^，。；：]{0,12}/u;
/** 三项措施：一是……二是…… */
const INLINE =
  /(?<![第任其\d一二三四五六七八九十])([一二两三四五六七八九十]{1,3}|\d{1,2})(?:个|项|条|点|类|种|大)(?!或|以上|及以上|之一|中|任|规定|第)(?:方面)?(?:的)?[^，。；：\d]{0,10}[：:]/u;
const FORMS = [
  /^第([一二三四五六七八九十百]+)条/u,
  /^([一二三四五六七八九十]{1,3})、/u,
  /^[（(]([一二三四五六七八九十]{1,3})[）)]/u,
  /^(\d{1,2})[.．、](?!\d(?!\d{3}[年—-]))/u,
  /^[（(](\d{1,2})[）)]/u,
];
const POINTS = /(?:^|[。；：，])(?:第?([一二三四五六七八九十])是|[（(]([一二三四五六七八九十\d]{1,2})[）)])/gu;
const TOTALS =
  /共(?:分为?|有|设|计|包括|含)?([一二三四五六七八九十百]+|\d+)章(?:、|，)?(?:共)?([一二三四五六七八九十百]+|\d+)条/u;

export const counts: Rule = {
  codes: [MISMATCH],
  check(bundle) {
    const inParts = writings(bundle).flatMap(({ item, model }) => {
      const lines = linesOf(model).filter(({ cell, text }) => !cell && text.trim() !== '');
      return lines.flatMap((line, at) => inLine(item.id, line, lines.slice(at + 1)));
    });
    return [...inParts, ...chaptersAndArticles(bundle)];
  },
};

function inLine(item: string, line: Line, following: Line[]): Finding[] {
  const stated = STATED.exec(line.text);
  if (stated) {
    const said = numberOf(stated[1] ?? '') ?? 0;
    // 下列一项: one of them, however many are listed.
    if (said < 2) return [];
    const points = pointsIn(line.text.slice(stated.index));
    const listed = points > 1 ? points : listedIn(following);
    if (listed === null || listed === said) return [];
    return [report(item, line, stated.index, stated.index + stated[0].length, said, listed)];
  }
  const inline = INLINE.exec(line.text);
  if (!inline) return [];
  const said = numberOf(inline[1] ?? '') ?? 0;
  if (said < 2) return [];
  const after = line.text.slice(inline.index + inline[0].length);
  const points = pointsIn(line.text.slice(inline.index));
  const listed =
    after.trim() === '' ? rangeOf(listedIn(following)) : points > 1 ? rangeOf(points) : enumeratedIn(after);
  if (!listed || (said >= listed.least && said <= listed.most)) return [];
  return [report(item, line, inline.index, inline.index + inline[0].length, said, listed.least)];
}

const rangeOf = (count: number | null) => (count === null || count < 2 ? null : { least: count, most: count });

/**
 * 加强巡查、规范标识、开展演练: items of one sentence, when each is short and nothing is left open by 等. A last item with 和
 * may be one or two.
 */
function enumeratedIn(text: string): { least: number; most: number } | null {
  const sentence = /^[^。！？]+/u.exec(text)?.[0] ?? '';
  if (/等/u.test(sentence) || /[，：]/u.test(sentence)) return null;
  const items = sentence.split(sentence.includes('；') ? '；' : '、').map((part) => part.trim());
  if (items.length < 2 || items.some((part) => part === '' || part.length > 16)) return null;
  const more = items.join('').match(/和|及|与/gu)?.length ?? 0;
  return { least: items.length, most: items.length + more };
}

/** 一是 to N是, or （1） to （N）, within one paragraph. */
function pointsIn(text: string): number {
  const numbers = [...text.matchAll(POINTS)].map((match) => numberOf(match[1] ?? match[2] ?? '') ?? 0);
  return numbers[0] === 1 ? Math.max(...numbers) : 0;
}

/** Items of the list that follows: the numbers of its level until that level ends. Null where no list follows. */
function listedIn(lines: Line[]): number | null {
  const first = lines[0];
  if (!first) return null;
  const textOf = (line: Line) => `${line.numbering}${line.text}`.trim();
  const level = FORMS.findIndex((form) => form.test(textOf(first)));
  if (level === -1 || numberOf(FORMS[level]?.exec(textOf(first))?.[1] ?? '') !== 1) return null;
  let listed = 0;
  for (const line of lines) {
    const at = FORMS.findIndex((form) => form.test(textOf(line)));
    if (at !== -1 && at < level) break;
    if (at !== level) continue;
    const number = numberOf(FORMS[level]?.exec(textOf(line))?.[1] ?? '') ?? 0;
    if (number === 1 && listed > 0) break;
    listed += 1;
  }
  return listed;
}

/** 《办法》共五章二十条, said in a material, is counted in the document. */
function chaptersAndArticles({ policy, materials }: Parameters<Rule['check']>[0]): Finding[] {
  if (!policy) return [];
  const texts = linesOf(policy.model).map(({ text }) => text.trim());
  const chapters = texts.filter((text) => /^第[一二三四五六七八九十百]+章/u.test(text)).length;
  const articles = texts.filter((text) => /^第[一二三四五六七八九十百]+条/u.test(text)).length;
  if (articles === 0) return [];
  return materials.flatMap(({ item, model }) =>
    linesOf(model).flatMap((line) => {
      const match = TOTALS.exec(line.text);
      if (!match || (numberOf(match[1] ?? '') === chapters && numberOf(match[2] ?? '') === articles)) return [];
      return [
        finding(
          MISMATCH,
          item.id,
          placeIn(line, match.index, match.index + match[0].length),
          {
            zh: `写的是“${match[0]}”，文件实际有${chapters}章${articles}条。`,
            en: `"${match[0]}", but the document has ${chapters} chapters and ${articles} articles.`,
          },
          { zh: '请核对数量。', en: 'Count again.' },
        ),
      ];
    }),
  );
}

const report = (item: string, line: Line, start: number, end: number, said: number, listed: number) =>
  finding(
    MISMATCH,
    item,
    placeIn(line, start, end),
    { zh: `写的是${said}项，实际列举了${listed}项。`, en: `It says ${said} and lists ${listed}.` },
    { zh: '请核对是漏了内容还是数量写错。', en: 'See whether something was left out or the number is wrong.' },
  );
