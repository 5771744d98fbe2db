import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadOfficeConfig } from '../config/office.ts';
import { startApplication } from './application.ts';
import { describeFailure, exitCode, LocalFailure } from './failure.ts';
import { interruption, untilAborted } from './interruption.ts';
import { defaultCacheDir, defaultDataDir, repositoryRoot } from './layout.ts';
import { provisionLocal } from './provision.ts';
import { createReporter, type Reporter } from './report.ts';
import type { Addresses } from './run-state.ts';

const usage = `npm start [-- --once] [-- --no-demo]
  --once     示例发布核验完即退出 exit after the example release; non-zero unless every receipt is verified
  --no-demo  只启动，不跑示例 start only, without the example release
`;

async function main(signal: AbortSignal): Promise<number> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const since = performance.now();
  const dataDir = defaultDataDir(process.env);
  const cacheDir = defaultCacheDir(process.env);
  const report = createReporter(process.stdout);
  const provisioned = await provisionLocal({ dataDir, cacheDir, report, profile: 'start', signal });
  try {
    const application = await startApplication({ provisioned, dataDir, report, signal });
    try {
      report.line(`✓ 已启动 up  ${((performance.now() - since) / 1000).toFixed(1)} s`);
      const outcome = options.demo ? await runExample(dataDir, application.addresses, signal) : 0;
      if (signal.aborted) return outcome;
      if (options.once) {
        report.line(whereToLook(application.addresses, dataDir));
        return outcome;
      }
      await printAddresses(report, application.addresses, dataDir);
      if (!application.ours) {
        report.line(
          '系统已由另一个 npm start 运行，这里不再停留 Another npm start keeps it running; nothing left to do here',
        );
        return outcome;
      }
      await untilAborted(signal);
      report.line('… 正在停止 stopping');
      return 0;
    } finally {
      await application.stop();
    }
  } finally {
    await provisioned.stop();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean' }, 'no-demo': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return { once: values.once === true, demo: values['no-demo'] !== true, help: values.help === true };
  } catch (error) {
    throw new LocalFailure(
      { zh: `参数有误: ${(error as Error).message}`, en: 'The options cannot be read' },
      { zh: usage, en: 'see above' },
      exitCode.usage,
    );
  }
}

/** The example goes the way a person would: through the command line. Its exit code says whether all was verified. */
async function runExample(dataDir: string, { apiUrl }: Addresses, signal: AbortSignal): Promise<number> {
  const cli = join(repositoryRoot, 'services/cli/bin.mjs');
  if (!existsSync(cli)) throw new Error(`${cli} is missing`);
  const child = spawn(process.execPath, [cli, 'demo'], {
    stdio: 'inherit',
    env: { ...process.env, LOCKSTEP_DATA_DIR: dataDir, LOCKSTEP_API_URL: apiUrl },
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? exitCode.failed));
  });
}

/** After `--once` nothing runs any more; ports and data are kept, so a later start shows the same pages. */
const whereToLook = ({ websiteUrl, wechatUrl, mailUrl }: Addresses, dataDir: string): string =>
  [
    '',
    '  再看一遍 to look at it: npm start -- --no-demo',
    `  政府网站 website ${websiteUrl}/  微信 WeChat ${wechatUrl}/followers  邮件 mail ${mailUrl}/`,
    `  数据 data ${dataDir}；日志 logs ${join(dataDir, 'logs')}`,
  ].join('\n');

async function printAddresses(report: Reporter, addresses: Addresses, dataDir: string): Promise<void> {
  const { people } = (await loadOfficeConfig(process.env.LOCKSTEP_CONFIG_DIR || undefined)).people;
  const { websiteUrl, wechatUrl, mailUrl, apiUrl, temporalUiUrl } = addresses;
  report.line(
    [
      '',
      `  政府网站 website             ${websiteUrl}/`,
      `  微信关注者所见 WeChat         ${wechatUrl}/followers`,
      `  媒体收到的邮件 mail           ${mailUrl}/`,
      `  接口 API                    ${apiUrl}/`,
      ...(temporalUiUrl ? [`  Temporal                    ${temporalUiUrl}/`] : []),
      '',
      '  演示人员 demo people (--as):',
      ...people.map(
        ({ id, name, office, roles, gates }) =>
          `    ${id.padEnd(20)} ${name}  ${office}  ${[...roles, ...gates].join(', ')}`,
      ),
      '',
      `  数据 data ${dataDir}；日志 logs ${join(dataDir, 'logs')}`,
      '  Ctrl-C 停止，数据保留 stops, data stays；npx lockstep down --purge 全部清除 removes everything',
    ].join('\n'),
  );
}

const signal = interruption();
try {
  process.exitCode = await main(signal);
} catch (error) {
  if (signal.aborted) process.exitCode = 130;
  else {
    process.stderr.write(describeFailure(error));
    process.exitCode = error instanceof LocalFailure ? error.exitCode : exitCode.failed;
  }
}
// Clients that were used to look at services may hold timers; everything that had to end has ended by now.
process.exit();
