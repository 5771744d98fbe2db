import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function backupNouns(program: Command, on: On): void {
  program
    .command('backup')
    .description('备份核心数据，不必停机；back up the core’s data, while it runs')
    .argument(
      '<dir>',
      '新目录、空目录，或以前的备份（会被代替）；a new or empty directory, or an earlier backup to replace',
    )
    .action(on(async () => (await import('../commands/backup.ts')).backup));
  program
    .command('restore')
    .description('从备份恢复，之后发布关闭，直到核对完成；restore a backup; releases stay off until reconciled')
    .argument('<dir>', '备份目录；directory of the backup')
    .option('--replace', '数据库不是空的也恢复，原内容另存；also where the database is not empty, which is kept aside')
    .option('--drill', '演练：恢复到临时数据库，核验后删除；rehearse in a scratch database, which is dropped again')
    .action(on(async () => (await import('../commands/backup.ts')).restore));
}
