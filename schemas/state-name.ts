import type { ReleaseState } from './release.ts';

/** 状态, as people read it. */
export const stateName: Record<ReleaseState, string> = {
  draft: '起草',
  'in-review': '送审',
  returned: '退回',
  cleared: '四关通过',
  preparing: '预置中',
  prepared: '待签发',
  armed: '待发布',
  held: '暂缓',
  committing: '发布中',
  releasing: '发布中',
  verifying: '核验中',
  released: '已发布',
  'partly-released': '部分发布',
  'outcome-unknown': '结果待核实',
  'rolled-back': '已回退',
  withdrawing: '撤回中',
  withdrawn: '已撤回',
};
