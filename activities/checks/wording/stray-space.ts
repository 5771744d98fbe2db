import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { INTAKE_RULES } from './sources.ts';

const SPACE: CodeEntry = {
  code: 'WRD-SPACE',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '汉字之间有多余的空格', en: 'A stray space between Chinese characters' },
  source: INTAKE_RULES,
  good: '推进管理和服务公开',
  bad: '推进管理和 服务公开',
};
const STRAY = /[\u4e00-\u9fa5]{2}( {1,2})[\u4e00-\u9fa5]{2}/u;

/**
 * Only in a .docx a space is what somebody typed; other formats break lines with it. Signatures and the line 「…印发」
 * are laid out with spaces.
 */
export const straySpace: Rule = {
  codes: [SPACE],
  check: (bundle) =>
    writings(bundle)
      .filter(({ model }) => model.format === 'docx')
      .flatMap(({ item, model }) => {
        const told = new Set<string>();
        return linesOf(model).flatMap((line) => {
          const laidOut = ['right', 'center'].includes(model.paragraphs[line.paragraph]?.alignment ?? '');
          const match = laidOut || /印发$/u.test(line.text) ? null : STRAY.exec(line.text);
          // A merged cell repeats its words in every row.
          if (!match || told.has(match[0])) return [];
          told.add(match[0]);
          return [
            finding(
              SPACE,
              item.id,
              placeIn(line, match.index, match.index + match[0].length),
              { zh: `“${match[0]}”中有多余的空格。`, en: `A stray space in "${match[0]}".` },
              { zh: '请删去空格。', en: 'Take it out.' },
            ),
          ];
        });
      }),
};
