import { z } from 'zod';
import { BundleId } from './bundle.ts';
import { GateId } from './finding.ts';
import { Bilingual, Instant } from './text.ts';

/** 待办与告警: what somebody has to look at. Who that is follows from the kind and the gate. */
export const NoticeKind = z.enum([
  'gate-reminder', // 催办, to the reviewers of the gate
  'gate-overdue', // 超期, to the reviewers and the drafter
  'gate-escalation', // 升级, to the leader
  'release-held', // the instant came and something was missing
  'channel-refused', // to the operators
  'outcome-unknown', // to the operators
  'compensation-due', // a second person has to confirm that everything is withdrawn
  'release-late', // a step of the release came after its budget; `detail` says which, and what took the time
  'act-lost', // a 公告 could not reach the bundle that it acts on
]);
export type NoticeKind = z.infer<typeof NoticeKind>;

export const Notice = z.strictObject({
  noticeId: z.uuid(),
  kind: NoticeKind,
  bundleId: BundleId,
  revision: z.int().positive(),
  gate: GateId.nullable(),
  detail: Bilingual.nullable(),
  at: Instant,
});
export type Notice = z.infer<typeof Notice>;
