import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { datesIn, exists } from '../text/dates.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { NUMERALS } from './sources.ts';

const INVALID: CodeEntry = {
  code: 'WRD-DATE-INVALID',
  gate: 'wording',
  severity: 'error',
  title: { zh: '日期不存在', en: 'A date that does not exist' },
  source: NUMERALS,
  good: '2026年2月28日',
  bad: '2026年2月30日',
};

export const existingDates: Rule = {
  codes: [INVALID],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        datesIn(line.text)
          .filter((date) => !exists(date) && /[年月]/u.test(date.text))
          .map((date) =>
            finding(
              INVALID,
              item.id,
              placeIn(line, date.start, date.end),
              { zh: `没有“${date.text}”这一天。`, en: `There is no such day as ${date.text}.` },
              { zh: '请核对日期。', en: 'Check the date.' },
            ),
          ),
      ),
    ),
};
