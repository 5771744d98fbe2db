import type { BundleId, Channel, Manifest } from '../../schemas/bundle.ts';
import type { Finding, GateId, Obligations } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition, GateState } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, GroupId, ReleaseId, ReleaseState, StagedObject, Validity } from '../../schemas/release.ts';
import type { SealedContent } from '../../schemas/seal.ts';
import type { Day, Digest, Instant } from '../../schemas/text.ts';
import type {
  ArmedPlan,
  CarriedDecision,
  CommitAnswer,
  Notice,
  Override,
  Sealed,
  Transition,
} from '../releases/types.ts';

export type Revision = Sealed & {
  content: SealedContent;
  gates: GateDefinition[];
  findings: Finding[];
  obligations: Obligations;
  /** What each gate's decision rests on (activities/bundles/gate-inputs.ts). */
  gateInputs: Record<GateId, Digest>;
  drafterId: string;
};

/** What every status tells of the document: a small part of a revision that may be long. */
export type Heading = Pick<Manifest, 'title' | 'issuedOn'>;

/** A revision as the rows have it before somebody decides: who drafted it so far, and who decided which of its gates. */
export type UnderReview = Heading & {
  revision: number;
  editors: string[];
  gates: Pick<GateState, 'gate' | 'name' | 'reviewerId' | 'actingFor'>[];
};

/** A release row: what is public, or was. */
export type Release = Sealed & { releaseId: ReleaseId; t0: Instant; committedAt: Instant; groupId: GroupId | null };

export type Staging = {
  releaseId: ReleaseId;
  key: Uint8Array;
  channels: { channel: Channel; objects: StagedObject[] }[];
};

/** The rows of the core. Every writer may be repeated: the first effect stays and is answered again. */
export interface CoreStore {
  /** Gives the revision its number; the same seal of the same bundle keeps the number it has. */
  addRevision(revision: Omit<Revision, 'revision'>): Promise<number>;
  revision(sealed: Pick<Sealed, 'bundleId' | 'revision'>): Promise<Revision | null>;
  heading(sealed: Pick<Sealed, 'bundleId' | 'revision'>): Promise<Heading | null>;
  /** What the checks found in the revision with this seal; null where there is none. */
  findings(sealed: Pick<Sealed, 'bundleId' | 'seal'>): Promise<Finding[] | null>;
  bundleIds(): Promise<BundleId[]>;
  /** Everybody who drafted this revision or an earlier one. */
  editors(sealed: Pick<Sealed, 'bundleId' | 'revision'>): Promise<string[]>;
  /** The revision with this seal, in one look; null where there is none. */
  underReview(sealed: Pick<Sealed, 'bundleId' | 'seal'>): Promise<UnderReview | null>;
  /** @throws `GateNotOpen`, `NotAllowed` or `SealStale` where a row or constraint stands against it. */
  addDecision(sealed: Sealed, decision: GateDecision): Promise<{ decidedAt: Instant }>;
  /** Copies the signatures of `fromRevision` whose input is the same, where nobody has decided anew. */
  carryDecisions(sealed: Sealed, fromRevision: number): Promise<CarriedDecision[]>;
  /** @throws `NotAllowed`, `WrongPhase`. */
  addOverride(sealed: Sealed, override: Override): Promise<void>;
  addEmergency(sealed: Sealed, emergency: { reason: string; declaredBy: string }): Promise<{ at: Instant }>;
  addNotice(noticeId: string, sealed: Sealed, notice: Notice): Promise<void>;
  /**
   * Answers with the number that the transition has. That is its own; or a later one, where a workflow task that was lost
   * had written another transition under it: what was once recorded stays, and what became of the bundle comes behind it.
   * @throws `WrongPhase` where another workflow was begun anew than the one of `begunAt`, null for the first.
   */
  addTransition(transition: Transition, begunAt?: Instant | null): Promise<number>;
  staging(sealed: Sealed): Promise<Staging | null>;
  addStaging(sealed: Sealed, staging: Staging): Promise<Staging>;
  savePlan(sealed: Sealed, plan: ArmedPlan | null): Promise<{ committedAt: Instant | null }>;
  /** 同批: the bundles that commit together or not at all. A repeat with the same members changes nothing. */
  formGroup(groupId: GroupId, members: BundleId[], leaderId: string): Promise<void>;
  /** Inserts the release rows of the bundle and its group, at or after T0 by the database clock, or none of them. */
  commit(sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer>;
  /** Oldest first; one a released revision. */
  releases(bundleId: BundleId): Promise<Release[]>;
  /** Releases of one group, this one included; empty where it went alone. */
  groupOf(releaseId: ReleaseId): Promise<ReleaseId[]>;
  addAmendment(sealed: Sealed, releaseId: ReleaseId, amendment: Amendment): Promise<void>;
  /** Oldest first. */
  amendments(releaseId: ReleaseId): Promise<Amendment[]>;
  /** The state that the bundle's last transition entered; null where it has none. */
  lastState(bundleId: BundleId): Promise<ReleaseState | null>;
  addValidity(sealed: Sealed, releaseId: ReleaseId, validity: Validity, since: Day): Promise<void>;
  receipts(bundleId: BundleId): Promise<ChannelReceipt[]>;
  /** Stores a receipt once per event id. */
  addReceipt(eventId: string, receipt: ChannelReceipt): Promise<void>;
  /** Clock of the database, which decides what is early. */
  now(): Promise<Instant>;
}
