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
    .option(
      '--answer <key=text>',
      '书面答复，KEY 是编号或代码，可多次；answer to a finding or to all of a code',
      collect,
    )
    .option('--answers <file>', '书面答复文件，JSON：{"编号或代码": "答复"}；answers from a JSON file')
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
  gate
    .command('findings')
    .description('检查意见和书面答复；findings with their keys and answers')
    .argument('<bundle>', '政策包编号；bundle id')
    .option('--gate <gate>', '只看这一关；of this gate only')
    .action(on(async () => (await import('../commands/review.ts')).findings));
  const override = gate.command('override').description('例外放行，须两人；let an error finding pass, by two people');
  for (const step of ['request', 'confirm'] as const) {
    override
      .command(step)
      .description(
        step === 'request' ? '申请，由本关审核人；ask, as its reviewer' : '确认，由另一人；confirm, as another',
      )
      .argument('<bundle>', '政策包编号；bundle id')
      .argument('<finding>', '检查意见编号；key of the finding')
      .requiredOption('--reason <text>', '理由；why')
      .action(on(async () => (await import('../commands/review.ts')).override(step)));
  }
  gate
    .command('delegate')
    .description('委托他人审签；let somebody sign for the reviewer')
    .argument('<gate>', '关；gate id, e.g. legal')
    .requiredOption('--to <person>', '受托人；who signs')
    .option('--for <person>', '委托人，由签发人代办时写；the reviewer, where a leader records it')
    .option('--from <moment>', '自何时，默认现在；since when, now by default')
    .requiredOption('--until <moment>', '到何时，写日期则含当日；until when, a day counts whole')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/review.ts')).delegate));
  gate
    .command('delegations')
    .description('全部委托；all delegations')
    .action(on(async () => (await import('../commands/review.ts')).delegations));
  gate
    .command('revoke')
    .description('撤销委托；revoke a delegation')
    .argument('<delegation>', '委托编号；its id')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/review.ts')).revoke));
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];
