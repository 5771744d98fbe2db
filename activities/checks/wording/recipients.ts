import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { FORMAT } from './sources.ts';

const RECIPIENTS: CodeEntry = {
  code: 'WRD-RECIPIENTS',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '主送机关后没有全角冒号', en: 'No colon after the recipients' },
  source: FORMAT('7.3.2'),
  good: '各街道办事处，区政府各部门：',
  bad: '各街道办事处，区政府各部门',
};

/** A half-width colon is there, and is the affair of punctuation. */
export const recipients: Rule = {
  codes: [RECIPIENTS],
  check({ policy, outline }) {
    const spot = outline?.recipients;
    if (!policy || !spot || /[：:]$/u.test(spot.text)) return [];
    return [
      finding(
        RECIPIENTS,
        policy.item.id,
        { where: 'body', paragraph: spot.paragraph, quote: spot.text },
        { zh: '主送机关后应当用全角冒号。', en: 'The recipients end with a full-width colon.' },
        { zh: `规范写法：${RECIPIENTS.good}`, en: `As in: ${RECIPIENTS.good}` },
      ),
    ];
  },
};
