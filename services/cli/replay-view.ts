import type pc from 'picocolors';
import type { CliReplayed, Drift } from '../../schemas/replay.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** What the log says, what the site shows, and each bundle where they differ; ends in a newline. */
export function replayView(result: CliReplayed, colors: Colors): string {
  const { dryRun, events, log, before, after, drift } = result;
  const counted = ({ public: shown, withdrawn }: CliReplayed['log']) =>
    `公开 public ${shown}，撤回页 tombstones ${withdrawn}`;
  const isGood = drift.length + events.failed.length === 0;
  return [
    `日志 log     ${counted(log)}  (${events.read} 条 records${events.unreadable > 0 ? `，读不出 unreadable ${events.unreadable}` : ''})`,
    `网站 site    ${counted(before)}${dryRun ? '' : `  →  ${counted(after)}，新处理 handled ${events.handled}`}`,
    ...events.failed.map(({ eventId, type, error }) => `  ${colors.red('✗')} ${type}  ${eventId}  ${error}`),
    ...drift.flatMap((each) => driftLines(each, colors)),
    isGood
      ? `${colors.green('✓')} 网站与日志一致，摘要相符 the site shows what the log says, by digest`
      : `${colors.red('✗')} 不一致 differs: ${drift.length}，处理失败 failed: ${events.failed.length}`,
    ...(!isGood && !dryRun ? [stillDifferent] : []),
    '',
  ].join('\n');
}

const stillDifferent =
  '  怎么办: 已处理过的事件不会再处理；数据残缺时换一个空的网站数据库再重放\n' +
  '  To mend: what was handled is not handled again; where rows were lost, replay into an empty database';

function driftLines({ bundleId, log, channel, files }: Drift, colors: Colors): string[] {
  const said = (each: Drift['log']) => (each ? `${each.state} ${each.releaseId}` : '– 无 nothing');
  return [
    `  ${colors.yellow('!')} ${bundleId}`,
    `      日志 log  ${said(log)}`,
    `      网站 site ${said(channel)}`,
    ...(files.length > 0 ? [`      文件 files ${files.join(', ')}`] : []),
  ];
}
