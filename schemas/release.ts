import { z } from 'zod';
import { ActKind, BundleId, Channel } from './bundle.ts';
import { RunningClock } from './clock.ts';
import { FindingKey } from './finding.ts';
import { GateState } from './gate.ts';
import { Bilingual, Day, Digest, Instant } from './text.ts';

/** One per revision that was cleared by its gates; derived from bundle, revision and seal. */
export const ReleaseId = z.uuid().brand<'ReleaseId'>();
export type ReleaseId = z.infer<typeof ReleaseId>;

/** 渠道策略: what happens to the others when a channel fails after the point of no return. */
export const ReleasePolicy = z.enum(['hold-all', 'publish-rest', 'compensate']);
export type ReleasePolicy = z.infer<typeof ReleasePolicy>;

/** In Chinese: state-name.ts. */
export const ReleaseState = z.enum([
  'draft',
  'in-review',
  'returned',
  'cleared',
  'preparing',
  'prepared', // every channel is ready
  'armed',
  'held',
  'committing',
  'releasing',
  'verifying',
  'released',
  'partly-released',
  'outcome-unknown',
  'rolled-back',
  'withdrawing',
  'withdrawn',
]);
export type ReleaseState = z.infer<typeof ReleaseState>;

/** 发布计划, set by the signing leader when the release is armed. */
export const ReleasePlan = z.strictObject({ t0: Instant, policy: ReleasePolicy });
export type ReleasePlan = z.infer<typeof ReleasePlan>;

/**
 * A final object that a channel will show. `sha256` and `bytes` are of the plain bytes. Outside the core only
 * `ciphertext` travels before T0 (AES-256-GCM, key in the core); null where the channel works inside the core.
 */
export const StagedObject = z.strictObject({
  /** Role or path of the object on its channel; never contains a title. */
  path: z.string().min(1).max(200),
  mediaType: z.string().min(1),
  sha256: Digest,
  bytes: z.int().nonnegative(),
  ciphertext: z.strictObject({ sha256: Digest, bytes: z.int().positive() }).nullable(),
});
export type StagedObject = z.infer<typeof StagedObject>;

export const ChannelState = z.enum([
  'none', // 未预置
  'ready', // 就绪
  'live', // 已上线
  'verified', // 已核验
  'refused', // 被拒绝
  'unknown', // 结果待核实
  'discarded', // 已清除
  'withdrawn', // 已撤回
]);
export type ChannelState = z.infer<typeof ChannelState>;

/** 有效性 of a released document, moved by date and by acts of later bundles. */
export const Validity = z.enum([
  'not-yet-effective', // 尚未施行
  'in-force', // 有效
  'expiring', // 即将失效
  'expired', // 失效
  'amended', // 已修改
  'abolished', // 废止 (also by a bundle that supersedes it)
]);
export type Validity = z.infer<typeof Validity>;

/** What a later bundle did to this one. */
export const Amendment = z.strictObject({ act: ActKind, on: Day, byBundleId: BundleId, byReleaseId: ReleaseId });
export type Amendment = z.infer<typeof Amendment>;

/** 同批发布: bundles that go together or not at all. */
export const GroupId = z.uuid().brand<'GroupId'>();
export type GroupId = z.infer<typeof GroupId>;
export const ReleaseGroup = z.strictObject({ groupId: GroupId, members: z.array(BundleId).min(2).max(50) });
export type ReleaseGroup = z.infer<typeof ReleaseGroup>;

/** One channel in `release status`. */
export const ChannelStatus = z.strictObject({
  channel: Channel,
  state: ChannelState,
  /** From 1; each retry of a refused channel adds one. */
  attempt: z.int().positive(),
  url: z.string().nullable(),
  readyAt: Instant.nullable(),
  liveAt: Instant.nullable(),
  verifiedAt: Instant.nullable(),
  withdrawnAt: Instant.nullable(),
  detail: Bilingual.nullable(),
});
export type ChannelStatus = z.infer<typeof ChannelStatus>;

/** One bundle as its workflow knows it: references only, no text. */
export const BoardStatus = z.strictObject({
  bundleId: BundleId,
  documentNumber: z.string().nullable(),
  revision: z.int().positive(),
  seal: Digest,
  state: ReleaseState,
  gates: z.array(GateState),
  /** 例外放行: errors that somebody asked to let pass; they do once a second person has confirmed it. */
  overrides: z.array(
    z.strictObject({ finding: FindingKey, requestedBy: z.string(), confirmedBy: z.string().nullable() }),
  ),
  plan: ReleasePlan.nullable(),
  /** The leader who armed it. */
  armedBy: z.string().nullable(),
  group: ReleaseGroup.nullable(),
  /** 应急: clocks were shortened by this leader at this moment; a report follows the release. */
  emergency: z.strictObject({ declaredBy: z.string(), at: Instant }).nullable(),
  committedAt: Instant.nullable(),
  channels: z.array(ChannelStatus),
  /** Null before the release. */
  validity: Validity.nullable(),
  amendments: z.array(Amendment),
  /** What still stands in the way of the next step, in plain words. */
  blockers: z.array(Bilingual),
});
export type BoardStatus = z.infer<typeof BoardStatus>;

/** What `release status` shows: everything about one bundle that a person may need to decide. */
export const ReleaseStatus = BoardStatus.extend({
  title: z.string(),
  /** 法定时限 that run for it. */
  clocks: z.array(RunningClock).default([]),
  /** 应急事后报告: `overdue` is the flag that stays until it is reported (I26). Null where nobody declared an emergency. */
  emergencyReport: z
    .strictObject({ state: z.enum(['not-released', 'due', 'overdue', 'reported']), dueAt: Instant.nullable() })
    .nullable()
    .default(null),
  /** What the person should know who has just acted, e.g. that clocks differ. */
  warnings: z.array(Bilingual).default([]),
});
export type ReleaseStatus = z.infer<typeof ReleaseStatus>;
