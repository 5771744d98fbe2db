import { z } from 'zod';
import { GateId } from './finding.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** 审签: one reviewer's decision at one gate, on the seal that this reviewer saw. A return always says why. */
export const GateDecision = z.discriminatedUnion('decision', [
  z.strictObject({
    decision: z.literal('signed'),
    gate: GateId,
    seal: Digest,
    reviewerId: z.string().min(1),
    opinion: z.string().max(4000).optional(),
  }),
  z.strictObject({
    decision: z.literal('returned'),
    gate: GateId,
    seal: Digest,
    reviewerId: z.string().min(1),
    reason: z.string().trim().min(1).max(4000),
  }),
]);
export type GateDecision = z.infer<typeof GateDecision>;

/** A gate of gates.yaml, frozen into the bundle that runs under it. */
export const GateDefinition = z.strictObject({
  id: GateId,
  name: Bilingual,
  /** Working days for the review, counted from the day after submission (国办发〔2018〕115号: 5 to 15 for the legal gate). */
  clockWorkingDays: z.int().min(1).max(60),
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
  /** End of the gate clock; null while it cannot be computed (see `clockProblem`). */
  dueAt: Instant.nullable(),
  overdue: z.boolean(),
  /** Why the clock does not run: a calendar year that has not been imported is an error, never a guess. */
  clockProblem: Bilingual.nullable(),
});
export type GateState = z.infer<typeof GateState>;
