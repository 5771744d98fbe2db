import { z } from 'zod';
import { FindingKey, GateId } from './finding.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** 书面答复 to one `warning` finding. */
export const FindingAnswer = z.strictObject({ finding: FindingKey, answer: z.string().trim().min(1).max(2000) });
export type FindingAnswer = z.infer<typeof FindingAnswer>;

/** 受托审签: for whom somebody decides, under a recorded delegation. */
const actingFor = z.string().min(1).optional();

/** 审签: one reviewer's decision at one gate, on the seal that this reviewer saw. A return always says why. */
export const GateDecision = z.discriminatedUnion('decision', [
  z.strictObject({
    decision: z.literal('signed'),
    gate: GateId,
    seal: Digest,
    reviewerId: z.string().min(1),
    actingFor,
    opinion: z.string().max(4000).optional(),
    /** One for each `warning` finding of this gate. */
    answers: z.array(FindingAnswer).max(2000).optional(),
  }),
  z.strictObject({
    decision: z.literal('returned'),
    gate: GateId,
    seal: Digest,
    reviewerId: z.string().min(1),
    actingFor,
    reason: z.string().trim().min(1).max(4000),
  }),
]);
export type GateDecision = z.infer<typeof GateDecision>;

/** What a decision can depend on: the items by role (pictures apart), and the parts of a seal that are no items. */
export const SealedPart = z.enum([
  'policy-document',
  'interpretation-plan',
  'interpretation-material',
  'attachment',
  'supporting-document',
  'picture', // 图解、封面: a material or attachment that is an image
  'metadata', // title, number, dates, bodies: what the manifest says of the document
  'reviews', // legality, fair competition, public consultation
  'acts',
  'variants',
  'channels',
  'policy',
]);
export type SealedPart = z.infer<typeof SealedPart>;

/** A gate of gates.yaml, frozen into the bundle that runs under it. */
export const GateDefinition = z.strictObject({
  id: GateId,
  name: Bilingual,
  /** Working days for the review, counted from the day after submission (国办发〔2018〕115号: 5 to 15 for the legal gate). */
  clockWorkingDays: z.int().min(1).max(60),
  /** 催办: working days before the end of the clock; 0 never reminds. */
  remindBeforeWorkingDays: z.int().min(0).max(30).default(1),
  /** 升级: working days after the end of the clock. */
  escalateAfterWorkingDays: z.int().min(1).max(30).default(1),
  /** 应急 clock, in hours from the declaration. A gate is never skipped. */
  emergencyHours: z.int().min(1).max(240).default(24),
  /** 依赖: a new revision keeps this gate's decision where these parts are byte-identical. */
  dependsOn: z
    .array(SealedPart)
    .min(1)
    .default([...SealedPart.options]),
  /** Whether a 发布公告 passes this gate too. */
  reviewsNotices: z.boolean().default(true),
});
export type GateDefinition = z.infer<typeof GateDefinition>;

/** One gate on the board: what it waits for, or who decided what and when. */
export const GateState = z.strictObject({
  gate: GateId,
  name: Bilingual,
  state: z.enum(['open', 'signed', 'returned']),
  reviewerId: z.string().nullable(),
  decidedAt: Instant.nullable(),
  reason: z.string().nullable(),
  actingFor: z.string().nullable(),
  /** Revision on which it was signed, where an unchanged input let the decision survive. */
  carriedFrom: z.int().positive().nullable(),
  /** `warning` findings that a signature has to answer. */
  mustAnswer: z.array(FindingKey),
  /** `error` findings that stand against a signature. */
  blockedBy: z.array(FindingKey),
  /** End of the gate clock; null while it cannot be computed (see `clockProblem`). */
  dueAt: Instant.nullable(),
  /** Version of the working-day table by which that was reckoned (I22); null where hours are counted, or no clock runs. */
  calendarVersion: z.int().positive().nullable(),
  overdue: z.boolean(),
  /** Why the clock does not run: a calendar year that has not been imported is an error, never a guess. */
  clockProblem: Bilingual.nullable(),
});
export type GateState = z.infer<typeof GateState>;
