import type { Finding, GateId } from '../../../schemas/finding.ts';
import type { FindingAnswer } from '../../../schemas/gate.ts';
import type { ReviewedFinding } from '../../../schemas/review.ts';

/**
 * 书面答复 of the demo people: what a reviewer would write who compared the place with the printed document. Where a code has
 * none of its own, the answer names the words that he looked at.
 */
const answers: Record<string, string> = {
  'WRD-SPACE': '已核对原件：空格系换行排版所致，印发稿无此空格，不影响文意，同意保留。',
  'WRD-OMISSION': '已核对原件：印发稿即为此表述，按原文发布；已告知起草单位下次印发时统一用语。',
  'WRD-CHAR-WIDTH': '已核对原件：全角、半角混用系录入所致，不影响识读，按原文发布。',
  'WRD-PUNCT-WIDTH': '已核对原件：标点形态与印发稿一致，不影响文意，按原文发布。',
  'WRD-COUNT-MISMATCH': '已逐项清点并与起草单位核实：数量以正文列举为准，不影响执行。',
  'WRD-INST-NAME': '已核对：所用简称在本文件中已有约定，指同一机构，不致误解。',
  'WRD-DUP-WORD': '已核对原件：叠用系原文行文，不是重复录入。',
  'INT-VERBATIM': '已核对：引用的是需要逐字准确的条款，其余部分已作通俗解释。',
  'SEC-PROPERTY': '已核对文档属性：不含内部信息，发布时由系统去除。',
  'LEG-CITATION-FORM': '已核对：引用的法律名称准确，现行有效，书名号按印发稿处理。',
  'LEG-VALIDITY-RANGE': '已与起草单位核实：有效期有上位依据，已附说明。',
  'POL-MAP-NUMBER': '已核对：所附为示意图，不涉及行政区域界线，无须审图号。',
};

const general = ({ location, message }: Finding): string =>
  location.quote === ''
    ? `已对照原件核实（${message.zh.replace(/。$/u, '')}），情况属实，不影响发布。`
    : `已对照原件核实“${location.quote.slice(0, 60)}”，与印发稿一致，不影响发布。`;

/** An answer to each warning of the gate. */
export const demoAnswers = (
  gate: GateId,
  findings: readonly Pick<ReviewedFinding, 'key' | 'finding'>[],
): FindingAnswer[] =>
  findings
    .filter(({ finding }) => finding.gate === gate && finding.severity === 'warning')
    .map(({ key, finding }) => ({ finding: key, answer: answers[finding.code] ?? general(finding) }));
