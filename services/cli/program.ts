import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { z } from 'zod';
import { LocalFailure } from '../../infra/local/failure.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { CliRefusal, ExitCode } from '../../schemas/cli.ts';
import { ReleasePolicy } from '../../schemas/release.ts';
import { CliFailure, usage } from './failure.ts';
import { type Action, bind, type On } from './invocation.ts';
import { actNouns } from './nouns/acts.ts';
import { backupNouns } from './nouns/backup.ts';
import { deadLettersNoun } from './nouns/deadletters.ts';
import { deskNouns } from './nouns/desk.ts';
import { gateNoun } from './nouns/gate.ts';
import { reconcileNoun } from './nouns/reconcile.ts';
import { releaseNoun } from './nouns/release.ts';
import { replayNoun } from './nouns/replay.ts';
import type { Surroundings } from './surroundings.ts';
import { refusalView } from './views.ts';

/** Runs one command line (without `node` and script). Never throws for what a person can mend. */
export async function runCli(argv: string[], surroundings: Surroundings): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = buildProgram(surroundings, (finished) => {
    code = finished;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok; // help and version
    if (error instanceof CommanderError && error.code === 'commander.help') return ExitCode.usage; // help was its answer
    const { stdout, stderr, signal } = surroundings;
    const failure = asFailure(error) ?? (signal.aborted ? interrupted : undefined);
    if (!failure) throw error;
    // By hand: the command line may be the very thing that could not be parsed.
    if (argv.includes('--json')) stdout.write(`${JSON.stringify(CliRefusal.parse({ error: failure.refusal }))}\n`);
    else stderr.write(refusalView(failure.refusal, pc.createColors(stderr.isTTY === true && pc.isColorSupported)));
    return failure.exitCode;
  }
}

function asFailure(error: unknown): CliFailure | undefined {
  if (error instanceof CliFailure) return error;
  if (error instanceof LocalFailure) {
    const known = Object.values(ExitCode).find((code) => code === error.exitCode);
    return new CliFailure({ type: 'DependencyDown', message: error.what, mend: error.mend }, known);
  }
  if (error instanceof CommanderError) {
    const en = error.message.replace(/^error: /, '').trim();
    if (error.code === 'commander.help')
      return usage({ zh: '没有写要做什么。', en: 'No command was given.' }, helpMend);
    return usage({ zh: `命令写法不对：${commanderProblems[error.code] ?? '不能识别'}。`, en }, helpMend);
  }
  // Options that a command parsed: an empty reason, an unknown policy.
  if (error instanceof z.ZodError) return usage({ zh: '选项的值不能用。', en: z.prettifyError(error) }, helpMend);
  return undefined;
}

const interrupted = new CliFailure(
  {
    type: 'OutcomeUnknown',
    message: { zh: '已中断；已经送出的步骤可能已经生效。', en: 'Interrupted; what was sent may have taken effect.' },
    mend: { zh: '用 lockstep release list 查看。', en: 'lockstep release list shows it.' },
  },
  ExitCode.failed,
);
const helpMend = { zh: '用 lockstep --help 查看用法。', en: 'lockstep --help shows how it is used.' };
const commanderProblems: Record<string, string> = {
  'commander.unknownCommand': '没有这个命令',
  'commander.unknownOption': '没有这个选项',
  'commander.missingArgument': '缺少参数',
  'commander.excessArguments': '参数太多',
  'commander.optionMissingArgument': '选项缺少值',
  'commander.missingMandatoryOptionValue': '缺少必需的选项',
  'commander.invalidArgument': '参数的值不能用',
  'commander.conflictingOption': '选项互相矛盾',
};

/** Every command with its options; `finish` is told how the one that ran ended. */
export function buildProgram(surroundings: Surroundings, finish: (code: ExitCode) => void): Command {
  // Commands are loaded when they are called: `check` should not wait for what `demo` needs.
  const on: On = <A extends unknown[]>(load: () => Promise<Action<A>>) =>
    bind<A>(surroundings, finish, async (invocation, ...args) => (await load())(invocation, ...args));

  const program = new Command('lockstep')
    .description(
      '三同步：政策文件、解读方案、解读材料同步组织、同步审签、同步部署。\nRelease a policy with its interpretation, together, on every channel, or not at all.',
    )
    .version(packageFile.version, '-V, --version', '版本；version')
    .helpOption('-h, --help', '用法；how it is used')
    .helpCommand('help [command]', '一个命令的用法；how a command is used')
    .option('--json', '输出稳定的 JSON；print stable JSON')
    .option('--as <person>', '由谁办理；who acts (a person id, e.g. reviewer-legal)')
    .option('--api <url>', '系统地址；address of the API')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
      outputError: () => {}, // told once, in both languages, by runCli
    })
    .addHelpText('after', exitCodeHelp);

  program
    .command('check')
    .description('检查政策包或者单个文件，不需要服务和网络；check bundles or documents, offline')
    .argument('<path...>', '目录、.zip、.docx，或者装着它们的目录；bundles, documents, or a directory of them')
    .option('--html <file>', '另存网页版检查报告；write a report to open in a browser')
    .option('--lists <dir>', '本单位的词表目录；directory of the office’s own lists')
    .action(on(async () => (await import('./commands/check.ts')).check));
  program
    .command('rules')
    .description('检查规则；list the rules')
    .option('--markdown', '输出 docs/rules.md；print docs/rules.md')
    .option('--lists <dir>', '本单位的词表目录；directory of the office’s own lists')
    .action(on(async () => (await import('./commands/rules.ts')).rules));
  program
    .command('submit')
    .description('送审一个政策包；submit a bundle (directory or .zip)')
    .argument('<bundle>', '目录或 .zip；directory or .zip')
    .option('--channels <list>', '只发这些渠道，用逗号分开；only these channels, with commas')
    .addOption(
      new Option(
        '--policy <policy>',
        '一个渠道失败后其余怎样：publish-rest 其余照发（默认）、hold-all 其余停发、compensate 全部撤回；when a channel fails the others go on (default), stop, or are withdrawn',
      ).choices(ReleasePolicy.options),
    )
    .action(on(async () => (await import('./commands/submit.ts')).submit));

  deskNouns(program, on);
  gateNoun(program, on);
  releaseNoun(program, on);

  program
    .command('receipts')
    .description('渠道回执；what every channel said')
    .argument('<bundle>', '政策包编号；bundle id')
    .action(on(async () => (await import('./commands/receipts.ts')).receipts));
  program
    .command('withdraw')
    .description('撤回；withdraw')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--reason <text>', '理由，已公开的撤回时公示；why, in public where it was public')
    .action(on(async () => (await import('./commands/release.ts')).withdraw));

  const audit = program.command('audit').description('审计链；audit chain');
  audit
    .command('export')
    .description('导出审计链（每行一个 JSON）；export the chain as JSON Lines')
    .option('--bundle <id>', '只要这个政策包；rows of this bundle only')
    .option('--out <file>', '写入文件；write to a file instead of standard output')
    .option('--report <file>', '另存可打印的报告（HTML），要同时给 --bundle；write a report to print, of that bundle')
    .action(on(async () => (await import('./commands/audit.ts')).exportAudit));
  audit
    .command('verify')
    .description(
      '核验审计链：文件离线核验，不给文件则核验正在运行的系统；verify a file, offline, or the running system',
    )
    .argument('[file]', '导出的文件；an exported file')
    .option('--checkpoints <file>', '签名检查点；signed checkpoints, audit-checkpoints.jsonl')
    .option('--public-key <file>', '验签公钥；key that checks them, audit-public-key.pem')
    .option('--extract', '文件是一个政策包的摘录；the file holds the rows of one bundle only')
    .action(on(async () => (await import('./commands/audit.ts')).verifyAudit));
  audit
    .command('access')
    .description('公开前谁看过；who read a bundle before it was public')
    .argument('<bundle>', '政策包编号；bundle id')
    .action(on(async () => (await import('./commands/audit-access.ts')).access));

  const bench = program.command('bench').description('测量；measure');
  bench
    .command('check')
    .description('测量 check：60 页用时、是否线性、内存；time for 60 pages, linearity, memory')
    .option('--pages <list>', '自造文件的页数，用逗号分开；pages of the made-up bundles, with commas', '60,250,1000')
    .option('--bundle <path>', '再加一个政策包；a bundle of yours beside them')
    .option('--repeat <times>', '每个检查几次；checks of each', '7')
    .option('--out <file>', '把 JSON 写入文件；write the JSON to a file')
    .option('--markdown <file>', '另存 Markdown；write Markdown')
    .action(on(async () => (await import('./commands/bench.ts')).benchCheck));
  bench
    .command('release')
    .description('测量发布：许多政策包同一时刻发布，在正在运行的系统上；many bundles at one T0, on the running system')
    .option('--bundles <count>', '几个政策包；bundles', '100')
    .option('--concurrency <count>', '同时办理的审签；signatures under way at a time', '16')
    .option('--lead <seconds>', '签发到发布的秒数，要够签发全部；from arming to T0, enough to arm all', '60')
    .option('--accounts <list>', '公众号个数，用逗号分开；numbers of accounts, with commas, or none', '1,10,100,1000')
    .option('--out <file>', '把 JSON 写入文件；write the JSON to a file')
    .option('--markdown <file>', '另存 Markdown；write Markdown')
    .action(on(async () => (await import('./commands/bench-release.ts')).benchRelease));
  actNouns(program, on);
  reconcileNoun(program, on);
  backupNouns(program, on);
  deadLettersNoun(program, on);
  replayNoun(program, on);
  program
    .command('demo')
    .description('演示全过程；the main job with demo people, on the running system')
    .argument('[bundle]', '目录或 .zip，默认用自带示例；directory or .zip, the example by default')
    .option('--lead <seconds>', '签发到发布的秒数；seconds from arming to T0', '3')
    .action(on(async () => (await import('./commands/demo.ts')).demo));
  program
    .command('down')
    .description('停止本机系统；stop what npm start started')
    .option('--purge', '连同数据一起删除；remove its data too')
    .action(on(async () => (await import('./commands/local.ts')).down));
  program
    .command('doctor')
    .description('检查环境；look at everything a start needs')
    .action(on(async () => (await import('./commands/local.ts')).doctor));
  return program;
}

const exitCodeHelp = `
退出码 exit codes:
  0 完成 done            1 失败 failed                    2 用法或输入读不了 usage, unreadable input
  3 被检查意见或关拦下 blocked by findings or a gate      4 结果待核实 outcome unknown
  5 依赖不可用 a dependency is down`;
