import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { PROCESSING_REGULATION } from './sources.ts';

const ORDER: CodeEntry = {
  code: 'POL-ORG-ORDER',
  gate: 'political',
  severity: 'warning',
  title: { zh: '党政机关、人大、政协排列顺序错误', en: 'Party, congress, government and CPPCC out of order' },
  source: PROCESSING_REGULATION,
  good: '区委、区人大常委会、区政府、区政协',
  bad: '区政府、区委',
};
const RANKS: [RegExp, number][] = [
  [/委$/u, 0],
  [/人大常委会$|人大$/u, 1],
  [/政府$/u, 2],
  [/政协$/u, 3],
];
const BODY =
  '([省市区县州])(委(?!员|托|派|办|常|编|宣|组|统|政|会)|人大常委会|人大(?!代表)|(?:人民)?政府|政协(?!委员))';
/** 区委办公室 and 区委各部门 keep the place of 区委. 常务会议、常委会会议 tell of a procedure in its own order. */
const RUN = new RegExp(
  `${BODY}(?:办公室|办|各部门|机关|领导班子)?(?:[、，和及与]${BODY}(?:办公室|办|各部门|机关|领导班子)?)+(?!常务会议|常委会会议|党组会议|全会)`,
  'gu',
);

export const organisationOrder: Rule = {
  codes: [ORDER],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        [...line.text.matchAll(RUN)].flatMap((run) => {
          const bodies = [...run[0].matchAll(new RegExp(BODY, 'gu'))].map((match) => ({
            level: match[1] ?? '',
            rank: RANKS.find(([form]) => form.test(match[0]))?.[1] ?? 0,
          }));
          // 市委、市政府、区委、区政府: order counts within one level.
          const wrong = bodies.some(({ level, rank }, at) => {
            const before = bodies[at - 1];
            return before?.level === level && rank < before.rank;
          });
          if (!wrong) return [];
          return [
            finding(
              ORDER,
              item.id,
              placeIn(line, run.index, run.index + run[0].length),
              { zh: `排列顺序有误：“${run[0]}”。`, en: `Out of order: "${run[0]}".` },
              {
                zh: '规范顺序：党委、人大常委会、政府、政协。',
                en: 'The order is: Party committee, congress, government, CPPCC.',
              },
            ),
          ];
        }),
      ),
    ),
};
