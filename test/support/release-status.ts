import { BundleId, type Channel } from '../../schemas/bundle.ts';
import type { ChannelStatus, ReleaseStatus } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';

const fourGates = [
  ['political', '政治关'],
  ['legal', '法律关'],
  ['secrecy', '保密关'],
  ['wording', '文字关'],
] as const;

/** A bundle in review with four open gates, as the API shows it. */
export const releaseStatus = (changes: Partial<ReleaseStatus> = {}): ReleaseStatus => ({
  bundleId: BundleId.parse('7f1c9a52-0f3e-4c5a-9d43-3f6f4a6f1b11'),
  title: '关于规范校园周边交通秩序的通知',
  documentNumber: null,
  revision: 1,
  seal: Digest.parse('5e'.repeat(32)),
  state: 'in-review',
  gates: fourGates.map(([gate, zh]) => ({
    gate,
    name: { zh, en: `${gate} gate` },
    state: 'open',
    reviewerId: null,
    decidedAt: null,
    reason: null,
    actingFor: null,
    carriedFrom: null,
    mustAnswer: [],
    blockedBy: [],
    dueAt: null,
    calendarVersion: null,
    overdue: false,
    clockProblem: null,
  })),
  overrides: [],
  plan: null,
  armedBy: null,
  group: null,
  emergency: null,
  committedAt: null,
  channels: [],
  validity: null,
  amendments: [],
  blockers: [],
  clocks: [],
  emergencyReport: null,
  warnings: [],
  ...changes,
});

export const channelStatus = (channel: Channel, changes: Partial<ChannelStatus> = {}): ChannelStatus => ({
  channel,
  state: 'none',
  attempt: 1,
  url: null,
  readyAt: null,
  liveAt: null,
  verifiedAt: null,
  withdrawnAt: null,
  detail: null,
  ...changes,
});
