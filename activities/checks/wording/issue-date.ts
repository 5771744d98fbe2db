import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf } from '../text/lines.ts';
import { FORMAT } from './sources.ts';

const MISSING: CodeEntry = {
  code: 'WRD-DATE-MISSING',
  gate: 'wording',
  severity: 'error',
  title: { zh: '没有成文日期', en: 'No date of issue' },
  source: FORMAT('7.3.5'),
  good: '2026年4月22日',
  bad: '署名之下没有日期',
};
const FORM: CodeEntry = {
  code: 'WRD-DATE-FORMAT',
  gate: 'wording',
  severity: 'error',
  title: { zh: '成文日期写法不规范', en: 'The date of issue is not in its form' },
  source: FORMAT('7.3.5.4'),
  good: '2026年4月22日',
  bad: '2026年04月22日',
};
const MANIFEST: CodeEntry = {
  code: 'WRD-DATE-MANIFEST',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '成文日期与清单不一致', en: 'The date of issue differs from the manifest' },
  source: FORMAT('7.3.5'),
  good: '清单 issuedOn 为 2026-04-22，文件为2026年4月22日',
  bad: '清单 issuedOn 为 2026-04-20，文件为2026年4月22日',
};

const PROPER = /(?<!\d)\d{4}年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日(?!\d)/u;
/** A date in any manner at the end of a line. */
const ANY =
  /[\d〇零○Oo一二三四五六七八九十]{2,4}\s*[年./\-—]\s*[\d一二三四五六七八九十]{1,3}\s*[月./\-—]\s*[\d一二三四五六七八九十]{1,3}\s*[日号]?/u;
/** 关于…的通知: names the document and its kind. */
const TITLE =
  /^[^。；！？]{0,30}关于[^。；！？]{2,80}的(通知|通告|公告|通报|意见|决定|决议|命令|批复|议案|报告|请示|函)$/u;
const HEAD = 6;
/** 题注: passed or announced on a day, in brackets under the title. */
const CAPTION = /^[（(].{0,60}\d{4}年\d{1,2}月\d{1,2}日.{0,60}(通过|发布|公布|批准|修订|印发)[^）)]*[）)]$/u;

export const issueDate: Rule = {
  codes: [MISSING, FORM, MANIFEST],
  check({ manifest, policy, outline }) {
    if (!policy || !outline) return [];
    const { date, printed } = outline;
    const dated = date ?? printed;
    if (!dated) {
      // A text by itself, with neither number, title of a document nor recipients, is not laid out as an official document.
      const head = linesOf(policy.model).slice(0, HEAD);
      const titled = head.some(({ text, cell }) => !cell && TITLE.test(text.trim()));
      if (!manifest && !outline.documentNumber && !outline.recipients && !titled) return [];
      if (linesOf(policy.model).some(({ text }) => CAPTION.test(text.trim()))) return [];
      return [
        finding(
          MISSING,
          policy.item.id,
          { where: 'signature', quote: '' },
          { zh: '没有找到成文日期。', en: 'No date of issue was found.' },
          {
            zh: '请在署名之下写明成文日期，例如：2026年4月22日。',
            en: 'Put the date under the signature, for example 2026年4月22日.',
          },
        ),
      ];
    }
    const findings: Finding[] = [];
    for (const spot of [date, printed]) {
      if (!spot || PROPER.test(spot.text.replace(/\s/gu, ''))) continue;
      const text = ANY.exec(spot.text)?.[0] ?? spot.text;
      findings.push(
        finding(
          FORM,
          policy.item.id,
          { where: 'signature', paragraph: spot.paragraph, quote: text },
          { zh: `日期“${text}”写法不规范。`, en: `The date "${text}" is not in its form.` },
          {
            zh: '用阿拉伯数字写全年、月、日，月、日不编虚位，例如：2026年4月22日。',
            en: 'Arabic numerals, a full year, no leading zeros: 2026年4月22日.',
          },
        ),
      );
    }
    if (manifest && date && outline.issuedOn !== null && outline.issuedOn !== manifest.issuedOn) {
      findings.push(
        finding(
          MANIFEST,
          policy.item.id,
          { where: 'signature', paragraph: date.paragraph, quote: date.text },
          {
            zh: `文件的成文日期是${outline.issuedOn}，清单写的是${manifest.issuedOn}。`,
            en: `The document is of ${outline.issuedOn}, the manifest says ${manifest.issuedOn}.`,
          },
          { zh: '请改正其中一处。', en: 'Correct one of them.' },
        ),
      );
    }
    return findings;
  },
};
