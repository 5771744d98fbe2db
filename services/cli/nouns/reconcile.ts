import type { Command } from 'commander';
import type { On } from '../invocation.ts';

export function reconcileNoun(program: Command, on: On): void {
  program
    .command('reconcile')
    .description(
      '核对：记录、消息日志、工作流与各渠道的实际公开结果；compare the rows, the log, the workflows and every channel',
    )
    .option('--repair', '修复能修复的，不会再次通知读者；mend what can be mended, without notifying readers again')
    .option(
      '--clear',
      '核对无误后恢复发布（恢复备份之后）；after a restore: let releases go out again if nothing differs',
    )
    .option('--wait <seconds>', '等待渠道答复的时间；how long to wait for the channels', '60')
    .action(on(async () => (await import('../commands/reconcile.ts')).reconcile));
}
