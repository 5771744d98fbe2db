import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ExitCode } from '../../../schemas/cli.ts';
import { CliReconciled, type Drift, type ReconcileAnswer } from '../../../schemas/reconcile.ts';
import type { ApiClient } from '../api-client.ts';
import type { Invocation } from '../invocation.ts';
import { columns } from '../views.ts';
import { channelName, stateName } from '../words.ts';

const Options = z.object({
  repair: z.boolean().default(false),
  clear: z.boolean().default(false),
  wait: z.coerce.number().min(0).max(3600),
});

/** Asks again until every channel has answered, or the time is over: what did not answer is then a drift of its own. */
async function answers(api: ApiClient, inspectionId: string, waitMs: number, show: (answer: ReconcileAnswer) => void) {
  const until = Date.now() + waitMs;
  for (;;) {
    const answer = await api.reconciled(inspectionId);
    show(answer);
    if (answer.answered >= answer.asked || Date.now() >= until) return answer;
    await pause(500);
  }
}

/** 核对: exit 0 where everything agrees, 1 where something differs and was not mended. */
export async function reconcile(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { stderr, colors, print } = invocation;
  const { repair, clear, wait } = Options.parse(rawOptions);
  const api = await invocation.connect('act');
  const started = await api.reconcile(repair);
  stderr.write(`核对 ${started.bundles} 个政策包，询问 ${started.asked} 处渠道 comparing bundles, asking channels\n`);
  let told = -1;
  let answer = await answers(api, started.inspectionId, wait * 1000, ({ asked, answered }) => {
    if (answered !== told) stderr.write(`  渠道答复 answered ${answered}/${asked}\n`);
    told = answered;
  });
  if (repair && answer.drifts.some((drift) => drift.repair !== null))
    answer = await api.repairChannels(started.inspectionId);
  const drifts = [...started.drifts, ...answer.drifts];
  const whole = drifts.length === 0;
  const repaired = [...started.repaired, ...answer.repaired];
  // The core itself refuses where something differs, or was mended just now: that is looked at once more first.
  const clean = whole && repaired.length === 0;
  const cleared = clear && clean && (await api.clearRestored(started.inspectionId)).cleared > 0;
  const result = CliReconciled.parse({
    ...answer,
    drifts,
    repaired,
    restored: cleared ? null : answer.restored,
    cleared,
  });
  print(result, view(result, colors));
  return whole ? ExitCode.ok : ExitCode.failed;
}

const repairName = {
  rebuild: '已按记录重建工作流 rebuilt from the rows',
  adopt: '已按消息日志补记 taken over from the log',
  're-present': '已下令重新呈现 ordered to be shown again',
  'withdraw-again': '已下令再次撤回 ordered to be withdrawn again',
} as const;

function view({ channels, drifts, repaired, restored, cleared }: CliReconciled, colors: Invocation['colors']): string {
  const line = ({ bundleId, message }: Drift) => `${bundleId}  ${message.zh}  ${message.en}`;
  return [
    columns(
      ['政策包 bundle', '状态 state', '渠道 channel', '应当 expected', '实际 found'],
      channels.map((each) => [
        each.bundleId,
        stateName[each.state],
        channelName[each.channel],
        each.expected,
        each.found ?? '—',
      ]),
    ),
    '',
    ...repaired.map((drift) => `${colors.green('✓')} ${line(drift)}  ${drift.repair ? repairName[drift.repair] : ''}`),
    ...drifts.map((drift) => `${colors.red('✗')} ${line(drift)}`),
    drifts.length === 0 ? '没有偏差。Nothing differs.' : `${drifts.length} 处偏差 differences`,
    ...(cleared ? ['已恢复发布。Releases go out again.'] : []),
    ...(restored
      ? [
          `数据库于 ${restored.restoredAt} 恢复自 ${restored.backupAt} 的备份，发布仍然关闭；再核对一次、没有偏差也没有修复时，用 --clear 恢复。`,
          `Releases are off since the restore; once a look finds nothing and mends nothing, turn them on with --clear.`,
        ]
      : []),
    '',
  ].join('\n');
}
