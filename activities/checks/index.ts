import { bundleParts } from './intake/bundle-parts.ts';
import { businessSupport } from './intake/business-support.ts';
import { interpretationElements } from './intake/interpretation-elements.ts';
import { planFields } from './intake/plan-fields.ts';
import type { Rule } from './rule.ts';

/** All rules, gate by gate. Adding one is one file, its examples, and one line here. */
export const RULES: readonly Rule[] = [bundleParts, planFields, interpretationElements, businessSupport];
