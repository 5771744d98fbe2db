import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn, placeOf } from '../text/lines.ts';
import { INTAKE_RULES } from './sources.ts';

const PARAGRAPH: CodeEntry = {
  code: 'WRD-DUP-PARAGRAPH',
  gate: 'wording',
  severity: 'error',
  title: { zh: '正文中有两个内容相同的段落', en: 'A paragraph stands twice' },
  source: INTAKE_RULES,
  good: '每段内容只出现一次',
  bad: '同一段话在第七条之后和第八条之后各出现一次',
};
const WORD: CodeEntry = {
  code: 'WRD-DUP-WORD',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '词语重复', en: 'A word stands twice in a row' },
  source: INTAKE_RULES,
  good: '认真组织实施',
  bad: '认真组织组织实施',
};
const SHORTEST = 20;
/** Words of two to four characters twice in a row. 一件一件, 研究研究 and the like are said on purpose. */
const TWICE = /([\u4e00-\u9fa5]{2,4})\1(?!\1)/gu;
const ON_PURPOSE =
  /^([\u4e00-\u9fa5]{0,3}[一每逐越各又半]|层层|个个|人人|家家|处处|时时|事事|样样|户户|件件|种种|代代|步步|年年|天天|月月|讨论|研究|考虑|商量|休息|学习|了解|体验|试试|看看|走走|意思|谢谢|常常|往往|渐渐|慢慢|好好|多多|早早)/u;
/** 产业创业创新 holds 业创 twice, but is three words. */
const words = new Intl.Segmenter('zh', { granularity: 'word' });
const isWordTwice = (text: string, { 0: match, index }: RegExpMatchArray) => {
  const begins = new Set([...words.segment(text)].map((segment) => segment.index));
  return begins.has(index ?? 0) && begins.has((index ?? 0) + match.length / 2);
};
const PARTICLE =
  /(?<![目有中标准鹄众])的的(?![确士哥])|(?<![共饱温缓中祥平柔暖谦])和和(?![美睦气平谐解田县顺])|(?<!为)了了(?![解结然当事])/gu;

export const repetition: Rule = {
  codes: [PARAGRAPH, WORD],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) => {
      const seen = new Set<string>();
      return linesOf(model).flatMap((line) => {
        const findings: Finding[] = [];
        const bare = line.text.replace(/\s/gu, '');
        // Tables repeat their words by their nature.
        // 符合下列条件的，可以申请： leads to another list each time.
        if (!line.cell && bare.length >= SHORTEST && !/[：:]$/u.test(bare)) {
          if (seen.has(bare)) {
            findings.push(
              finding(
                PARAGRAPH,
                item.id,
                placeIn(line, 0, line.text.length),
                { zh: '这一段与前面的一段内容相同。', en: 'This paragraph is the same as an earlier one.' },
                { zh: '请删去其中一处。', en: 'Take one of them out.' },
              ),
            );
          }
          seen.add(bare);
        }
        for (const match of [
          ...[...line.text.matchAll(TWICE)].filter((twice) => isWordTwice(line.text, twice)),
          ...line.text.matchAll(PARTICLE),
        ]) {
          if (ON_PURPOSE.test(match[0]) || match[0][0] === match[0][1]) {
            if (!/^(的的|和和|了了)$/u.test(match[0])) continue;
          }
          findings.push(
            finding(
              WORD,
              item.id,
              placeOf(line, match),
              { zh: `“${match[0]}”重复。`, en: `"${match[0]}" stands twice in a row.` },
              { zh: '请删去多余的字。', en: 'Take out what is too much.' },
            ),
          );
        }
        return findings;
      });
    }),
};
