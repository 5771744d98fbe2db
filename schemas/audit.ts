import { z } from 'zod';
import { BundleId } from './bundle.ts';
import { Digest, Instant } from './text.ts';

/** What the chain records. A kind that was ever written stays; a change of its payload is a new kind. */
export const AuditKind = z.enum([
  'revision.stored',
  'decision.recorded',
  'transition.recorded',
  'plan.saved',
  'plan.withdrawn',
  'staging.stored',
  'release.committed',
  'receipt.received',
  'command.refused',
  'override.recorded',
  'delegation.recorded',
  'delegation.revoked',
  'emergency.declared',
  'emergency.reported',
  'notice.issued',
  'group.formed',
  'amendment.recorded',
  'validity.changed',
  'change.recorded',
  'bundle.read',
  'inspection.recorded',
  'restore.marked',
  'restore.cleared',
  'dead-letter.decided',
]);
export type AuditKind = z.infer<typeof AuditKind>;

/**
 * One row of the audit chain 审计链. `hash` is SHA-256 over the RFC 8785 canonical JSON of the other seven members.
 * Holds references, digests and counts, never unreleased text (I24): a reason is `{sha256, length}` here.
 */
export const AuditRow = z.strictObject({
  /** From 1, without a gap. */
  seq: z.int().positive(),
  /** By the database clock, whole milliseconds. */
  at: Instant,
  /** A person's id, `channel:<id>`, or `system`. */
  actor: z.string().min(1),
  /** An `AuditKind`; any word, so that a chain written by a later version can still be verified. */
  kind: z.string().min(1),
  bundleId: BundleId.nullable(),
  payload: z.record(z.string(), z.json()),
  /** `hash` of the row before; 64 zeros in the first. */
  prevHash: Digest,
  hash: Digest,
});
export type AuditRow = z.infer<typeof AuditRow>;

/** The chain as it stood at `at`: `size` rows, of which the last has the hash `head`. */
export const ChainHead = z.strictObject({ size: z.int().positive(), head: Digest, at: Instant });
export type ChainHead = z.infer<typeof ChainHead>;

/** 检查点: a head that the core signed, kept outside its database, so that no later rewriting stays unseen. */
export const Checkpoint = z.strictObject({
  ...ChainHead.shape,
  /** SHA-256 of the public key (SPKI, DER). */
  keyId: Digest,
  /** Ed25519, base64; over `lockstep.audit.checkpoint.v1`, a line end, and the canonical JSON of `{at, head, size}`. */
  signature: z.base64(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;
