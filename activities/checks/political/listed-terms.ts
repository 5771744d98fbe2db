import type { CodeEntry } from '../../../schemas/rules.ts';
import { dayOf, effective, finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';
import { MEDIA_TERMS } from './sources.ts';

const TERRITORY: CodeEntry = {
  code: 'POL-TERR-PARALLEL',
  gate: 'political',
  severity: 'error',
  title: { zh: '把港澳台与国家并列，或者使用并列简称', en: 'Hong Kong, Macao or Taiwan placed beside countries' },
  source: MEDIA_TERMS,
  good: '美国、日本、香港等国家和地区',
  bad: '美国、日本、香港等国家',
};
const TAIWAN: CodeEntry = {
  code: 'POL-TAIWAN-TERM',
  gate: 'political',
  severity: 'error',
  title: { zh: '涉台用语不规范', en: 'Improper terms about Taiwan' },
  source: MEDIA_TERMS,
  good: '台湾同胞凭台湾居民来往大陆通行证来大陆',
  bad: '台湾同胞凭护照入境',
};
const DISCRIMINATION: CodeEntry = {
  code: 'POL-DISCRIM-TERM',
  gate: 'political',
  severity: 'warning',
  title: { zh: '歧视性、不文明称谓', en: 'A disparaging name' },
  source: MEDIA_TERMS,
  good: '残疾人',
  bad: '残废人',
};
const CODES = [TERRITORY, TAIWAN, DISCRIMINATION];

/** Terms of the lists that an office keeps; each says what to write in its place. */
export const listedTerms: Rule = {
  codes: CODES,
  check(bundle, data) {
    const lists = effective(data.terms, dayOf(bundle));
    const terms = lists.flatMap(({ code, entries, source }) =>
      entries.map(({ pattern, instead }) => ({ code, instead, source, expression: new RegExp(pattern, 'gu') })),
    );
    return writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        terms.flatMap(({ code, instead, source, expression }) => {
          const entry = CODES.find((known) => known.code === code);
          if (!entry) return [];
          return [...line.text.matchAll(expression)].map((match) =>
            finding(
              { ...entry, source },
              item.id,
              placeOf(line, match),
              { zh: `用语不规范：“${match[0]}”。`, en: `Improper term: "${match[0]}".` },
              { zh: `建议：${instead.zh}。`, en: `Write instead: ${instead.en}.` },
            ),
          );
        }),
      ),
    );
  },
};
