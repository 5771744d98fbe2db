import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBundle } from '../../activities/bundles/intake.ts';
import { type BundleCheck, checkBundle } from '../../activities/checks/check-bundle.ts';
import { RULES } from '../../activities/checks/index.ts';
import { outlineOf } from '../../activities/checks/outline.ts';
import { openBundle } from '../../infra/bundle-source/open.ts';
import { createDocumentReader, type DocumentReader } from '../../infra/documents/reader.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { RuleData } from '../../schemas/rules.ts';

// A child process reads the files: slow on a busy machine, and never wrong for that.

const FIXTURES = resolve(import.meta.dirname, '../../../shared/fixtures');
// The shared corpus lies beside the project and is no part of it; the rules' own examples are in test/unit/rules.
const present = existsSync(FIXTURES);

type Expected = {
  outcome: string;
  acceptableOutcomes?: string[];
  findings: Pick<Finding, 'code' | 'item' | 'location'>[];
  alsoAcceptable: string[];
};
type Case = { name: string; path: string; expected: Expected };

const cases = (group: string): Case[] =>
  present
    ? readdirSync(join(FIXTURES, group))
        .sort()
        .flatMap((name) => {
          const directory = join(FIXTURES, group, name);
          if (!existsSync(join(directory, 'expected.json'))) return [];
          const packed = join(directory, 'bundle.zip');
          const expected = JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8')) as Expected;
          return [{ name, path: existsSync(packed) ? packed : directory, expected }];
        })
    : [];

let data: RuleData;
let reader: DocumentReader;
beforeAll(async () => {
  data = await loadRuleData();
  reader = createDocumentReader();
});
afterAll(() => reader?.close());

const check = async (path: string): Promise<BundleCheck> =>
  checkBundle(await readBundle(await openBundle(path)), { readDocument: reader.readDocument, rules: RULES, data });

/** An expected finding is met by its code and item, with words that overlap; one report may cover several places. */
const overlaps = (a: string, b: string) =>
  a === '' ||
  b === '' ||
  a.includes(b) ||
  b.includes(a) ||
  [...a].some((_, at) => at + 4 <= a.length && b.includes(a.slice(at, at + 4)));
const meets = (found: Finding, wanted: Expected['findings'][number]) =>
  found.code === wanted.code && found.item === wanted.item && overlaps(found.location.quote, wanted.location.quote);

const tally = new Map<string, { found: number; missed: number; false: number }>();
const count = (code: string, what: 'found' | 'missed' | 'false') => {
  const row = tally.get(code) ?? { found: 0, missed: 0, false: 0 };
  row[what] += 1;
  tally.set(code, row);
};

function judge(result: BundleCheck, expected: Expected) {
  const missed = expected.findings.filter((wanted) => !result.findings.some((found) => meets(found, wanted)));
  const extra = result.findings.filter(
    (found) =>
      !expected.findings.some(({ code, item }) => found.code === code && found.item === item) &&
      !expected.alsoAcceptable.includes(found.code),
  );
  for (const wanted of expected.findings) count(wanted.code, missed.includes(wanted) ? 'missed' : 'found');
  for (const found of extra) count(found.code, 'false');
  return { missed, extra: extra.map(({ code, item, location }) => `${code} ${item} ${location.quote}`) };
}

describe.skipIf(!present)('the shared corpus', () => {
  test.each(cases('bundles'))('$name: nothing is found in a clean bundle', async ({ path, expected }) => {
    const result = await check(path);
    expect(judge(result, expected)).toEqual({ missed: [], extra: [] });
    expect(result.outcome).toBe('clean');
    expect(result.seal).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(cases('defects'))('$name: its defect is found, and nothing else', async ({ path, expected }) => {
    const result = await check(path);
    expect(judge(result, expected)).toEqual({ missed: [], extra: [] });
    expect(result.outcome).toBe('findings');
  });

  test.each(cases('hostile'))('$name: is refused or made safe', async ({ path, expected }) => {
    const result = await check(path);
    expect(judge(result, expected)).toEqual({ missed: [], extra: [] });
    expect(expected.acceptableOutcomes).toContain(result.outcome);
    if (result.outcome === 'rejected') expect(result.seal).toBeNull();
  });

  test('the slips of the real document are found at their place', async () => {
    const [real] = cases('real');
    const result = await check(real?.path ?? '');
    const slips = result.findings.map(({ code, location }) => `${code} ${location.where} ${location.quote}`);
    expect(slips).toEqual([
      'WRD-SPACE table 理和 服务',
      'WRD-OMISSION body 民生实项目',
      'WRD-OMISSION table 民生实项目',
    ]);
  });

  test('the elements of the real document are read, and it is refused without plan and materials', async () => {
    const [real] = cases('real');
    const intake = await readBundle(await openBundle(real?.path ?? ''));
    const { models } = await check(real?.path ?? '');
    const model = models.get('policy');
    const outline = model && outlineOf(model);
    expect(outline).toMatchObject({
      documentNumber: { text: '市中政办字〔2020〕14号' },
      title: { text: '济南市市中区人民政府办公室关于印发2020年济南市市中区政务公开工作要点的通知' },
      recipients: { text: '各街道办事处，区政府各部门：' },
      note: { text: '（此件公开发布）' },
      issuedOn: '2020-07-31',
      annexes: [{ title: '2020年济南市市中区政务公开重点工作任务分解表' }],
    });
    const alone = intake.manifest && {
      ...intake,
      manifest: { ...intake.manifest, items: intake.manifest.items.filter(({ role }) => role === 'policy-document') },
      parts: intake.parts.filter(({ item }) => item.role === 'policy-document'),
    };
    if (!alone) throw new Error('The real document has no manifest');
    const { findings } = await checkBundle(alone, { readDocument: reader.readDocument, rules: RULES, data });
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'INT-PLAN-ABSENT',
      'INT-MATERIAL-ABSENT',
    ]);
  });

  afterAll(() => {
    const rows = [...tally].sort().map(([code, row]) => {
      const share = (part: number, whole: number) =>
        whole === 0 ? '    -' : `${((100 * part) / whole).toFixed(0).padStart(4)}%`;
      return `${code.padEnd(26)} precision ${share(row.found, row.found + row.false)}  recall ${share(row.found, row.found + row.missed)}`;
    });
    process.stdout.write(`${rows.join('\n')}\n`);
  });
});
