import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBundle } from '../../activities/bundles/intake.ts';
import { longBundle } from '../../infra/bench/long-bundle.ts';
import { CheckBench } from '../../schemas/bench.ts';
import { commandLine } from '../support/command-line.ts';

// Children are started; slow on a busy machine, and never wrong for that.

test('lockstep bench check prints, and writes, figures with machine, versions and budgets', async () => {
  await using cli = await commandLine();
  const asked = ['bench', 'check', '--pages', '1,3', '--repeat', '2'];
  const { code, out } = await cli.run(...asked, '--json', '--out', 'figures/check.json', '--markdown', 'check.md');
  expect(code).toBe(0);
  const printed = CheckBench.parse(JSON.parse(out));
  expect(CheckBench.parse(JSON.parse(await readFile(join(cli.cwd, 'figures/check.json'), 'utf8')))).toEqual(printed);
  expect(printed.runs.map(({ repeats, findings }) => ({ repeats, findings }))).toEqual([
    { repeats: 2, findings: 0 },
    { repeats: 2, findings: 0 },
  ]);
  expect(printed.runs[1]?.pages).toBeGreaterThan(printed.runs[0]?.pages ?? 0);
  expect(printed.runs[0]?.perPageToFirst).toBe(1);
  expect(printed.budgets).toHaveLength(3);
  const page = await readFile(join(cli.cwd, 'check.md'), 'utf8');
  expect(page).toContain(`Node ${process.versions.node}`);
  expect(page.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(4 + 5);
});

test('a bundle of one’s own is measured beside them; one that is not there is told', async () => {
  await using cli = await commandLine();
  const example = join(import.meta.dirname, '../../examples/qinghe-enterprise-support');
  const { out } = await cli.run('bench', 'check', '--pages', '1', '--repeat', '1', '--bundle', example);
  expect(out).toContain('qinghe-enterprise-support');
  expect(await cli.run('bench', 'check', '--bundle', 'nothing')).toMatchObject({ code: 2, out: '' });
  expect(await cli.run('bench', 'check', '--pages', 'many')).toMatchObject({ code: 2, out: '' });
});

test('the bundle that is measured is whole, and the same every time', async () => {
  const [once, again] = [await readBundle(await longBundle(20)), await readBundle(await longBundle(20))];
  expect(once.findings).toEqual([]);
  expect(once.parts.map(({ item }) => item.role)).toEqual([
    'policy-document',
    'interpretation-plan',
    'interpretation-material',
  ]);
  expect(again.parts.map(({ sha256 }) => sha256)).toEqual(once.parts.map(({ sha256 }) => sha256));
});
