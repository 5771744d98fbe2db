import type pc from 'picocolors';
import type { AccessAnswer, EmergenciesAnswer, GroupAnswer, InboxAnswer, InboxItem } from '../../schemas/desk.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import type { Delegation, FindingsAnswer } from '../../schemas/review.ts';
import { columns, spot } from './views.ts';
import { beijingTime, reportStateName, severityName, stateName } from './words.ts';

type Colors = ReturnType<typeof pc.createColors>;

const minute = (instant: string | null) => (instant ? beijingTime(instant).slice(0, 16) : '–');

const inboxName: Record<InboxItem['kind'], string> = {
  gate: '待审',
  override: '待确认放行',
  'gate-late': '他人超期',
  returned: '待修改',
  arm: '待签发',
  held: '暂缓中',
  compensate: '待确认补偿',
  'channel-refused': '渠道被拒绝',
  'outcome-unknown': '结果待核实',
  'act-lost': '公告未送达',
  'emergency-report': '应急报告',
};

export function inboxView({ items }: InboxAnswer, colors: Colors): string {
  if (items.length === 0) return '没有待办。Nothing waits for you.\n';
  const rows = items.map((item) => [
    item.overdue ? colors.red(`超期 ${minute(item.dueAt)}`) : minute(item.dueAt),
    `${inboxName[item.kind]} ${item.kind}`,
    item.bundleId,
    item.title,
    `${item.what.zh} ${item.what.en}`,
  ]);
  return `${columns(['期限 due', '事项 what', '政策包 bundle', '标题 title', '说明 note'], rows)}\n`;
}

/** Each finding with its key, for `--answer`, and what was made of it. */
export function reviewView({ findings, revision }: FindingsAnswer, colors: Colors): string {
  if (findings.length === 0) return `第 ${revision} 稿没有检查意见。Revision ${revision} has no findings.\n`;
  const weight = { error: 0, warning: 1, info: 2 };
  const paint = { error: colors.red, warning: colors.yellow, info: colors.dim };
  return findings
    .toSorted((a, b) => weight[a.finding.severity] - weight[b.finding.severity])
    .map(({ key, finding: { severity, gate, item, location, message, suggestion }, answer, override }) =>
      [
        `${paint[severity](`● ${severityName[severity]} ${severity}`)}  ${key}  ${gate}  ${item}`,
        `  ${message.zh}`,
        `  ${message.en}`,
        `  位置 where: ${spot(location)}`,
        ...(suggestion ? [`  怎么办 to mend: ${suggestion.zh} ${suggestion.en}`] : []),
        ...(answer ? [colors.green(`  答复 answer: ${answer.text}（${answer.by}）`)] : []),
        ...(override ? [`  例外放行 override: ${overrideState(override)}`] : []),
        '',
      ].join('\n'),
    )
    .join('\n');
}

function overrideState({ requested, confirmed }: NonNullable<FindingsAnswer['findings'][number]['override']>): string {
  if (!requested) return '可以申请 may be asked for';
  const asked = `${requested.by} 申请 asked: ${requested.reason}`;
  return confirmed
    ? `${asked}；${confirmed.by} 确认 confirmed: ${confirmed.reason}`
    : `${asked}；待第二人确认 waits for a second person`;
}

const delegationState: Record<Delegation['state'], string> = {
  upcoming: '未开始',
  valid: '有效',
  ended: '已到期',
  revoked: '已撤销',
};

export function delegationsView(delegations: readonly Delegation[]): string {
  if (delegations.length === 0) return '没有委托。There are no delegations.\n';
  const rows = delegations.map((each) => [
    each.delegationId,
    each.gate,
    `${each.from} → ${each.to}`,
    `${minute(each.startsAt)} – ${minute(each.endsAt)}`,
    `${delegationState[each.state]} ${each.state}`,
    each.revoked ? `${each.reason}；${each.revoked.reason}` : each.reason,
  ]);
  return `${columns(['委托 delegation', '关 gate', '谁 who', '期限 period', '状态 state', '理由 why'], rows)}\n`;
}

const reportState = { ...reportStateName, overdue: `${reportStateName.overdue} FLAGGED` };

/** 年度报告 data: every use of the emergency lane. */
export function emergenciesView({ year, emergencies, calendarVersion }: EmergenciesAnswer, colors: Colors): string {
  if (emergencies.length === 0) return `${year} 年没有使用应急通道。The emergency lane was not used in ${year}.\n`;
  const rows = emergencies.map((each) => [
    each.bundleId,
    each.documentNumber ?? '–',
    `${each.declaredBy} ${minute(each.declaredAt)}`,
    each.gates.map((gate) => `${gate.gate} ${gate.reviewerId} ${minute(gate.decidedAt)}`).join('\n'),
    minute(each.releasedAt),
    `${each.state === 'overdue' ? colors.red(reportState.overdue) : reportState[each.state]} ≤ ${minute(each.reportDueAt)}`,
    each.reason,
  ]);
  const head = [
    '政策包 bundle',
    '文号 number',
    '启用 declared',
    '各关 gates',
    '发布 released',
    '事后报告 report',
    '理由 why',
  ];
  return `${columns(head, rows)}\n放假安排第 ${calendarVersion} 版 calendar version ${calendarVersion}\n`;
}

export function accessView({ reads }: AccessAnswer): string {
  if (reads.length === 0) return '公开前没有人查看。Nobody read it before it was public.\n';
  const rows = reads.map((read) => [beijingTime(read.at), read.personId, read.what, `第 ${read.revision} 稿`]);
  return `${columns(['首次 first', '谁 who', '看了 what', '版本 revision'], rows)}\n`;
}

export const groupView = ({ groupId, t0, members }: GroupAnswer): string =>
  `同批 group ${groupId}  T0 ${beijingTime(t0)}\n${members.map(({ bundleId, state }) => `  ${bundleId}  ${stateName[state]} ${state}\n`).join('')}`;

/** Lines of `release status` about time: emergency, time limits of the law, warnings. */
export function timeLines({ emergency, emergencyReport, clocks, warnings }: ReleaseStatus, colors: Colors): string[] {
  const flag = emergencyReport?.state === 'overdue' ? colors.red : (text: string) => text;
  return [
    ...(emergency ? [colors.red(`应急 emergency  ${emergency.declaredBy} ${minute(emergency.at)}`)] : []),
    ...(emergencyReport
      ? [
          flag(
            `事后报告 report ${reportState[emergencyReport.state]} ${emergencyReport.state}  ≤ ${minute(emergencyReport.dueAt)}`,
          ),
        ]
      : []),
    ...clocks.map(({ name, dueAt, metAt, problem }) => {
      const late = dueAt !== null && (metAt ?? new Date().toISOString()) > dueAt;
      const line = `时限 ${name.zh} ${name.en}  ≤ ${minute(dueAt)}${metAt ? '  已公开 met' : ''}${late ? '  已超期 overdue' : ''}`;
      return problem ? colors.yellow(`时限 ${name.zh}  ${problem.zh} ${problem.en}`) : late ? colors.red(line) : line;
    }),
    ...warnings.map(({ zh, en }) => colors.yellow(`! ${zh} ${en}`)),
  ];
}
