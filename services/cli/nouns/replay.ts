import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function replayNoun(program: Command, on: On): void {
  program
    .command('replay')
    .description('从发布日志重建一个渠道；rebuild a channel from the log of releases')
    .command('website')
    .description('重放政府网站，在网站的机器上运行，网站不必停；on the machine of the website, which may go on running')
    .option('--dry-run', '只比较，不改动；compare only, change nothing')
    .action(on(async () => (await import('../commands/replay.ts')).replayTheWebsite));
}
