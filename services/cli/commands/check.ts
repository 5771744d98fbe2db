import { resolve } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';
import { type Intake, readBundle } from '../../../activities/bundles/intake.ts';
import { type BundleCheck, bundleOf, checkBundle } from '../../../activities/checks/check-bundle.ts';
import { RULES } from '../../../activities/checks/index.ts';
import { coverageOf } from '../../../activities/checks/intake/coverage.ts';
import { sameSourceTable } from '../../../activities/checks/same-source-table.ts';
import { findBundles } from '../../../infra/bundle-source/find.ts';
import { BundleNotFound, openBundle } from '../../../infra/bundle-source/open.ts';
import { writeReport } from '../../../infra/cli-io/report-file.ts';
import { createDocumentReader, type DocumentReader } from '../../../infra/documents/reader.ts';
import { DocumentReaderUnavailable } from '../../../infra/documents/worker.ts';
import { CliChecks, ExitCode } from '../../../schemas/cli.ts';
import { CheckResult, type Finding } from '../../../schemas/finding.ts';
import type { RuleData } from '../../../schemas/rules.ts';
import { readerUnavailable, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { listsOrRefusal } from '../lists.ts';
import { gateName, OUTCOMES, SEVERITIES } from '../report/words.ts';
import { spot } from '../views.ts';

const Options = z.object({ html: z.string().min(1).optional(), lists: z.string().min(1).optional() });
type Checked = { path: string; intake: Intake; check: BundleCheck };

/** Checks bundles and documents where they lie; needs no service and no network. */
export async function check(invocation: Invocation, paths: string[], rawOptions: unknown): Promise<ExitCode> {
  const { html, lists } = Options.parse(rawOptions);
  const data = await listsOrRefusal(invocation.cwd, lists);
  const found = await Promise.all(paths.map((path) => orRefusal(findBundles(resolve(invocation.cwd, path)))));
  const several = paths.length > 1 || found.some((each) => each.several);
  const bundles = found.flatMap((each) => each.paths);

  const reader = createDocumentReader();
  const checked: Checked[] = [];
  try {
    for (const [at, path] of bundles.entries()) {
      if (several) invocation.stderr.write(`检查 checking ${at + 1}/${bundles.length} ${path}\n`);
      checked.push(await checkOne(path, data, reader));
    }
  } catch (error) {
    if (error instanceof DocumentReaderUnavailable) throw readerUnavailable(error.message);
    throw error;
  } finally {
    await reader.close();
  }
  if (html !== undefined) {
    const report = resolve(invocation.cwd, html);
    // The report is loaded only where it is asked for: it brings the renderer with it.
    const { renderReport } = await import('../report/report.tsx');
    await writeReport(report, renderReport(checked.map(reported)));
    invocation.stderr.write(`检查报告 report: ${report}\n`);
  }
  const [first] = checked;
  const answer =
    several || !first
      ? CliChecks.parse({ results: checked.map((each) => ({ path: each.path, ...resultOf(each.check) })) })
      : CheckResult.parse(resultOf(first.check));
  invocation.print(answer, textOf(invocation, checked, several));
  return exitCodeOf(checked);
}

async function checkOne(path: string, data: RuleData, reader: DocumentReader): Promise<Checked> {
  const intake = await readBundle(await orRefusal(openBundle(path)));
  return { path, intake, check: await checkBundle(intake, { readDocument: reader.readDocument, rules: RULES, data }) };
}

async function orRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof BundleNotFound) throw usage(error.text);
    throw error;
  }
}

const resultOf = ({ seal, outcome, findings }: BundleCheck) => ({ seal, outcome, findings });

const reported = ({ path, intake, check: result }: Checked) => {
  const read = intake.parts.flatMap(({ item }) => {
    const model = result.models.get(item.id);
    return model ? [{ item, model }] : [];
  });
  const bundle = bundleOf(intake, read);
  return {
    path,
    manifest: intake.manifest,
    items: intake.parts.map(({ item }) => item),
    check: result,
    outline: bundle.outline,
    coverage: bundle.materials.length === 0 ? [] : coverageOf(bundle.materials.map(({ model }) => model)),
    figures: sameSourceTable(bundle),
  };
};

/** Blocked by an error finding goes before unreadable: of many bundles it is what somebody has to act on. */
function exitCodeOf(checked: Checked[]): ExitCode {
  const rejected = checked.filter(({ check: { outcome } }) => outcome === 'rejected');
  const blocked = checked.some(
    ({ check: { outcome, findings } }) =>
      outcome !== 'rejected' && findings.some(({ severity }) => severity === 'error'),
  );
  if (blocked) return ExitCode.blocked;
  return rejected.length > 0 ? ExitCode.usage : ExitCode.ok;
}

function textOf({ colors }: Invocation, checked: Checked[], several: boolean): string {
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan };
  const lines = checked.flatMap(({ path, intake, check: { outcome, findings, seal, ruleSet } }) => [
    colors.bold(
      `${OUTCOMES[outcome].sign} ${intake.manifest?.title ?? path}: ${OUTCOMES[outcome].zh} ${OUTCOMES[outcome].en}`,
    ),
    ...findings.flatMap((finding) => [
      `  ${paint[finding.severity](`${SEVERITIES[finding.severity].sign} ${SEVERITIES[finding.severity].zh}`)} ${finding.code} ${gateName(finding.gate).zh} ${finding.item}，${spot(finding.location)}`,
      `      ${finding.message.zh}`,
      `      ${colors.dim(finding.message.en)}`,
      ...(finding.suggestion ? [`      怎么改: ${finding.suggestion.zh} ${colors.dim(finding.suggestion.en)}`] : []),
      `      ${colors.dim(`依据: ${finding.source}`)}`,
    ]),
    ...(several ? [] : [colors.dim(`封签 seal: ${seal ?? '无 none'}`), colors.dim(`规则集 rule set: ${ruleSet}`)]),
    '',
  ]);
  return `${[...lines, ...(several ? [summary(checked), ''] : [])].join('\n')}\n`;
}

function summary(checked: Checked[]): string {
  const table = new Table({
    head: ['政策包 bundle', '结果 outcome', '错误 errors', '警告 warnings'],
    style: { head: [], border: [] },
  });
  const count = (findings: Finding[], severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  for (const {
    path,
    check: { outcome, findings },
  } of checked) {
    table.push([
      path.split(/[\\/]/u).slice(-2).join('/'),
      `${OUTCOMES[outcome].zh} ${outcome}`,
      count(findings, 'error'),
      count(findings, 'warning'),
    ]);
  }
  return table.toString();
}
