import type { ActKind, Channel } from '../../schemas/bundle.ts';
import type { EmergencyUse, ReadKind } from '../../schemas/desk.ts';
import type { Severity } from '../../schemas/finding.ts';
import type { GateState } from '../../schemas/gate.ts';
import type { NoticeKind } from '../../schemas/notice.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import type { ChannelState, Validity } from '../../schemas/release.ts';
import type { ChangedPart } from '../../schemas/revision-change.ts';
import type { Instant } from '../../schemas/text.ts';

export { stateName } from '../../schemas/state-name.ts';

/** The one vocabulary of states, as in the console, logs and metrics. The code word follows, for scripts and search. */
export const channelStateName: Record<ChannelState | ChannelReceipt['state'], string> = {
  none: '未预置',
  ready: '就绪',
  live: '已上线',
  verified: '已核验',
  refused: '被拒绝',
  unknown: '结果待核实',
  discarded: '已清除',
  withdrawn: '已撤回',
  amended: '已加注',
};

export const actName: Record<ActKind, string> = {
  correct: '更正',
  amend: '修改',
  supersede: '替代',
  abolish: '废止',
  withdraw: '撤回',
};

export const validityName: Record<Validity, string> = {
  'not-yet-effective': '尚未施行',
  'in-force': '有效',
  expiring: '即将失效',
  expired: '失效',
  amended: '已修改',
  abolished: '废止',
};

export const noticeName: Record<NoticeKind, string> = {
  'gate-reminder': '催办',
  'gate-overdue': '超期',
  'gate-escalation': '升级',
  'release-held': '未能发布，已暂缓',
  'release-late': '发布迟到',
  'channel-refused': '渠道被拒绝',
  'outcome-unknown': '结果待核实',
  'compensation-due': '补偿待确认',
  'act-lost': '公告未送达',
};

export const readName: Record<ReadKind, string> = {
  list: '列表',
  status: '状态',
  findings: '检查意见',
  receipts: '渠道回执',
  evidence: '证据',
  preview: '预览',
  changes: '改动',
};

export const inspectionName: Record<ChannelInspection['state'], string> = {
  absent: '没有',
  staged: '已预置、未公开',
  public: '已公开',
  withdrawn: '已撤回',
  unknown: '平台未答',
};

export const reportStateName: Record<EmergencyUse['state'], string> = {
  'not-released': '未发布',
  due: '待报',
  overdue: '逾期未报',
  reported: '已报',
};

export const partName: Record<ChangedPart, string> = {
  'policy-document': '政策文件',
  'interpretation-plan': '解读方案',
  'interpretation-material': '解读材料',
  attachment: '附件',
  'supporting-document': '佐证材料',
  picture: '图片',
  metadata: '文件信息',
  reviews: '审核结论',
  acts: '立改废',
  variants: '渠道版本',
  channels: '渠道',
  policy: '渠道策略',
  'rule-set': '检查规则',
  findings: '检查意见',
};

export const gateStateName: Record<GateState['state'], string> = { open: '待审', signed: '通过', returned: '退回' };

export const channelName: Record<Channel, string> = {
  website: '政府网站',
  wechat: '微信公众号',
  app: '客户端',
  gazette: '政府公报',
  'press-pack': '新闻材料包',
};

export const severityName: Record<Severity, string> = { error: '必须改', warning: '请核对', info: '提示' };

const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** `2026-03-02 09:00:00.123`, Beijing time. */
export function beijingTime(instant: Instant, { milliseconds = false } = {}): string {
  const at = new Date(instant);
  return `${clock.format(at)}${milliseconds ? `.${String(at.getUTCMilliseconds()).padStart(3, '0')}` : ''}`;
}
