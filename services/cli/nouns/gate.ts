import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function gateNoun(program: Command, on: On): void {
  const gate = program.command('gate').description('审签；sign-off at a gate');
  gate
    .command('sign')
    .description('审签通过；sign')
    .argument('<bundle>', '政策包编号；bundle id')
    .argument('<gate>', '关；gate id, e.g. legal')
    .option('--opinion <text>', '书面意见；written opinion')
    .option('--seal <digest>', '只签这个封签；sign this seal and no other')
    .action(on(async () => (await import('../commands/gate.ts')).signGate));
  gate
    .command('return')
    .description('退回修改；return to the drafter')
    .argument('<bundle>', '政策包编号；bundle id')
    .argument('<gate>', '关；gate id, e.g. legal')
    .requiredOption('--reason <text>', '退回理由；why')
    .option('--seal <digest>', '只退这个封签；return this seal and no other')
    .action(on(async () => (await import('../commands/gate.ts')).returnGate));
}
