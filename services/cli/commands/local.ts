import { z } from 'zod';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { type Check, doctor as examine } from '../../../infra/local/doctor.ts';
import { down as takeDown } from '../../../infra/local/down.ts';
import { CliDoctor, CliDown, ExitCode } from '../../../schemas/cli.ts';
import { consumerChecks } from '../dead-letters-check.ts';
import type { Invocation } from '../invocation.ts';

const DownOptions = z.object({ purge: z.boolean().default(false) });

/** Ends what `npm start` started; `--purge` removes its data as well. */
export async function down(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { purge } = DownOptions.parse(rawOptions);
  const result = await takeDown({ dataDir: invocation.dataDir, purge });
  const { stopped, removed } = result;
  invocation.print(
    CliDown.parse(result),
    [
      stopped.length > 0 ? `✓ 已停止 stopped: ${stopped.join(', ')}` : '没有在运行的进程 Nothing was running',
      ...removed.map((path) => `✓ 已删除 removed: ${path}`),
      '',
    ].join('\n'),
  );
  return ExitCode.ok;
}

/** Looks at everything a start needs, and at what runs now. */
export async function doctor(invocation: Invocation): Promise<ExitCode> {
  const { calendar } = await loadOfficeConfig(invocation.configDir);
  const { dataDir, cacheDir, environment, colors } = invocation;
  const found = await examine({
    dataDir,
    cacheDir,
    env: environment,
    calendarYears: calendar.years.map(({ year }) => year),
  });
  const checks = [...found, ...(await consumerChecks(invocation))];
  const mark: Record<Check['status'], string> = {
    ok: colors.green('✓'),
    warn: colors.yellow('!'),
    fail: colors.red('✗'),
  };
  const lines = checks.flatMap(({ name, status, message, mend }) => [
    `${mark[status]} ${name}: ${message.zh}${message.en === message.zh ? '' : ` ${message.en}`}`,
    ...(mend ? [`  怎么办: ${mend.zh}`, `  To mend: ${mend.en}`] : []),
  ]);
  invocation.print(CliDoctor.parse({ checks }), `${lines.join('\n')}\n`);
  return checks.some(({ status }) => status === 'fail') ? ExitCode.dependencyDown : ExitCode.ok;
}
