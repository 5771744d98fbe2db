import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function deadLettersNoun(program: Command, on: On): void {
  const letters = program
    .command('deadletters')
    .description('死信：处理不了的消息；records that a consumer could not handle');
  letters
    .command('list')
    .description('全部死信，未处理的在前；all of them, open ones first')
    .action(on(async () => (await import('../commands/deadletters.ts')).list));
  letters
    .command('show')
    .description('一封死信，不显示内容；one of them, without its payload')
    .argument('<letter>', '死信编号；id of the letter')
    .action(on(async () => (await import('../commands/deadletters.ts')).show));
  letters
    .command('retry')
    .description('重新投递，已经处理过的渠道会忽略；publish the record again; whoever has handled it drops it')
    .argument('<letter>', '死信编号；id of the letter')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/deadletters.ts')).retry));
  letters
    .command('park')
    .description('挂起，由专人跟进；keep it, with somebody who sees to it')
    .argument('<letter>', '死信编号；id of the letter')
    .requiredOption('--reason <text>', '理由；why')
    .option('--owner <person>', '跟进的人，默认是办理的人；who sees to it, by default who acts')
    .action(on(async () => (await import('../commands/deadletters.ts')).park));
  letters
    .command('discard')
    .description('作废；close it without doing anything')
    .argument('<letter>', '死信编号；id of the letter')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/deadletters.ts')).discard));
}
