import { createHash } from 'node:crypto';
import type { RuleData } from '../../schemas/rules.ts';
import type { Rule } from './rule.ts';

/** Raised by hand when rules are added (minor), change what they find (minor) or are mended (patch). */
export const RULES_VERSION = '1.0.0';

/**
 * Version of the rule set that a decision was made under: version of the rules, then a digest of their codes and of all
 * lists. Another word list is another rule set.
 */
export function ruleSetOf(rules: readonly Rule[], data: Pick<RuleData, 'version'>): string {
  const codes = rules.flatMap(({ codes }) => codes.map(({ code, severity }) => `${code}:${severity}`)).sort();
  const digest = createHash('sha256')
    .update(JSON.stringify([codes, data.version]))
    .digest('hex');
  return `${RULES_VERSION}+${digest.slice(0, 12)}`;
}
