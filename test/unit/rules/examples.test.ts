import { beforeAll, describe, expect, test } from 'vitest';
import { RULES } from '../../../activities/checks/index.ts';
import { loadRuleData } from '../../../infra/rule-data/load.ts';
import type { Finding } from '../../../schemas/finding.ts';
import type { RuleData } from '../../../schemas/rules.ts';
import { bundleFrom, cleanBundle, insert } from '../../support/models.ts';
import type { Change } from './examples/example.ts';
import { intakeExamples } from './examples/intake.ts';
import { legalExamples } from './examples/legal.ts';
import { politicalExamples } from './examples/political.ts';
import { secrecyExamples } from './examples/secrecy.ts';
import { wordingExamples } from './examples/wording.ts';

const EXAMPLES = [...intakeExamples, ...politicalExamples, ...legalExamples, ...secrecyExamples, ...wordingExamples];
let data: RuleData;
beforeAll(async () => {
  data = await loadRuleData();
});

function findingsAfter(change: Change): Finding[] {
  const bundle = cleanBundle();
  if (typeof change === 'string') insert(bundle, change);
  else change(bundle);
  const checked = bundleFrom(bundle);
  return RULES.flatMap((rule) => rule.check(checked, data));
}
const label = (change: Change) =>
  typeof change === 'string' ? change : change.toString().replace(/\s+/g, ' ').slice(0, 90);

test('the clean bundle has no finding', () => {
  expect(findingsAfter(() => {})).toEqual([]);
});

describe.each(EXAMPLES)('$code', ({ code, bad, good }) => {
  test.each(bad.map((each) => [label(each.change), each] as const))('finds: %s', (_, { change, item, quote }) => {
    const found = findingsAfter(change).filter((finding) => finding.code === code);
    expect(found).not.toEqual([]);
    if (item !== undefined) expect(found.map((finding) => finding.item)).toContain(item);
    if (quote !== undefined) expect(found.map((finding) => finding.location.quote).join('\n')).toContain(quote);
    for (const { message, suggestion } of found) {
      expect(message.zh).not.toBe('');
      expect(message.en).not.toBe('');
      expect(suggestion?.zh).not.toBe('');
    }
  });
  test.each(good.map((change) => [label(change), change] as const))('leaves alone: %s', (_, change) => {
    expect(findingsAfter(change).filter((finding) => finding.code === code)).toEqual([]);
  });
});

test('every code has an example that is found and one that is left alone', () => {
  const codes = RULES.flatMap((rule) => rule.codes.map(({ code }) => code));
  const shown = new Set(EXAMPLES.filter(({ bad, good }) => bad.length > 0 && good.length > 0).map(({ code }) => code));
  expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  expect(new Set(codes).size).toBe(codes.length);
});
