import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ruleListing } from '../../../activities/checks/listing.ts';
import { loadRuleData } from '../../../infra/rule-data/load.ts';
import { RuleSetListing } from '../../../schemas/rules.ts';
import { rulesMarkdown } from '../../../services/cli/report/rules-markdown.ts';

test('docs/rules.md says what the rules say (npx lockstep rules --markdown > docs/rules.md)', async () => {
  const listing = RuleSetListing.parse(ruleListing(await loadRuleData()));
  expect(readFileSync('docs/rules.md', 'utf8')).toBe(rulesMarkdown(listing));
});

test('no two codes are the same', async () => {
  const codes = ruleListing(await loadRuleData()).codes.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)]);
});
