import { z } from 'zod';
import { BundleId, Channel } from './bundle.ts';
import { GateId } from './finding.ts';
import { NoticeKind } from './notice.ts';
import { ReleaseState } from './release.ts';
import { Bilingual, Day, Digest, Instant } from './text.ts';

/** What a person has to do or to know of. */
export const InboxKind = z.enum([
  'gate', // 待审: sign or return
  'override', // 例外放行: somebody asks for a second person
  'gate-late', // 超期、升级: somebody else's review is late
  'returned', // 退回: mend it and submit again
  'arm', // 待签发
  'held', // 暂缓: it needs a new instant, or another decision
  'compensate', // 补偿: confirm that everything is withdrawn
  'channel-refused', // 渠道被拒绝
  'outcome-unknown', // 结果待核实
  'act-lost', // 公告 did not reach the bundle that it acts on
  'emergency-report', // 应急事后报告
]);
export type InboxKind = z.infer<typeof InboxKind>;

export const InboxItem = z.strictObject({
  kind: InboxKind,
  bundleId: BundleId,
  title: z.string(),
  documentNumber: z.string().nullable(),
  revision: z.int().positive(),
  gate: GateId.nullable(),
  channel: Channel.nullable(),
  /** The reviewer for whom one would decide, under a delegation. */
  actingFor: z.string().nullable(),
  dueAt: Instant.nullable(),
  overdue: z.boolean(),
  /** 催办、升级 that were issued about it. */
  notices: z.array(z.strictObject({ kind: NoticeKind, at: Instant })),
  what: Bilingual,
});
export type InboxItem = z.infer<typeof InboxItem>;

/** Answer of `GET /v1/inbox`: what is overdue first, then by due date. */
export const InboxAnswer = z.strictObject({ person: z.string(), now: Instant, items: z.array(InboxItem) });
export type InboxAnswer = z.infer<typeof InboxAnswer>;

/** 应急通道: one use of the emergency lane, for the yearly report 年度报告 (RELIABILITY I26). */
export const EmergencyUse = z.strictObject({
  bundleId: BundleId,
  documentNumber: z.string().nullable(),
  reason: z.string(),
  declaredBy: z.string(),
  declaredAt: Instant,
  submittedAt: Instant,
  /** Gates are never skipped: who decided each, and when. */
  gates: z.array(
    z.strictObject({
      gate: GateId,
      decision: z.enum(['signed', 'returned']),
      reviewerId: z.string(),
      actingFor: z.string().nullable(),
      decidedAt: Instant,
    }),
  ),
  releasedAt: Instant.nullable(),
  /** Null before the release, and while the calendar lacks the year (`problem`). */
  reportDueAt: Instant.nullable(),
  problem: Bilingual.nullable(),
  report: z.strictObject({ text: z.string(), by: z.string(), at: Instant }).nullable(),
  /** `overdue` is the flag that stays until the report is there. */
  state: z.enum(['not-released', 'due', 'overdue', 'reported']),
});
export type EmergencyUse = z.infer<typeof EmergencyUse>;

/** Answer of `GET /v1/emergencies?year=`. */
export const EmergenciesAnswer = z.strictObject({
  year: z.int(),
  calendarVersion: z.int().positive(),
  emergencies: z.array(EmergencyUse),
});
export type EmergenciesAnswer = z.infer<typeof EmergenciesAnswer>;

export const EmergenciesQuery = z.strictObject({ year: z.coerce.number().int().min(2000).max(2100) });
/** Body of `POST …/emergency/report`. */
export const ReportBody = z.strictObject({ text: z.string().trim().min(1).max(20_000) });
export type ReportBody = z.infer<typeof ReportBody>;

/** What of a bundle was read. */
export const ReadKind = z.enum(['list', 'status', 'findings', 'receipts', 'evidence', 'preview', 'changes']);
export type ReadKind = z.infer<typeof ReadKind>;

/** 知悉范围: somebody read a bundle that was not public; told once a person, revision, day (Shanghai) and kind (I24). */
export const ReadRecord = z.strictObject({
  revision: z.int().positive(),
  personId: z.string(),
  day: Day,
  what: ReadKind,
  at: Instant,
});
export type ReadRecord = z.infer<typeof ReadRecord>;

/** Answer of `GET /v1/bundles/:bundleId/access`, oldest first. */
export const AccessAnswer = z.strictObject({ bundleId: BundleId, reads: z.array(ReadRecord) });
export type AccessAnswer = z.infer<typeof AccessAnswer>;

/** Body of `POST /v1/groups`: bundles that go together or not at all, each with the seal that the leader saw. */
export const GroupBody = z.strictObject({
  members: z
    .array(z.strictObject({ bundleId: BundleId, seal: Digest }))
    .min(2)
    .max(50),
  t0: Instant,
});
export type GroupBody = z.infer<typeof GroupBody>;

/** Answer of `POST /v1/groups`. */
export const GroupAnswer = z.strictObject({
  groupId: z.uuid(),
  t0: Instant,
  members: z.array(z.strictObject({ bundleId: BundleId, state: ReleaseState })),
});
export type GroupAnswer = z.infer<typeof GroupAnswer>;

/** Body of `…/channels/:channel/settle`: what the operator saw there. */
export const SettleBody = z.strictObject({
  state: z.enum(['verified', 'refused', 'withdrawn']),
  evidence: z.string().trim().min(1).max(2000),
});
export type SettleBody = z.infer<typeof SettleBody>;
