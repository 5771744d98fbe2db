import { z } from 'zod';
import { ActKind, BundleId, Channel } from './bundle.ts';
import { Coverage } from './coverage.ts';
import { EmergencyUse, ReadRecord } from './desk.ts';
import { Finding, FindingKey, GateId, Obligations } from './finding.ts';
import { FindingAnswer } from './gate.ts';
import { Notice } from './notice.ts';
import { ChannelInspection, ChannelReceipt } from './receipt.ts';
import { ChannelState, GroupId, ReleaseId, ReleaseState, Validity } from './release.ts';
import { Delegation } from './review.ts';
import { ChangesAnswer } from './revision-change.ts';
import { SealedContent } from './seal.ts';
import { Day, Digest, Instant } from './text.ts';

/** How one channel fared with one release: the first receipt of each kind, by the clock of the channel. */
export const ReleasedChannel = z.strictObject({
  channel: Channel,
  state: ChannelState,
  /** How often it was tried. */
  attempts: z.int().positive(),
  readyAt: Instant.nullable(),
  liveAt: Instant.nullable(),
  verifiedAt: Instant.nullable(),
  withdrawnAt: Instant.nullable(),
});
export type ReleasedChannel = z.infer<typeof ReleasedChannel>;

/**
 * The rows behind one bundle's part of the chain, from one snapshot, with the text that the chain holds digests of. Each
 * list holds rows that were written together with a row of the chain, oldest first; `coverage`, and the times of a
 * release, follow from them.
 */
export const StoredEvidence = z.strictObject({
  bundleId: BundleId,
  /** Of the chain in the same snapshot: a row with a higher `seq` was written later. */
  chainSize: z.int().nonnegative(),
  revisions: z.array(
    z.strictObject({
      revision: z.int().positive(),
      seal: Digest,
      title: z.string(),
      documentNumber: z.string().nullable(),
      /** What the seal was computed over. */
      content: SealedContent,
      gates: z.array(GateId),
      /** Digest of all that a gate's decision rests on. */
      gateInputs: z.record(GateId, Digest),
      findings: z.array(Finding),
      obligations: Obligations,
      drafterId: z.string(),
      createdAt: Instant,
    }),
  ),
  changes: ChangesAnswer.shape.revisions,
  decisions: z.array(
    z.strictObject({
      revision: z.int().positive(),
      seal: Digest,
      gate: GateId,
      decision: z.enum(['signed', 'returned']),
      reviewerId: z.string(),
      actingFor: z.string().nullable(),
      /** Why it was returned, or the written opinion. */
      reason: z.string().nullable(),
      answers: z.array(FindingAnswer),
      inputSha256: Digest,
      /** The revision that it was made on, where it is not this one. */
      carriedFrom: z.int().positive().nullable(),
      decidedAt: Instant,
    }),
  ),
  overrides: z.array(
    z.strictObject({
      revision: z.int().positive(),
      seal: Digest,
      finding: FindingKey,
      gate: GateId,
      step: z.enum(['requested', 'confirmed']),
      personId: z.string(),
      reason: z.string(),
      at: Instant,
    }),
  ),
  /** Those under which somebody decided here, and their revocations. */
  delegations: z.array(Delegation.omit({ revoked: true, state: true })),
  revocations: z.array(
    z.strictObject({ delegationId: z.uuid(), reason: z.string(), revokedBy: z.string(), revokedAt: Instant }),
  ),
  emergencies: z.array(
    z.strictObject({ revision: z.int().positive(), reason: z.string(), declaredBy: z.string(), declaredAt: Instant }),
  ),
  emergencyReports: z.array(z.strictObject({ text: z.string(), reportedBy: z.string(), reportedAt: Instant })),
  notices: z.array(Notice),
  /** 同批: this bundle and those it was to go with. `committedAt` is of the member's release in that group. */
  groups: z.array(
    z.strictObject({
      groupId: GroupId,
      bundleId: BundleId,
      formedBy: z.string(),
      formedAt: Instant,
      committedAt: Instant.nullable(),
    }),
  ),
  transitions: z.array(
    z.strictObject({
      transition: z.int().nonnegative(),
      revision: z.int().positive(),
      seal: Digest,
      state: ReleaseState,
      actorId: z.string(),
      detail: z.string().nullable(),
      at: Instant,
    }),
  ),
  releases: z.array(
    z.strictObject({
      releaseId: ReleaseId,
      revision: z.int().positive(),
      seal: Digest,
      t0: Instant,
      committedAt: Instant,
      groupId: GroupId.nullable(),
      /** From T0 to the commit, by the clock of the database. */
      latenessMs: z.int(),
      /** From the first channel that was live to the last; null while none is. */
      skewMs: z.int().nonnegative().nullable(),
      channels: z.array(ReleasedChannel),
    }),
  ),
  receipts: z.array(ChannelReceipt),
  inspections: z.array(ChannelInspection.extend({ receivedAt: Instant })),
  /** What later bundles did to this one (`bundleId`), and this one to others (`byBundleId`). */
  amendments: z.array(
    z.strictObject({
      releaseId: ReleaseId,
      bundleId: BundleId,
      act: ActKind,
      on: Day,
      byBundleId: BundleId,
      byReleaseId: ReleaseId,
      at: Instant,
    }),
  ),
  validity: z.array(z.strictObject({ releaseId: ReleaseId, validity: Validity, since: Day, at: Instant })),
  /** 知悉范围: who read it while it was not public. */
  reads: z.array(ReadRecord),
  /** One for this bundle where something was done to it, and one for each that it acted on. */
  coverage: z.array(Coverage),
});
export type StoredEvidence = z.infer<typeof StoredEvidence>;

/** Answer of `GET /v1/bundles/:bundleId/evidence`. */
export const BundleEvidence = StoredEvidence.extend({
  /** 应急事后报告, by the calendar: null where no emergency was declared. */
  reportOwed: EmergencyUse.pick({ state: true, reportDueAt: true, problem: true }).nullable(),
});
export type BundleEvidence = z.infer<typeof BundleEvidence>;
