import Table from 'cli-table3';
import type pc from 'picocolors';
import type { CliRefusal } from '../../schemas/cli.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import { timeLines } from './desk-views.ts';
import { releaseLines } from './release-lines.ts';
import { placeName } from './report/words.ts';
import { beijingTime, channelName, channelStateName, gateStateName, severityName, stateName } from './words.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Columns without rules: reads well, and can be cut and searched. Chinese characters count as two columns. */
export function columns(head: string[], rows: string[][]): string {
  const rule = '';
  const table = new Table({
    head,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: {
      top: rule,
      'top-mid': rule,
      'top-left': rule,
      'top-right': rule,
      bottom: rule,
      'bottom-mid': rule,
      'bottom-left': rule,
      'bottom-right': rule,
      left: rule,
      'left-mid': rule,
      right: rule,
      'right-mid': rule,
      mid: rule,
      'mid-mid': rule,
      middle: rule,
    },
  });
  table.push(...rows);
  return table.toString();
}

const at = (instant: string | null, milliseconds = true) => (instant ? beijingTime(instant, { milliseconds }) : '–');
/** Times of one release lie close together: the hour says enough, the day stands above. */
const hour = (instant: string | null) => (instant ? beijingTime(instant, { milliseconds: true }).slice(11) : '–');

/** Everything about one bundle; ends in a newline. */
export function statusView(status: ReleaseStatus, colors: Colors): string {
  const paint = { released: colors.green, 'outcome-unknown': colors.magenta, returned: colors.red } as Record<
    string,
    (text: string) => string
  >;
  const state = `${stateName[status.state]} ${status.state}`;
  const lines = [
    colors.bold(status.title) + (status.documentNumber ? `  ${status.documentNumber}` : ''),
    `政策包 bundle   ${status.bundleId}  第 ${status.revision} 稿`,
    `封签 seal       ${status.seal}`,
    `状态 state      ${(paint[status.state] ?? colors.yellow)(state)}`,
    ...releaseLines(status, colors),
    ...timeLines(status, colors),
    '',
    columns(
      ['关 gate', '', '状态 state', '审核人 reviewer', '时间 at', '说明 note'],
      status.gates.map((gate) => [
        gate.name.zh,
        gate.gate,
        `${gateStateName[gate.state]} ${gate.state}`,
        gate.reviewerId ? `${gate.reviewerId}${gate.actingFor ? `（代 for ${gate.actingFor}）` : ''}` : '–',
        gate.decidedAt ? at(gate.decidedAt, false) : gate.dueAt ? `≤ ${at(gate.dueAt, false)}` : '–',
        [
          gate.carriedFrom ? `沿用第 ${gate.carriedFrom} 稿 kept from ${gate.carriedFrom}` : '',
          gate.reason ??
            (gate.clockProblem && `${gate.clockProblem.zh} ${gate.clockProblem.en}`) ??
            (gate.overdue ? '已超期 overdue' : ''),
        ]
          .filter(Boolean)
          .join('；'),
      ]),
    ),
  ];
  if (status.channels.length > 0) {
    lines.push(
      '',
      columns(
        ['渠道 channel', '', '状态 state', '就绪 ready', '上线 live', '核验 verified', '地址 address'],
        status.channels.map((each) => [
          channelName[each.channel],
          each.channel,
          `${channelStateName[each.state]} ${each.state}${each.attempt > 1 ? ` #${each.attempt}` : ''}`,
          hour(each.readyAt),
          hour(each.liveAt),
          hour(each.verifiedAt),
          each.url ?? '',
        ]),
      ),
    );
    for (const { channel, detail, state } of status.channels) {
      if (detail && (state === 'refused' || state === 'unknown'))
        lines.push(`  ${channelName[channel]}: ${detail.zh} ${detail.en}`);
    }
  }
  if (status.blockers.length > 0) {
    lines.push('', '下一步还缺 still in the way:', ...status.blockers.map(({ zh, en }) => `  · ${zh}\n    ${en}`));
  }
  return `${lines.join('\n')}\n`;
}

export function listView(bundles: ReleaseStatus[]): string {
  if (bundles.length === 0) return '还没有政策包。There are no bundles yet.\n';
  const rows = bundles.map((each) => [
    each.bundleId,
    `${stateName[each.state]} ${each.state}`,
    each.plan ? at(each.plan.t0, false) : '–',
    each.documentNumber ?? '–',
    each.title,
  ]);
  return `${columns(['政策包 bundle', '状态 state', '定时 T0', '文号 number', '标题 title'], rows)}\n`;
}

export function receiptsView(receipts: ChannelReceipt[]): string {
  if (receipts.length === 0) return '还没有渠道回执。There are no receipts yet.\n';
  const rows = receipts.map((each) => [
    at(each.at),
    channelName[each.channel],
    each.channel,
    `${channelStateName[each.state]} ${each.state}`,
    `${each.digests.length} 件`,
    [each.url, each.detail?.zh].filter(Boolean).join('  '),
  ]);
  return `${columns(['时间 at', '渠道 channel', '', '状态 state', '指纹 digests', '凭据 evidence'], rows)}\n`;
}

/** Findings in the order of weight, each with its place, its source and how to mend it. */
export function findingsView(findings: Finding[], colors: Colors): string {
  const weight = { error: 0, warning: 1, info: 2 };
  const paint = { error: colors.red, warning: colors.yellow, info: colors.dim };
  return findings
    .toSorted((a, b) => weight[a.severity] - weight[b.severity])
    .map(({ severity, code, gate, item, location, message, source, suggestion }) =>
      [
        `${paint[severity](`● ${severityName[severity]} ${severity}`)}  ${code}  ${gate}  ${item}`,
        `  ${message.zh}`,
        `  ${message.en}`,
        `  位置 where: ${spot(location)}   依据 source: ${source}`,
        ...(suggestion ? [`  怎么办: ${suggestion.zh}`, `  To mend: ${suggestion.en}`] : []),
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** Paragraphs are counted from 1, as people do; the stored location counts from 0. */
export const spot = ({ where, paragraph, quote }: Finding['location']): string =>
  `${placeName(where)}${paragraph === undefined ? '' : `第${paragraph + 1}段 ¶${paragraph + 1}`}${quote === '' ? '' : `：“${quote}”`}`;

/** A refusal for the person at the terminal; ends in a newline. */
export function refusalView({ message, where, mend, findings }: CliRefusal['error'], colors: Colors): string {
  return [
    `${colors.red('✗')} ${message.zh}`,
    `  ${message.en}`,
    ...(where ? [`  位置 where: ${where}`] : []),
    ...(findings.length > 0 ? ['', findingsView(findings, colors)] : []),
    ...(mend ? [`  怎么办: ${mend.zh}`, `  To mend: ${mend.en}`] : []),
    '',
  ].join('\n');
}
