import { z } from 'zod';
import { BundleId } from './bundle.ts';
import { Finding, FindingKey, GateId } from './finding.ts';
import { Digest, Instant } from './text.ts';

const reason = z.string().trim().min(1).max(2000);

/** One of the two steps of an override 例外放行: who, why, when. */
const OverrideStep = z.strictObject({ by: z.string(), reason: z.string(), at: Instant });

/** One finding of a revision, with what people made of it. */
export const ReviewedFinding = z.strictObject({
  key: FindingKey,
  finding: Finding,
  /** 书面答复 in the signature of its gate. */
  answer: z.strictObject({ text: z.string(), by: z.string(), at: Instant }).nullable(),
  /** Null where its rule lets nobody pass it, or it needs no override. */
  override: z.strictObject({ requested: OverrideStep.nullable(), confirmed: OverrideStep.nullable() }).nullable(),
});
export type ReviewedFinding = z.infer<typeof ReviewedFinding>;

/** Answer of `GET /v1/bundles/:bundleId/findings`: of the current revision. */
export const FindingsAnswer = z.strictObject({
  bundleId: BundleId,
  revision: z.int().positive(),
  seal: Digest,
  findings: z.array(ReviewedFinding),
});
export type FindingsAnswer = z.infer<typeof FindingsAnswer>;

/** Body of `…/findings/:finding/override/request` and `…/confirm`. The seal is the one that the person saw. */
export const OverrideBody = z.strictObject({ seal: Digest, reason });
export type OverrideBody = z.infer<typeof OverrideBody>;

/** 委托: who signs at a gate for its reviewer, from when until when, and why. */
export const Delegation = z.strictObject({
  delegationId: z.uuid(),
  gate: GateId,
  /** The reviewer. */
  from: z.string(),
  to: z.string(),
  startsAt: Instant,
  endsAt: Instant,
  reason: z.string(),
  recordedBy: z.string(),
  recordedAt: Instant,
  revoked: z.strictObject({ by: z.string(), reason: z.string(), at: Instant }).nullable(),
  /** By the clock of the database. */
  state: z.enum(['upcoming', 'valid', 'ended', 'revoked']),
});
export type Delegation = z.infer<typeof Delegation>;

/** Body of `POST /v1/gates/:gate/delegations`. */
export const DelegateBody = z.strictObject({
  /** Chosen by whoever asks, so that a repeat is the same delegation. */
  delegationId: z.uuid(),
  to: z.string().min(1),
  /** The reviewer, where a leader records it; else whoever asks. */
  for: z.string().min(1).optional(),
  startsAt: Instant,
  endsAt: Instant,
  reason,
});
export type DelegateBody = z.infer<typeof DelegateBody>;

/** Answer of `GET /v1/delegations`, newest first, and of what changes one. */
export const DelegationsAnswer = z.strictObject({ delegations: z.array(Delegation) });
export type DelegationsAnswer = z.infer<typeof DelegationsAnswer>;
