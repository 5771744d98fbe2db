import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import mammoth from 'mammoth';
import { describe, expect, test } from 'vitest';
import { readBundle } from '../../activities/bundles/intake.ts';
import { checkBundle } from '../../activities/checks/check-bundle.ts';
import { RULES } from '../../activities/checks/index.ts';
import { readDocument } from '../../activities/documents/read.ts';
import { buildExample } from '../../examples/build.ts';
import { openBundle } from '../../infra/bundle-source/open.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import { Manifest } from '../../schemas/bundle.ts';

const directory = new URL('../../examples/qinghe-enterprise-support/', import.meta.url);
const manifest = Manifest.parse(JSON.parse(await readFile(new URL('manifest.json', directory), 'utf8')));

async function textOf(file: string): Promise<string> {
  const content = await readFile(new URL(file, directory));
  if (file.endsWith('.docx')) return (await mammoth.extractRawText({ buffer: content })).value;
  return content.toString('utf8').replace(/<[^>]+>/g, '\n');
}

/** Amounts, shares, time limits, dates, telephone numbers and document numbers. */
const figures = /〔\d{4}〕\d+号|0\d{3}-\d+|(?:\d+年)?\d+月\d+日|\d+(?:个工作日|个月|万元|吨|元|%|级|号|个)/g;

describe('the example bundle', () => {
  test('is what its generator makes, byte for byte', async () => {
    const made = await buildExample();
    expect((await readdir(directory)).sort()).toEqual([...made.keys()].sort());
    for (const [name, content] of made) {
      expect(
        (await readFile(new URL(name, directory))).equals(content),
        `${name}: run npx node examples/build.ts`,
      ).toBe(true);
    }
  });

  test('goes to installed channels only, so that a newcomer can submit it as it is', async () => {
    const { channels } = await loadOfficeConfig();
    const installed = channels.channels.filter((channel) => channel.installed).map((channel) => channel.id);
    expect(installed).toEqual(expect.arrayContaining(manifest.channels));
  });

  test('was drafted by somebody of people.yaml who reviews no gate', async () => {
    const { people } = await loadOfficeConfig();
    const drafter = people.people.find((person) => person.name === manifest.drafter?.name);
    expect(drafter?.roles).toEqual(['drafter']);
    expect(drafter?.office).toContain(manifest.drafter?.office);
  });

  test('gives the checks nothing to say', async () => {
    const intake = await readBundle(await openBundle(fileURLToPath(directory)));
    const { outcome, findings } = await checkBundle(intake, { readDocument, rules: RULES, data: await loadRuleData() });
    expect(findings).toEqual([]);
    expect(outcome).toBe('clean');
  });

  const materials = manifest.items.filter((item) => item.role === 'interpretation-material');

  test.each(materials.map((item) => item.file))('says no figure in %s that the policy does not say', async (file) => {
    const policy = (await textOf('policy.docx')).replace(/\s/g, '');
    const said = new Set((await textOf(file)).match(figures));
    expect(said.size).toBeGreaterThan(5);
    expect([...said].filter((figure) => !policy.includes(figure))).toEqual([]);
  });

  test('tells a reader who cannot see the picture each of its figures', async () => {
    const picture = materials.find((item) => item.form === 'infographic');
    const said = new Set((await textOf('infographic.svg')).match(figures));
    expect([...said].filter((figure) => !picture?.alternativeText?.includes(figure))).toEqual([]);
  });

  test('has the six elements of a 惠企政策 and the four of an interpretation', async () => {
    const policy = await textOf('policy.docx');
    for (const element of ['申请条件', '申报材料', '办理流程', '承办部门', '联系方式', '起止时间']) {
      expect(policy).toMatch(new RegExp(`[一二三四五六七]、[^\\n]*${element}`));
    }
    const interpretation = await textOf('interpretation.docx');
    for (const element of ['出台背景', '决策依据', '出台目的', '重要举措']) {
      expect(interpretation).toMatch(new RegExp(`[一二三四五六七]、${element}`));
    }
  });
});
