import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';

const LATIN: CodeEntry = {
  code: 'WRD-LATIN-WORD',
  gate: 'wording',
  severity: 'error',
  title: { zh: '汉字之间夹了英文虚词', en: 'An English function word between Chinese characters' },
  source: '《中华人民共和国国家通用语言文字法》第十一条',
  good: '市场监管规则和标准',
  bad: '市场监管规则 and 标准',
};
/** Names and terms in Latin letters (APP、IPv6、R&D) are proper; a conjunction or preposition is a slip of the keyboard. */
const FUNCTION_WORD =
  /(?<=[\u4e00-\u9fa5])\s*(?<![A-Za-z])(and|or|the|of|with|to|for|in|on|at|by|from|is|are)(?![A-Za-z])\s*(?=[\u4e00-\u9fa5])/gu;

export const latinWord: Rule = {
  codes: [LATIN],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        [...line.text.matchAll(FUNCTION_WORD)].map((match) =>
          finding(
            LATIN,
            item.id,
            placeOf(line, match),
            { zh: `汉字之间夹了英文“${match[1]}”。`, en: `An English "${match[1]}" between Chinese characters.` },
            { zh: '请改为汉字。', en: 'Write it in Chinese.' },
          ),
        ),
      ),
    ),
};
