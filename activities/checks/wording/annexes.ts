import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import type { Outline } from '../outline.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { FORMAT } from './sources.ts';

const MISSING: CodeEntry = {
  code: 'WRD-ANNEX-MISSING',
  gate: 'wording',
  severity: 'error',
  title: { zh: '正文或者附件说明提到的附件不存在', en: 'An annex is mentioned that is not there' },
  source: FORMAT('7.3.4、7.3.7'),
  good: '正文“见附件2”，文后有附件1和附件2',
  bad: '正文“具体点位见附件”，文后没有附件',
};
const NAME: CodeEntry = {
  code: 'WRD-ANNEX-NAME',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '附件说明与附件的顺序号、名称不一致', en: 'The list of annexes differs from the annexes' },
  source: FORMAT('7.3.4、7.3.7'),
  good: '附件说明“1.任务分解表”，附件1标题“任务分解表”',
  bad: '附件说明“1.任务分解表”，附件1标题“责任清单”',
};
const MARK: CodeEntry = {
  code: 'WRD-ANNEX-PUNCT',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '附件名称后加了标点', en: 'Punctuation after the name of an annex' },
  source: FORMAT('7.3.4'),
  good: '附件：1.任务分解表',
  bad: '附件：1.任务分解表。',
};

/** 见附件2, 附件3至5. 附件 of another document (《…》附件) and 作为附件 are no such mention. */
const MENTION =
  /(?:见|详见|列入|按照|填写|附有|参见|在|至|依据|如|按)本?(?:[\u4e00-\u9fa5]{0,3})(?:附件|附表)\s*(\d{1,2})?|(?<![\u4e00-\u9fa5《》”])附件\s*(\d{1,2})(?=[\u4e00-\u9fa5，。；、）)])/gu;

export const annexes: Rule = {
  codes: [MISSING, NAME, MARK],
  check(bundle) {
    const { policy, outline, items } = bundle;
    if (!policy || !outline) return [];
    // An annex may be a file of its own in the bundle.
    const files = items.filter(({ item }) => item.role === 'attachment').length;
    const present = outline.annexes.length + files;
    const numbers = new Set(outline.annexes.map(({ number }) => number ?? 1));
    const findings: Finding[] = [];
    const report = (
      entry: CodeEntry,
      location: Finding['location'],
      zh: string,
      en: string,
      mendZh: string,
      mendEn: string,
    ) => findings.push(finding(entry, policy.item.id, location, { zh, en }, { zh: mendZh, en: mendEn }));

    for (const name of outline.annexNames) {
      const isThere = files > 0 || numbers.has(name.number ?? 1);
      if (!isThere) {
        report(
          MISSING,
          spotOf(name),
          `附件说明列有“${name.title}”，文后没有这个附件。`,
          `The annex "${name.title}" is listed and not there.`,
          '请补上附件，或者修改附件说明。',
          'Add the annex, or mend the list.',
        );
      }
    }
    if (findings.length === 0) {
      for (const line of linesOf(policy.model)) {
        if (
          line.cell ||
          line.paragraph >= outline.bodyTo ||
          outline.annexNames.some(({ paragraph }) => paragraph === line.paragraph)
        )
          continue;
        for (const match of line.text.matchAll(MENTION)) {
          const number = Number(match[1] ?? match[2] ?? 0);
          const isThere = number === 0 ? present > 0 : files > 0 || numbers.has(number);
          if (isThere) continue;
          const start = clauseStart(line.text, match.index);
          report(
            MISSING,
            placeIn(line, start, match.index + match[0].length),
            `提到“${match[0]}”，文后没有这个附件。`,
            `"${match[0]}" is mentioned and not there.`,
            '请补上附件，或者修改正文。',
            'Add the annex, or mend the text.',
          );
        }
      }
    }
    return [...findings, ...names(outline, policy.item.id)];
  },
};

const spotOf = ({ paragraph, title }: { paragraph: number; title: string }) => ({
  where: 'body',
  paragraph,
  quote: title,
});

const clauseStart = (text: string, at: number) =>
  Math.max(...['，', '。', '；', '、', '：'].map((mark) => text.lastIndexOf(mark, at - 1))) + 1;

/** Names in the list and over the annexes are the same (spaces and 书名号 aside); no mark ends a name. */
function names({ annexNames, annexes: there }: Outline, item: string): Finding[] {
  const plain = (text: string) => text.replace(/[\s\u3000《》“”]/gu, '').replace(/[。；，、.;,]$/u, '');
  const findings: Finding[] = [];
  for (const name of annexNames) {
    if (/[。；，、.;,]$/u.test(name.title)) {
      findings.push(
        finding(
          MARK,
          item,
          spotOf(name),
          { zh: `附件名称“${name.title}”后不加标点。`, en: `No punctuation after the name "${name.title}".` },
          { zh: '请删去末尾的标点。', en: 'Take it away.' },
        ),
      );
    }
    const annex = there.find(({ number }) => (number ?? 1) === (name.number ?? 1));
    // A title may run over two lines: its first line then begins the name.
    if (
      !annex ||
      plain(annex.title) === '' ||
      plain(name.title).startsWith(plain(annex.title)) ||
      plain(annex.title).startsWith(plain(name.title))
    )
      continue;
    findings.push(
      finding(
        NAME,
        item,
        spotOf(name),
        {
          zh: `附件说明写“${name.title}”，附件的标题是“${annex.title}”。`,
          en: `The list says "${name.title}", the annex is headed "${annex.title}".`,
        },
        { zh: '请改为一致。', en: 'Make them the same.' },
      ),
    );
  }
  return findings;
}
