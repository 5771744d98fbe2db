import { expect, test } from 'vitest';
import { checkBundle } from '../../activities/checks/check-bundle.ts';
import { RULES } from '../../activities/checks/index.ts';
import type { Rule } from '../../activities/checks/rule.ts';
import { ruleSetOf } from '../../activities/checks/rule-set.ts';
import { digestOf } from '../../activities/digest.ts';
import type { ReadDocument } from '../../activities/documents/read.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import { CheckResult } from '../../schemas/finding.ts';
import { type BundleDraft, cleanBundle, insert, modelOf } from '../support/models.ts';

const intakeOf = ({ manifest, documents }: BundleDraft) => ({
  manifest,
  findings: [],
  parts: manifest.items.map((item) => {
    const bytes = Buffer.from(documents[item.id]?.lines.join('\n') ?? '', 'utf8');
    return { item, bytes, sha256: digestOf(bytes) };
  }),
});
/** Reads nothing: hands out the models of the draft by file name. */
const reading =
  ({ manifest, documents }: BundleDraft): ReadDocument =>
  async ({ file }) => {
    const document = documents[manifest.items.find((item) => item.file === file)?.id ?? ''];
    return { model: document ? modelOf(document) : null, findings: [] };
  };
const check = async (bundle: BundleDraft, rules: readonly Rule[] = RULES) =>
  checkBundle(intakeOf(bundle), { readDocument: reading(bundle), rules, data: await loadRuleData() });

test('a clean bundle is clean, and sealed under the version of its rules', async () => {
  const result = await check(cleanBundle());
  expect(result).toMatchObject({ outcome: 'clean', findings: [] });
  expect(result.seal).toMatch(/^[0-9a-f]{64}$/);
  expect([...result.models.keys()]).toEqual(['policy', 'plan', 'text', 'legality']);
  expect(CheckResult.parse({ seal: result.seal, outcome: result.outcome, findings: result.findings })).toBeTruthy();
});

test('a rule that throws is an error of its own, never a pass', async () => {
  const broken: Rule = {
    codes: RULES[0]?.codes ?? [],
    check() {
      throw new Error('the list is empty');
    },
  };
  const result = await check(cleanBundle(), [broken, ...RULES.slice(1)]);
  expect(result.outcome).toBe('findings');
  expect(result.findings).toMatchObject([{ code: 'SYS-RULE-FAILED', severity: 'error' }]);
  expect(result.findings[0]?.message.zh).toContain('the list is empty');
});

test('the same bundle gives the same findings and the same seal', async () => {
  const bundle = cleanBundle();
  insert(bundle, '现将有关工作布署如下。');
  const [first, second] = [await check(bundle), await check(bundle)];
  expect(second.findings).toEqual(first.findings);
  expect(second.seal).toBe(first.seal);
});

test('a finding has the place of its words: paragraph, range and quote', async () => {
  const bundle = cleanBundle();
  insert(bundle, '现将有关工作布署如下。');
  const { findings, models } = await check(bundle);
  expect(findings).toHaveLength(1);
  const { paragraph = -1, start = -1, end = -1, quote } = findings[0]?.location ?? { quote: '' };
  expect(models.get('policy')?.paragraphs[paragraph]?.text.slice(start, end)).toBe('布署');
  expect(quote).toBe('布署');
});

test('a part that cannot be read refuses the bundle, and there is no seal', async () => {
  const bundle = cleanBundle();
  const result = await checkBundle(intakeOf(bundle), {
    readDocument: async (file) =>
      file.file === 'plan.docx'
        ? {
            model: null,
            findings: [
              {
                code: 'FILE-CORRUPT',
                gate: 'intake',
                severity: 'error',
                location: { where: 'file', quote: '' },
                message: { zh: '坏', en: 'bad' },
                source: 'x',
              },
            ],
          }
        : reading(bundle)(file),
    rules: RULES,
    data: await loadRuleData(),
  });
  expect(result).toMatchObject({ outcome: 'rejected', seal: null });
  expect(result.findings).toContainEqual(expect.objectContaining({ code: 'FILE-CORRUPT', item: 'plan' }));
});

test('another word list is another rule set', async () => {
  const data = await loadRuleData();
  expect(ruleSetOf(RULES, data)).not.toBe(ruleSetOf(RULES, { version: 'another' }));
});
