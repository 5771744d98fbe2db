import type { RuleData, RuleSetListing } from '../../schemas/rules.ts';
import { GATES_OF_RULES } from './gates.ts';
import { RULES } from './index.ts';
import { READING_CODES } from './intake/reading-codes.ts';
import { ruleSetOf } from './rule-set.ts';
import { RULE_FAILED } from './system.ts';

/** Every code that a check can give, gate by gate. */
export function ruleListing(data: RuleData): RuleSetListing {
  const codes = [...RULES.flatMap((rule) => rule.codes), ...READING_CODES, RULE_FAILED];
  const place = (gate: string) => GATES_OF_RULES.indexOf(gate);
  return {
    ruleSet: ruleSetOf(RULES, data),
    codes: codes.toSorted((a, b) => place(a.gate) - place(b.gate) || (a.code < b.code ? -1 : 1)),
  };
}
