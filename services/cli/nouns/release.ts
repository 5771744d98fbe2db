import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function releaseNoun(program: Command, on: On): void {
  const release = program.command('release').description('发布；release');
  release
    .command('arm')
    .description('签发并定时；arm, with its moment T0')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--at <moment>', '时间；2026-03-02T09:00:00+08:00 or +30s, +5m, +2h')
    .action(on(async () => (await import('../commands/release.ts')).arm));
  release
    .command('hold')
    .description('暂缓；hold')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/release.ts')).hold));
  release
    .command('resume')
    .description('恢复；resume, with a new moment where the old one has passed')
    .argument('<bundle>', '政策包编号；bundle id')
    .option('--at <moment>', '新的时间；new moment')
    .option('--alone', '脱离同批，单独发布；without the group that it was armed in')
    .action(on(async () => (await import('../commands/release.ts')).resume));
  release
    .command('status')
    .description('进度；where it stands')
    .argument('<bundle>', '政策包编号；bundle id')
    .option('--watch', '持续显示，直到结束；follow it to its end')
    .action(on(async () => (await import('../commands/release.ts')).status));
  release
    .command('list')
    .description('全部政策包；all bundles')
    .action(on(async () => (await import('../commands/release.ts')).list));
  release
    .command('group')
    .description('同批签发：一起发布，否则都不发布；arm several bundles that go together or not at all')
    .argument('<bundle...>', '政策包编号；bundle ids')
    .requiredOption('--at <moment>', '时间；2026-03-02T09:00:00+08:00 or +30s, +5m, +2h')
    .action(on(async () => (await import('../commands/repair.ts')).group));
  release
    .command('retry')
    .description('让被拒绝的渠道重试；have a channel that refused try again')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--channel <channel>', '渠道；channel, e.g. wechat')
    .action(on(async () => (await import('../commands/repair.ts')).retry));
  release
    .command('settle')
    .description('人工核实渠道的结果；say what you saw at a channel whose outcome is unknown')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--channel <channel>', '渠道；channel, e.g. wechat')
    .requiredOption('--seen <state>', 'verified 已公开、refused 未公开、withdrawn 已撤回')
    .requiredOption('--evidence <text>', '依据；what you saw, and where')
    .action(on(async () => (await import('../commands/repair.ts')).settle));
  release
    .command('compensate')
    .description('补偿：第二人确认全部撤回；confirm, as a second leader, that all is withdrawn')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--reason <text>', '理由，将公示；why, in public')
    .action(on(async () => (await import('../commands/repair.ts')).compensate));
  release
    .command('emergency')
    .description('启用应急通道：缩短时限，不省任何一关；shorten the clocks, skip no gate')
    .argument('<bundle>', '政策包编号；bundle id')
    .requiredOption('--reason <text>', '理由；why')
    .action(on(async () => (await import('../commands/emergency.ts')).declare));
}
