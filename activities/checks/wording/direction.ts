import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';
import { FORMAT, PROCESSING_REGULATION } from './sources.ts';

const SIGNER: CodeEntry = {
  code: 'WRD-SIGNER',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '不是上行文却标注了签发人', en: 'A signatory on a document that goes down' },
  source: FORMAT('7.2.6'),
  good: '请示、报告标注签发人',
  bad: '通知标注“签发人：王某”',
};
const ENDING: CodeEntry = {
  code: 'WRD-REPORT-ENDING',
  gate: 'wording',
  severity: 'error',
  title: { zh: '报告夹带请示事项', en: 'A report that asks for approval' },
  source: `${PROCESSING_REGULATION}第十五条`,
  good: '特此报告。',
  bad: '报告末尾写“妥否，请批示”',
};
const UPWARD = /(请示|报告|意见)$/u;
const ASKS =
  /(妥否|当否|可否|是否妥当)[，,]?\s*请(予)?(批示|批复|批准|审批|审示)[^。]*|以上[^。]{0,10}请(予)?(批准|批示|批复)[^。]*/u;

/** 行文方向: what goes up names its signatory; a report informs, and a 请示 asks. */
export const direction: Rule = {
  codes: [SIGNER, ENDING],
  check({ policy, outline }) {
    const kind = outline?.title?.text.replace(/\s|[（(][^）)]*[）)]$/gu, '') ?? '';
    if (!policy || kind === '') return [];
    const lines = linesOf(policy.model).filter(({ cell }) => !cell);
    const findings: Finding[] = [];
    const signer = UPWARD.test(kind) ? undefined : lines.slice(0, 8).find(({ text }) => /签发人[：:]/u.test(text));
    if (signer) {
      findings.push(
        finding(
          SIGNER,
          policy.item.id,
          { where: 'body', paragraph: signer.paragraph, quote: signer.text.trim() },
          { zh: '只有上行文（请示、报告、意见）标注签发人。', en: 'Only documents that go up name their signatory.' },
          { zh: '请删去签发人。', en: 'Take it out.' },
        ),
      );
    }
    for (const line of /报告$/u.test(kind) ? lines : []) {
      const match = ASKS.exec(line.text);
      if (!match) continue;
      findings.push(
        finding(
          ENDING,
          policy.item.id,
          placeOf(line, match),
          { zh: '报告不得夹带请示事项。', en: 'A report asks for nothing.' },
          { zh: '请改用请示行文。', en: 'Ask in a 请示.' },
        ),
      );
    }
    return findings;
  },
};
