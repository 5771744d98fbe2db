import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { FindingKey, Obligations } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, BoardStatus, GroupId, ReleaseGroup, ReleasePolicy } from '../../schemas/release.ts';
import type { Day, Digest, Instant } from '../../schemas/text.ts';
import type { Board } from './board.ts';

/** One workflow per bundle carries it from submission to release, and waits there for whatever becomes of it. */
export const policyReleaseId = (bundleId: BundleId) => `bundle-${bundleId}`;

export type PolicyReleaseInput = {
  bundleId: BundleId;
  lateWindowMs: number;
  /** What `reconcile` knows from the rows, where the workflow itself was lost. */
  restored?: Restored;
};
/** `begunAt`: what tells its steps from those of the workflow before it. */
export type Restored = { board: Board; transitions: number; begunAt?: Instant };

/** 送审: a frozen revision whose rows are stored. What the workflow needs of it, without a word of its text (I24). */
export type Submission = {
  revision: number;
  seal: Digest;
  documentNumber: string | null;
  drafterId: string;
  /** Everybody who drafted this revision or an earlier one. */
  editors: string[];
  /** Frozen with the revision: a change of gates.yaml does not touch a bundle that runs. */
  gates: GateDefinition[];
  channels: { channel: Channel; wave: number }[];
  policy: ReleasePolicy;
  interpretationPlans: number;
  interpretationMaterials: number;
  /** 发布公告: acts on released bundles, and interprets nothing. */
  isNotice: boolean;
  /** How many released bundles it acts on. */
  acts: number;
  obligations: Obligations;
  effectiveFrom: Day | null;
  effectiveUntil: Day | null;
  /** 即将失效 begins so many days before the last one. */
  expiringDays: number;
};

/** Who holds or withdraws, and why. */
export type Intervention = { reason: string; actorId: string };
/** `group`: with whom it goes from now on, null for nobody; absent, as before it was held. */
export type Resumption = { t0: Instant | null; actorId: string; group?: ReleaseGroup | null };
export type Arming = { seal: Digest; t0: Instant; leaderId: string; group: ReleaseGroup | null };
export type Overriding = { finding: FindingKey; seal: Digest; reason: string; actorId: string };
/** `lost`: `reconcile` found that readers no longer get what the channel had shown. */
export type Retry = { channel: Channel; actorId: string; lost?: true };
/** 人工核实: what a person saw at a channel that could not say it itself. */
export type Settlement = {
  channel: Channel;
  state: 'verified' | 'refused' | 'withdrawn';
  evidence: string;
  actorId: string;
};
/** `asks`: whoever says it waits for the same from the other; an answer asks nothing, or two would answer each other for ever. */
export type PeerReport = { groupId: GroupId; bundleId: BundleId; whole: boolean | null; asks: boolean };
export type AmendmentNews = { amendment: Amendment; reason: string };

// Updates: a person waits for the answer. Each answers with the board as it is afterwards.
export const submit = defineUpdate<BoardStatus, [Submission]>('submit');
export const signGate = defineUpdate<BoardStatus, [GateDecision]>('signGate');
export const returnGate = defineUpdate<BoardStatus, [GateDecision]>('returnGate');
export const requestOverride = defineUpdate<BoardStatus, [Overriding]>('requestOverride');
export const confirmOverride = defineUpdate<BoardStatus, [Overriding]>('confirmOverride');
export const declareEmergency = defineUpdate<BoardStatus, [Intervention]>('declareEmergency');
export const arm = defineUpdate<BoardStatus, [Arming]>('arm');
export const hold = defineUpdate<BoardStatus, [Intervention]>('hold');
export const resume = defineUpdate<BoardStatus, [Resumption]>('resume');
export const withdraw = defineUpdate<BoardStatus, [Intervention]>('withdraw');
/** 补偿: the second person confirms that everything is withdrawn because a channel failed. */
export const compensate = defineUpdate<BoardStatus, [Intervention]>('compensate');
export const retryChannel = defineUpdate<BoardStatus, [Retry]>('retryChannel');
export const settleChannel = defineUpdate<BoardStatus, [Settlement]>('settleChannel');
/** A channel reports a fact; repeats and late reports are harmless. */
export const reportReceipt = defineSignal<[ChannelReceipt]>('reportReceipt');
/** 同批: whether another member's undoable channels are public and were read back. */
export const reportPeer = defineSignal<[PeerReport]>('reportPeer');
/** A released bundle acts on this one. */
export const amend = defineSignal<[AmendmentNews]>('amend');
export const readStatus = defineQuery<BoardStatus>('readStatus');
