import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { type Line, linesOf, placeIn } from '../text/lines.ts';
import { numberOf } from '../text/numerals.ts';
import { FORMAT } from './sources.ts';

const JUMP: CodeEntry = {
  code: 'WRD-HEADING-JUMP',
  gate: 'wording',
  severity: 'error',
  title: { zh: '同一层级的序号跳号、重号或者倒序', en: 'Numbers of one level jump, repeat or go back' },
  source: FORMAT('7.3.3'),
  good: '一、……　二、……　三、……',
  bad: '一、……　二、……　四、……',
};

/** Levels from the outside in; a number of one level begins the count of those within it anew. */
const LEVELS: { form: RegExp; within: number; continues: boolean }[] = [
  { form: /^第([一二三四五六七八九十百]+)编/u, within: 0, continues: false },
  { form: /^第([一二三四五六七八九十百]+)章/u, within: 1, continues: false },
  { form: /^第([一二三四五六七八九十百]+)节/u, within: 2, continues: false },
  // 条 are counted through the whole document, whatever chapter they stand in.
  { form: /^第([一二三四五六七八九十百]+)条/u, within: 3, continues: true },
  { form: /^([一二三四五六七八九十]{1,3})、/u, within: 4, continues: false },
  { form: /^[（(]([一二三四五六七八九十]{1,3})[）)]/u, within: 5, continues: false },
  { form: /^(\d{1,2})[.．、](?!\d(?!\d{3}[年—-]))/u, within: 6, continues: false },
  { form: /^[（(](\d{1,2})[）)]/u, within: 7, continues: false },
];
const SPOKEN = /(?:^|[。；：，])([一二三四五六七八九十])是(?=[\u4e00-\u9fa5“])/gu;
/** （一）…；（二）… within one paragraph; 第五条第（一）项 is a reference. */
const BRACKETED = /(?<=[。；：])[（(]([一二三四五六七八九十])[）)]/gu;

type Count = { last: number; interrupted: boolean };

export const numbering: Rule = {
  codes: [JUMP],
  check: (bundle) =>
    writings(bundle)
      .filter(({ model }) => model.format !== 'svg' && model.format !== 'pdf')
      .flatMap(({ item, model }) => {
        const centred = (line: Line) => model.paragraphs[line.paragraph]?.alignment === 'center';
        return inDocument(item.id, linesOf(model), centred);
      }),
};

function inDocument(item: string, lines: Line[], centred: (line: Line) => boolean): Finding[] {
  const findings: Finding[] = [];
  let counts: (Count | undefined)[] = [];
  /** Last number of each level, whatever stood between: some documents count （一）…（二十） through all their parts. */
  let through: (number | undefined)[] = [];
  for (const line of lines) {
    if (line.cell) continue;
    // 附件：1.… begins the list of annexes.
    const text = `${line.numbering}${line.text}`.trim().replace(/^附\s*件[：:]\s*(?=\d)/u, '');
    const level = LEVELS.findIndex(({ form }) => form.test(text));
    if (level === -1) {
      // A centred title and an annex begin a text of their own.
      const anew = (centred(line) && text !== '') || /^附\s*件/u.test(text) || line.level === 1;
      if (anew) through = [];
      counts = anew ? [] : counts.map((count) => count && { ...count, interrupted: true });
      findings.push(...spoken(item, line));
      continue;
    }
    const number = numberOf(LEVELS[level]?.form.exec(text)?.[1] ?? '') ?? 0;
    const count = counts[level];
    const expected = (count?.last ?? 0) + 1;
    // A list may begin again at 1 after other text; without any between, the number is repeated or goes back.
    const beginsAnew = number === 1 && (count === undefined || count.interrupted) && LEVELS[level]?.continues !== true;
    const goesOn = number === (through[level] ?? 0) + 1;
    if (number !== expected && !beginsAnew && !goesOn)
      findings.push(report(item, line, expected, number, count?.last ?? null));
    counts = counts.map((inner, at) => (at > level && LEVELS[at]?.continues !== true ? undefined : inner));
    counts[level] = { last: number, interrupted: false };
    through[level] = number;
    findings.push(...spoken(item, line));
  }
  return findings;
}

function report(item: string, line: Line, expected: number, number: number, last: number | null): Finding {
  const head = /^[^。；]{1,30}/u.exec(line.text)?.[0] ?? line.text.slice(0, 30);
  const what = last === null ? '不是从一开始' : number > expected ? '跳号' : number === last ? '重号' : '倒序';
  return finding(
    JUMP,
    item,
    { ...placeIn(line, 0, head.length), quote: head === '' ? line.numbering : head },
    {
      zh: `序号${what}：“${line.numbering}${head}”，应当是第${expected}个。`,
      en: `"${line.numbering}${head}" should be number ${expected} of its level, not ${number}.`,
    },
    { zh: '请核对是漏了内容还是序号写错。', en: 'See whether something was left out or the number is wrong.' },
  );
}

/** 一是……；二是……；三是…… and （一）……；（二）…… within one paragraph. */
const spoken = (item: string, line: Line): Finding[] => [
  ...inSeries(item, line, SPOKEN),
  ...inSeries(item, line, BRACKETED),
];

function inSeries(item: string, line: Line, form: RegExp): Finding[] {
  let expected = 1;
  for (const match of line.text.matchAll(form)) {
    const number = numberOf(match[1] ?? '') ?? 0;
    if (number === 1) expected = 1;
    // 二是 alone may be anything; a series is one only from its first member on.
    else if (expected === 1) continue;
    if (number !== expected) {
      const start = match.index + match[0].length - (match[0].endsWith('是') ? 2 : 3);
      return [
        finding(
          JUMP,
          item,
          placeIn(line, start, Math.min(line.text.length, start + 12)),
          {
            zh: `第${number}点的序号不连续，应当是第${expected}点。`,
            en: `Point ${number} is out of sequence: point ${expected} was due.`,
          },
          { zh: '请核对各点的序号。', en: 'Check the numbers of the points.' },
        ),
      ];
    }
    expected += 1;
  }
  return [];
}
