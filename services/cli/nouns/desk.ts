import type { Command } from 'commander';
import type { On } from '../invocation.ts';

/** What a person asks for in the morning: what waits, and until when. */
export function deskNouns(program: Command, on: On): void {
  program
    .command('inbox')
    .description('待办：该我办的和该我知道的；what waits for the person of --as')
    .action(on(async () => (await import('../commands/inbox.ts')).inbox));
  program
    .command('clock')
    .description('法定时限，离线计算；time limits of the law, offline')
    .argument('[id]', '时限编号，不写则列出全部；which one, all are listed by default')
    .option('--from <date>', '起算日；where it begins, 2026-11-02')
    .action(on(async () => (await import('../commands/clock.ts')).clock));
  const emergency = program.command('emergency').description('应急通道；emergency lane');
  emergency
    .command('report')
    .description('提交事后报告；hand in the report that is owed')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--text <text>', '报告内容；the report')
    .action(on(async () => (await import('../commands/emergency.ts')).report));
  emergency
    .command('list')
    .description('年度报告数据；data of the yearly report')
    .option('--year <year>', '年份，默认今年；this year by default')
    .action(on(async () => (await import('../commands/emergency.ts')).list));
}
