import type { CodeEntry } from '../../schemas/rules.ts';

export const RULE_FAILED: CodeEntry = {
  code: 'SYS-RULE-FAILED',
  gate: 'intake',
  severity: 'error',
  title: { zh: '检查规则没有运行完', en: 'A rule did not finish' },
  source: '系统收件规则',
  good: '全部规则运行完毕',
  bad: '某条规则中途出错，不能当作通过',
};
