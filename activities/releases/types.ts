import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { FindingKey, GateId } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { NoticeKind } from '../../schemas/notice.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type {
  Amendment,
  GroupId,
  ReleaseId,
  ReleasePlan,
  ReleaseState,
  StagedObject,
  Validity,
} from '../../schemas/release.ts';
import type { Bilingual, Day, Digest, Instant } from '../../schemas/text.ts';

/** One step of a bundle's life; `transition` numbers them from 0, so that a repeat is recognised. */
export type Transition = {
  bundleId: BundleId;
  revision: number;
  seal: Digest;
  transition: number;
  state: ReleaseState;
  /** A person's id, `bundle:<id>` (a 公告 acted), or `system`. */
  actorId: string;
  detail: string | null;
};

export type Sealed = { bundleId: BundleId; revision: number; seal: Digest };

/** A decision on an earlier revision that stands, since nothing that it rests on has changed. */
export type CarriedDecision = {
  gate: GateId;
  reviewerId: string;
  actingFor: string | null;
  reason: string | null;
  decidedAt: Instant;
  fromRevision: number;
};

/** One of the two steps by which an error finding may pass. */
export type Override = {
  finding: FindingKey;
  gate: GateId;
  step: 'requested' | 'confirmed';
  personId: string;
  reason: string;
};

/** The leader's decision, where the commit re-checks it. */
export type ArmedPlan = ReleasePlan & { armedBy: string; groupId: GroupId | null };

/** Moments of a gate's clock; all null where the calendar cannot tell them. */
export type GateClock = {
  gate: GateId;
  remindAt: Instant | null;
  dueAt: Instant | null;
  escalateAt: Instant | null;
  /** Null where it counts hours. */
  calendarVersion: number | null;
  problem: Bilingual | null;
};

/** `after`: how many transitions came before it, so that the same thing happening later is another notice. */
export type Notice = { kind: NoticeKind; gate: GateId | null; detail: Bilingual | null; after: number };

/** What a released bundle does to an earlier one; told to that one's workflow. */
export type ActOn = { target: BundleId; amendment: Amendment; reason: string };

/** Channels that go together, each with the try that it is ready with. */
export type Going = { channels: Channel[]; attempt: number };

/** What is told right behind the commit: the undoable channels go. `inGroup`: with other bundles. */
export type FirstWave = { going: Going[]; inGroup: boolean };

export type CommitAnswer =
  | { outcome: 'committed'; committedAt: Instant; t0: Instant }
  /** The database clock is not there yet. */
  | { outcome: 'early'; waitMs: number; t0: Instant };

/** `told` is false where nobody knows whether the undoable channels heard of it. */
export type ToldCommit =
  | { outcome: 'committed'; committedAt: Instant; told: boolean }
  | { outcome: 'early'; waitMs: number };

export type ReleaseOrder =
  | { type: 'release.prepare.v1'; channels: Channel[]; attempt: number }
  | { type: 'release.go.v1'; channels: Channel[]; committedAt: Instant; attempt: number }
  | { type: 'release.rolled-back.v1'; reason: string }
  | { type: 'release.withdrawn.v1'; reason: string; attempt: number }
  | { type: 'release.amended.v1'; amendment: Amendment; reason: string }
  | { type: 'release.validity.v1'; validity: Validity; since: Day };

/** What the policyRelease workflow calls. Every one may be repeated; the first effect stays. */
export interface ReleaseActivities {
  /** Stores a decision. @throws `GateNotOpen`, `NotAllowed`, `SealStale` where a row or constraint says otherwise. */
  recordDecision(sealed: Sealed, decision: GateDecision): Promise<{ decidedAt: Instant }>;
  /** Lets the decisions on `fromRevision` stand whose inputs are byte-identical, and tells which those are. */
  carryDecisions(sealed: Sealed, fromRevision: number): Promise<CarriedDecision[]>;
  /** @throws `NotAllowed` where one person would do both steps, or a drafter one of them. */
  recordOverride(sealed: Sealed, override: Override): Promise<void>;
  recordEmergency(sealed: Sealed, emergency: { reason: string; declaredBy: string }): Promise<{ at: Instant }>;
  /** Answers with the number that the row has. @throws `WrongPhase` for a workflow in whose place another was begun. */
  recordTransition(transition: Transition, begunAt: Instant | null): Promise<number>;
  /** Tells whoever must know. Fails, and is tried again, while Kafka is down. */
  announceTransitions(transitions: Transition[]): Promise<void>;
  /** 催办、升级、告警: keeps it where whoever must act sees it. */
  notify(sealed: Sealed, notice: Notice): Promise<void>;
  /** Clocks of the gates since `submittedAt`; from `emergencyAt` on the shortened ones. */
  gateClocks(gates: GateDefinition[], submittedAt: Instant, emergencyAt: Instant | null): Promise<GateClock[]>;
  /** Renders and seals what every channel will show. The first result stays: a repeat answers with it. */
  stageRelease(
    sealed: Sealed,
    channels: Channel[],
  ): Promise<{ releaseId: ReleaseId; channels: { channel: Channel; objects: StagedObject[] }[] }>;
  /**
   * Keeps the leader's decision where the commit re-checks it; null takes it back (held). Answers with the commit where
   * the row is there already (by another member of its group): then it is too late.
   */
  savePlan(sealed: Sealed, plan: ArmedPlan | null): Promise<{ committedAt: Instant | null }>;
  /**
   * Comes some seconds before T0, and waits for it by the database's clock; where that is further off it answers `early`.
   * Then one transaction re-checks seal, gates, findings, hold and the clock, of every member of a group, and inserts the
   * rows; and the undoable channels are told to go.
   */
  commitRelease(sealed: Sealed, releaseId: ReleaseId, first: FirstWave): Promise<ToldCommit>;
  /** Keeps what a person found out of a channel that could not say it itself. */
  recordReceipt(receipt: ChannelReceipt): Promise<void>;
  /** What this released bundle does to earlier ones. */
  actsOf(sealed: Sealed, releaseId: ReleaseId): Promise<ActOn[]>;
  recordAmendment(sealed: Sealed, releaseId: ReleaseId, amendment: Amendment): Promise<void>;
  recordValidity(sealed: Sealed, releaseId: ReleaseId, validity: Validity, since: Day): Promise<void>;
  announceRelease(sealed: Sealed, releaseId: ReleaseId, order: ReleaseOrder): Promise<void>;
}
