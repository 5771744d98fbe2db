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
}
