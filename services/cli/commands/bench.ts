import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { RULES } from '../../../activities/checks/index.ts';
import { ruleSetOf } from '../../../activities/checks/rule-set.ts';
import { longBundle } from '../../../infra/bench/long-bundle.ts';
import { machine } from '../../../infra/bench/machine.ts';
import { BundleNotFound, openBundle } from '../../../infra/bundle-source/open.ts';
import { writeReport } from '../../../infra/cli-io/report-file.ts';
import { loadRuleData } from '../../../infra/rule-data/load.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { CheckBench, type CheckBenchRun } from '../../../schemas/bench.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { type BenchedBundle, measureCheck } from '../bench/measure-check.ts';
import { budgetTable, machineLine, markdownTable, round, terminalTable } from '../bench/tables.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';

const Options = z.object({
  pages: z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(1900)).min(1)),
  repeat: z.coerce.number().pipe(z.int().min(1).max(1000)),
  bundle: z.string().min(1).optional(),
  out: z.string().min(1).optional(),
  markdown: z.string().min(1).optional(),
});

/** Budgets of docs: one check of a long document within a second, linear, in little memory. */
const BUDGETS = { warmMs: 1000, perPageToFirst: 1.25, childPeakBytes: 256 * 1024 * 1024 };

/**
 * Measures `check`. Ends 0 whatever the figures are: on a busy machine they say something about the machine, and a
 * person reads them.
 */
export async function benchCheck(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const options = Options.parse(rawOptions);
  const at = new Date().toISOString();
  const measuredOn = machine(); // before the load of our own
  const data = await loadRuleData();
  const bundles: BenchedBundle[] = [];
  for (const pages of options.pages) bundles.push({ name: `${pages} 页 pages`, source: await longBundle(pages) });
  if (options.bundle !== undefined) {
    const source = await openBundle(resolve(invocation.cwd, options.bundle)).catch((error: unknown) => {
      throw error instanceof BundleNotFound ? usage(error.text) : error;
    });
    bundles.push({ name: basename(options.bundle), source });
  }
  const measured = await measureCheck(bundles, options.repeat, data, (text) => invocation.stderr.write(`${text}\n`));

  const result = CheckBench.parse({
    bench: 'check',
    at,
    versions: { lockstep: packageFile.version, node: process.versions.node, ruleSet: ruleSetOf(RULES, data) },
    machine: measuredOn,
    ...measured,
    budgets: budgets(measured.runs.slice(0, options.pages.length), measured.childPeakBytes),
  });
  const write = async (path: string, content: string) => {
    await writeReport(resolve(invocation.cwd, path), content);
    invocation.stderr.write(`已写入 written: ${path}\n`);
  };
  if (options.out !== undefined) await write(options.out, `${JSON.stringify(result, null, 2)}\n`);
  if (options.markdown !== undefined) await write(options.markdown, markdown(result));
  invocation.print(result, tables(result));
  return ExitCode.ok;
}

/** Of the made-up bundles: they differ in length only. */
function budgets(runs: CheckBenchRun[], peak: number | null): CheckBench['budgets'] {
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return [];
  return [
    {
      what: `${first.bundle}: 热启动检查 warm check`,
      figure: `${round(first.medianMs)} ms`,
      budget: `≤ ${BUDGETS.warmMs} ms`,
      kept: first.medianMs <= BUDGETS.warmMs,
    },
    {
      what: `${last.bundle}: 每页用时与首行之比 time per page ÷ that of the first row`,
      figure: last.perPageToFirst.toFixed(2),
      budget: `≤ ${BUDGETS.perPageToFirst}`,
      kept: runs.length < 2 ? null : last.perPageToFirst <= BUDGETS.perPageToFirst,
    },
    {
      what: '读取子进程内存峰值 peak memory of the child that reads',
      figure: peak === null ? '无 none' : `${round(peak / 1024 / 1024)} MiB`,
      budget: `≤ ${BUDGETS.childPeakBytes / 1024 / 1024} MiB`,
      kept: peak === null ? null : peak <= BUDGETS.childPeakBytes,
    },
  ];
}

/** Chinese, then English below it. */
const RUN_HEAD = [
  '政策包\nbundle',
  '页\npages',
  '首次\nfirst ms',
  '中位\nmedian ms',
  '最快\nfastest ms',
  '读取\nreading ms',
  '规则\nrules ms',
  '规则÷读取\nrules÷reading',
  '每页\nper page ms',
  '比首行\n÷ first row',
];
const runRow = (run: CheckBenchRun) => [
  run.bundle,
  String(run.pages),
  ...[run.firstMs, run.medianMs, run.fastestMs, run.readingMs, run.rulesMs].map(round),
  run.rulesToReading.toFixed(2),
  run.msPerPage.toFixed(2),
  run.perPageToFirst.toFixed(2),
];
const runTable = ({ runs }: CheckBench) => ({ head: RUN_HEAD, rows: runs.map(runRow) });
const about = ({ at, versions, machine: on, runs }: CheckBench) =>
  `${at}; ${machineLine(on)}; lockstep ${versions.lockstep}, Node ${versions.node}, rules ${versions.ruleSet}; ${runs[0]?.repeats} runs each`;

const tables = (result: CheckBench): string =>
  `${terminalTable(runTable(result))}\n${terminalTable(budgetTable(result.budgets))}\n${about(result)}\n`;

const markdown = (result: CheckBench): string =>
  [
    '# `lockstep bench check`',
    about(result),
    'Times are medians of warm runs that took turns; ratios hold between rows of one page, and not between machines.',
    markdownTable(runTable(result)),
    markdownTable(budgetTable(result.budgets)),
    '',
  ].join('\n\n');
