import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function actNouns(program: Command, on: On): void {
  program
    .command('amend')
    .description('更正、废止或撤回公告；submit a notice that corrects, abolishes or withdraws a released bundle')
    .argument('<bundle>', '已发布的政策包编号；id of the released bundle')
    .requiredOption(
      '--act <act>',
      'correct 更正、abolish 废止、withdraw 撤回；修改和替代请提交新的政策包，清单写 acts；to amend or supersede, submit a policy whose manifest has acts',
    )
    .requiredOption('--reason <text>', '理由，将公开；why, in public')
    .requiredOption('--notice <file>', '公告正文；text of the notice (.docx, .md, .txt)')
    .option('--on <day>', '自哪天起，默认今天；since which day, today by default')
    .option('--number <text>', '公告的发文字号；its document number')
    .option('--title <text>', '公告的标题；its title')
    .action(on(async () => (await import('../commands/acts.ts')).amend));
  program
    .command('changes')
    .description('版本比较：改了哪些字，哪些关仍然有效；what each revision changed, and which decisions stand')
    .argument('<bundle>', '政策包编号；bundle id')
    .action(on(async () => (await import('../commands/changes.ts')).changes));
  program
    .command('coverage')
    .description('覆盖表：更正、废止等是否到达原来的每个渠道；whether an act reached every channel of the original')
    .argument('<bundle>', '原政策包编号；id of the original')
    .action(on(async () => (await import('../commands/acts.ts')).coverage));
}
