import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { BoardStatus, ReleasePolicy } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';

/** One workflow per bundle carries it from submission to release, and waits there for a withdrawal. */
export const policyReleaseId = (bundleId: BundleId) => `bundle-${bundleId}`;

export type PolicyReleaseInput = { bundleId: BundleId; lateWindowMs: number };

/** 送审: a frozen revision whose rows are stored. What the workflow needs of it, without a word of its text (I24). */
export type Submission = {
  revision: number;
  seal: Digest;
  documentNumber: string | null;
  drafterId: string;
  /** Frozen with the revision: a change of gates.yaml does not touch a bundle that runs. */
  gates: GateDefinition[];
  channels: { channel: Channel; wave: number }[];
  policy: ReleasePolicy;
  interpretationPlans: number;
  interpretationMaterials: number;
  /** Gates whose rules raised an `error`; it cannot be signed away. */
  blockedGates: string[];
};

/** Who holds or withdraws, and why. */
export type Intervention = { reason: string; actorId: string };
export type Resumption = { t0: Instant | null; actorId: string };
export type Arming = { seal: Digest; t0: Instant; leaderId: string };

// Updates: a person waits for the answer. Each answers with the board as it is afterwards.
export const submit = defineUpdate<BoardStatus, [Submission]>('submit');
export const signGate = defineUpdate<BoardStatus, [GateDecision]>('signGate');
export const returnGate = defineUpdate<BoardStatus, [GateDecision]>('returnGate');
export const arm = defineUpdate<BoardStatus, [Arming]>('arm');
export const hold = defineUpdate<BoardStatus, [Intervention]>('hold');
export const resume = defineUpdate<BoardStatus, [Resumption]>('resume');
export const withdraw = defineUpdate<BoardStatus, [Intervention]>('withdraw');
/** A channel reports a fact; repeats and late reports are harmless. */
export const reportReceipt = defineSignal<[ChannelReceipt]>('reportReceipt');
export const readStatus = defineQuery<BoardStatus>('readStatus');
