import { join, resolve } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from '../../../infra/local/layout.ts';
import { createReporter } from '../../../infra/local/report.ts';
import type { ExitCode } from '../../../schemas/cli.ts';
import { runDemo } from '../demo/run.ts';
import type { Invocation } from '../invocation.ts';
import { stateName } from '../words.ts';

const Options = z.object({ lead: z.coerce.number().min(1).max(3_600) });

/** 演示: the whole path with demo people, on the running system. */
export async function demo(invocation: Invocation, path: string | undefined, rawOptions: unknown): Promise<ExitCode> {
  const { lead } = Options.parse(rawOptions);
  const { cwd, dataDir, configDir, known, signal, stderr, colors, print } = invocation;
  const { result, problems, exitCode } = await runDemo({
    path: path === undefined ? join(repositoryRoot, 'examples/qinghe-enterprise-support') : resolve(cwd, path),
    dataDir,
    configDir,
    known,
    report: createReporter(stderr),
    signal,
    leadMs: lead * 1_000,
  });
  const verdict =
    problems.length === 0
      ? `${colors.green('✓')} ${stateName[result.state]} ${result.state}: 政策与解读同步公开，各渠道已核验 policy and interpretation public together, every channel verified`
      : problems.map(({ zh, en }) => `${colors.red('✗')} ${zh} ${en}`).join('\n');
  print(
    result,
    [
      verdict,
      `  渠道先后 skew ${result.skewMs ?? '–'} ms   只公开了一部分的时间 torn window ${result.tornWindowMs ?? '–'} ms`,
      ...result.channels.flatMap(({ url }) => (url ? [`  ${url}`] : [])),
      `  lockstep receipts ${result.bundleId}`,
      '',
    ].join('\n'),
  );
  return exitCode;
}
