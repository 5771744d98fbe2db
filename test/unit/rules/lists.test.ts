import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { typos } from '../../../activities/checks/wording/typos.ts';
import { loadRuleData } from '../../../infra/rule-data/load.ts';
import { bundleFrom, cleanBundle, insert } from '../../support/models.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-lists-'));
});
afterEach(() => rm(directory, { recursive: true }));

const own = (entries: string, from = '2026-01-01', until = 'null') => `list: typos
owner: 青禾区政府办公室
source: 本单位校对记录
effectiveFrom: '${from}'
effectiveUntil: ${until}
entries:
${entries}`;
const found = async () => {
  const bundle = cleanBundle();
  insert(bundle, '落实好青和精神。');
  return typos.check(bundleFrom(bundle), await loadRuleData(directory)).map(({ location }) => location.quote);
};

test('an office adds its own list', async () => {
  await writeFile(join(directory, 'own.yaml'), own('  - { wrong: 青和, right: 青禾 }'));
  expect(await found()).toEqual(['青和']);
});

test('a list holds from its first day to its last, by the date of the document', async () => {
  await writeFile(join(directory, 'own.yaml'), own('  - { wrong: 青和, right: 青禾 }', '2026-05-01'));
  expect(await found()).toEqual([]);
  await writeFile(join(directory, 'own.yaml'), own('  - { wrong: 青和, right: 青禾 }', '2025-01-01', "'2026-04-14'"));
  expect(await found()).toEqual([]);
});

test('a list that is wrong is refused, with its file and its place', async () => {
  await writeFile(join(directory, 'own.yaml'), own('  - { wrong: 青和 }'));
  await expect(loadRuleData(directory)).rejects.toThrow(/own\.yaml[\s\S]*entries\[0\]\.right/);
});

test('a pattern that cannot run is refused when it is loaded, not when a rule meets it', async () => {
  const text = own('  - { pattern: "(", instead: { zh: 甲, en: a } }').replace(
    'list: typos',
    'list: terms\ncode: POL-DISCRIM-TERM',
  );
  await writeFile(join(directory, 'own.yaml'), text);
  await expect(loadRuleData(directory)).rejects.toThrow(/regular expression/);
});

test('a directory without lists, or that is not there, is refused', async () => {
  await expect(loadRuleData(directory)).rejects.toThrow(/holds no list/);
  await expect(loadRuleData(join(directory, 'nothing'))).rejects.toThrow(/Cannot read/);
});
