import type { CodeEntry, RuleData } from '../../../schemas/rules.ts';
import { dayOf, effective, finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { DICTIONARY } from './sources.ts';

const TYPO: CodeEntry = {
  code: 'WRD-TYPO',
  gate: 'wording',
  severity: 'error',
  title: { zh: '错别字、常见误用词', en: 'A wrong character or word' },
  source: DICTIONARY,
  good: '安排部署',
  bad: '安排布署',
};
const OMISSION: CodeEntry = {
  code: 'WRD-OMISSION',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '疑似漏字', en: 'A character that is probably missing' },
  source: DICTIONARY,
  good: '民生实事项目',
  bad: '民生实项目',
};
type Typo = RuleData['typos'][number]['entries'][number];

/** The list of wrong words; each says next to which characters it is part of other words. */
export const typos: Rule = {
  codes: [TYPO, OMISSION],
  check(bundle, data) {
    const entries = effective(data.typos, dayOf(bundle)).flatMap((list) => list.entries);
    if (entries.length === 0) return [];
    const byWrong = new Map(entries.map((entry) => [entry.wrong, entry]));
    const escaped = [...byWrong.keys()]
      .sort((a, b) => b.length - a.length)
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
    const any = new RegExp(escaped.join('|'), 'gu');
    return writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        [...line.text.matchAll(any)].flatMap((match) => {
          const entry = byWrong.get(match[0]);
          const end = match.index + match[0].length;
          if (!entry || isOther(entry, line.text[match.index - 1], line.text[end])) return [];
          return [
            finding(
              entry.probable ? OMISSION : TYPO,
              item.id,
              placeIn(line, match.index, end),
              entry.probable
                ? {
                    zh: `“${entry.wrong}”疑似“${entry.right}”漏字。`,
                    en: `"${entry.wrong}" is probably "${entry.right}".`,
                  }
                : { zh: `“${entry.wrong}”应为“${entry.right}”。`, en: `"${entry.wrong}" should be "${entry.right}".` },
              { zh: `请改为“${entry.right}”。`, en: `Write "${entry.right}".` },
            ),
          ];
        }),
      ),
    );
  },
};

const isOther = ({ notAfter = '', notBefore = '' }: Typo, before = '', after = '') =>
  (before !== '' && notAfter.includes(before)) || (after !== '' && notBefore.includes(after));
