import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { CliChecks, CliRefusal } from '../../schemas/cli.ts';
import { CheckResult } from '../../schemas/finding.ts';
import { RuleSetListing } from '../../schemas/rules.ts';
import { bundleFiles } from '../support/bundle-files.ts';
import { commandLine } from '../support/command-line.ts';

// A child process reads the files: slow on a busy machine, and never wrong for that.

const EXAMPLE = join(import.meta.dirname, '../../examples/qinghe-enterprise-support');
const DATE = '\n\n2026年3月2日\n';
const POLICY = `云溪政办字〔2026〕12号\n\n关于规范校园周边交通秩序的通知\n\n各街道办事处：\n\n自2026年4月1日起规范停车。现将有关工作布署如下。${DATE}`;
/** A small bundle whose document has one wrong word. */
const withTypo = (text = POLICY, more = '') =>
  bundleFiles(
    {
      'policy.md': text,
      'plan.md':
        '# 解读方案\n\n一、解读提纲\n\n背景、依据、目的、举措。\n\n二、解读形式\n\n问答。\n\n三、解读渠道\n\n区政府网站。\n\n四、解读时间\n\n与文件同步发布。\n\n五、责任单位\n\n区交通局。\n',
      'qa.md': `# 解读\n\n## 出台背景\n\n校园周边停车秩序有待规范。\n\n## 决策依据\n\n上级有关规定。\n\n## 出台目的\n\n保障学生出行安全。\n\n## 重要举措\n\n自2026年4月1日起规范停车。${more}\n`,
    },
    [
      { id: 'policy', role: 'policy-document', file: 'policy.md' },
      { id: 'plan', role: 'interpretation-plan', file: 'plan.md', public: false },
      { id: 'qa', file: 'qa.md' },
    ],
  );

let cli: Awaited<ReturnType<typeof commandLine>>;
beforeEach(async () => {
  cli = await commandLine();
  return () => cli[Symbol.asyncDispose]();
});

describe('lockstep check', () => {
  test('a clean bundle ends 0, with its seal', async () => {
    const { code, out } = await cli.run('check', EXAMPLE, '--json');
    expect(code).toBe(0);
    expect(CheckResult.parse(JSON.parse(out))).toMatchObject({ outcome: 'clean', findings: [] });
  });

  test('an error finding ends 3, and is told with place, mend and source', async () => {
    const { code, out } = await cli.run('check', await cli.write('bundle', withTypo()));
    expect(code).toBe(3);
    expect(out).toContain('“布署”应为“部署”。');
    expect(out).toContain('"布署" should be "部署".');
    expect(out).toContain('怎么改');
    expect(out).toContain('依据');
  });

  test('warnings alone end 0', async () => {
    const text = POLICY.replace('布署', '部署')
      .replace('各街道办事处：', '各街道办事处')
      .replace('自2026', '在校园周边,自2026');
    const { code, out } = await cli.run('check', await cli.write('bundle', withTypo(text)), '--json');
    const { findings, outcome } = CheckResult.parse(JSON.parse(out));
    expect(findings.map(({ severity }) => severity)).toContain('warning');
    expect(findings.map(({ severity }) => severity)).not.toContain('error');
    expect({ code, outcome }).toEqual({ code: 0, outcome: 'findings' });
  });

  test('what cannot be read ends 2, and has no seal', async () => {
    const { code, out } = await cli.run('check', await cli.write('bundle', { 'policy.md': POLICY }), '--json');
    expect(code).toBe(2);
    expect(CheckResult.parse(JSON.parse(out))).toMatchObject({ outcome: 'rejected', seal: null });
  });

  test('a path that leads nowhere ends 2, and says so', async () => {
    const { code, out } = await cli.run('check', 'nothing', '--json');
    expect(code).toBe(2);
    expect(CliRefusal.parse(JSON.parse(out)).error.message.zh).toContain('找不到');
  });

  test('a directory of bundles is checked in one go, each with its path, progress on stderr', async () => {
    await cli.write('all/typo', withTypo());
    await cp(EXAMPLE, join(cli.cwd, 'all/clean'), { recursive: true });
    const { code, out, err } = await cli.run('check', 'all', '--json');
    const { results } = CliChecks.parse(JSON.parse(out));
    expect(code).toBe(3);
    expect(results.map(({ outcome }) => outcome)).toEqual(['clean', 'findings']);
    expect(results.map(({ path }) => path.endsWith('clean') || path.endsWith('typo'))).toEqual([true, true]);
    expect(err).toContain('2/2');
    const human = await cli.run('check', 'all');
    expect(human.out).toContain('all/typo');
  });

  test('a single document is checked by itself: no manifest is missed, no seal is made', async () => {
    const { code, out } = await cli.run('check', join(EXAMPLE, 'policy.docx'), '--json');
    expect(code).toBe(0);
    expect(CheckResult.parse(JSON.parse(out))).toMatchObject({ seal: null, findings: [] });
  });

  test('a text with the title of an official document and no date misses its date; notes and interpretations do not', async () => {
    await cli.write('texts', {
      'notice.txt': '云溪区人民政府办公室关于规范校园周边交通秩序的通知\n',
      'notes.txt': '停车问题座谈会记录\n',
      'reading.txt': '《关于规范校园周边交通秩序的通知》解读\n',
    });
    const codes = async (file: string) => {
      const { out } = await cli.run('check', join('texts', file), '--json');
      return CheckResult.parse(JSON.parse(out)).findings.map(({ code }) => code);
    };
    expect(await codes('notice.txt')).toEqual(['WRD-DATE-MISSING']);
    expect(await codes('notes.txt')).toEqual([]);
    expect(await codes('reading.txt')).toEqual([]);
  });

  test('where the process that reads files cannot be started, it ends 5 and says so in both languages', async () => {
    const { execPath } = process;
    process.execPath = join(cli.cwd, 'no-node');
    try {
      const { code, err } = await cli.run('check', await cli.write('bundle', withTypo()));
      expect(code).toBe(5);
      expect(err).toContain('读取文件的进程启动不了');
      expect(err).toContain('cannot be started');
    } finally {
      process.execPath = execPath;
    }
  });

  test('an office’s own lists are used, and wrong ones are refused', async () => {
    const list = `list: typos\nowner: 办公室\nsource: 校对记录\neffectiveFrom: '2026-01-01'\neffectiveUntil: null\nentries:\n  - { wrong: 规范停车, right: 规范停放 }\n`;
    await cli.write('lists', { 'own.yaml': list });
    const bundle = await cli.write('bundle', withTypo());
    const { out } = await cli.run('check', bundle, '--lists', 'lists');
    expect(out).toContain('“规范停车”应为“规范停放”。');
    await writeFile(join(cli.cwd, 'lists/own.yaml'), 'list: typos');
    const refused = await cli.run('check', bundle, '--lists', 'lists');
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('own.yaml');
    expect(await cli.run('rules', '--lists', 'lists')).toMatchObject({ code: 2, out: '' });
  });

  test('the page shows the document with each finding at its place, in words and signs, and nothing of it is markup', async () => {
    const bundle = await cli.write(
      'bundle',
      withTypo(POLICY.replace('规范停车。', '规范停车。<b onclick="x">公开</b>&lt;script&gt;')),
    );
    await cli.run('check', bundle, '--html', 'report/findings.html');
    const page = await readFile(join(cli.cwd, 'report/findings.html'), 'utf8');
    expect(page).toMatch(/<mark class="error" id="place-\d+">布署<a href="#finding-\d+"/);
    expect(page).toContain('✖错误');
    expect(page).toMatch(/<li id="finding-\d+"[^>]*class="error"/);
    expect(page).toContain('@media print');
    expect(page).not.toMatch(/<script|onclick=|<link|https?:\/\//);
    expect(await readdir(join(cli.cwd, 'report'))).toEqual(['findings.html']); // and no half-written file beside it
  });

  test('the page sets the figures of the interpretations beside the document, in signs and words, each with its place', async () => {
    const bundle = await cli.write('bundle', withTypo(POLICY, '咨询电话：0531-55550431。'));
    await cp(join(cli.cwd, bundle), join(cli.cwd, 'second'), { recursive: true });
    await cli.run('check', bundle, 'second', '--html', 'findings.html');
    const page = await readFile(join(cli.cwd, 'findings.html'), 'utf8');
    expect(page).toContain('数据同源核对');
    expect(page).toMatch(/2026年4月1日<\/td>.*?✓ 文件中有/);
    expect(page).toMatch(/0531-55550431<\/td>.*?▲ 文件中没有，请核对/);
    const ids = [...page.matchAll(/ id="(text-[^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/href="#(text-[^"]+)"/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  test('every link of the page leads somewhere, also where the finding has no place to show', async () => {
    const bundle = await cli.write('bundle', { ...withTypo(), 'policy.md': '' });
    await cli.run('check', bundle, '--html', 'findings.html');
    const page = await readFile(join(cli.cwd, 'findings.html'), 'utf8');
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    expect(page).toContain('FILE-EMPTY');
    expect([...page.matchAll(/href="#([^"]+)"/g)].filter(([, target]) => !ids.has(target))).toEqual([]);
  });
});

test('lockstep rules lists every code with its examples', async () => {
  const { code, out } = await cli.run('rules', '--json');
  expect(code).toBe(0);
  const { codes, ruleSet } = RuleSetListing.parse(JSON.parse(out));
  expect(ruleSet).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
  expect(codes.map((entry) => entry.code)).toEqual(expect.arrayContaining(['SEC-MARK', 'FILE-MACRO', 'CON-AMOUNT']));
  expect((await cli.run('rules')).out).toContain('保密关');
});
