import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { ReleaseId, ReleasePlan, ReleaseState, StagedObject } from '../../schemas/release.ts';
import type { Bilingual, Digest, Instant } from '../../schemas/text.ts';

/** One step of a bundle's life; `transition` numbers them from 0, so that a repeat is recognised. */
export type Transition = {
  bundleId: BundleId;
  revision: number;
  seal: Digest;
  transition: number;
  state: ReleaseState;
  /** A person's id, or `system`. */
  actorId: string;
  detail: string | null;
};

export type Sealed = { bundleId: BundleId; revision: number; seal: Digest };

export type CommitAnswer =
  | { outcome: 'committed'; committedAt: Instant }
  /** The database clock is not there yet. */
  | { outcome: 'early'; waitMs: number };

export type ReleaseOrder =
  | { type: 'release.prepare.v1'; channels: { channel: Channel; objects: StagedObject[] }[] }
  | { type: 'release.go.v1'; channels: Channel[]; committedAt: Instant }
  | { type: 'release.rolled-back.v1'; reason: string }
  | { type: 'release.withdrawn.v1'; reason: string };

/** What the policyRelease workflow calls. Every one may be repeated; the first effect stays. */
export interface ReleaseActivities {
  /** Stores a decision. @throws `GateNotOpen`, `NotAllowed`, `SealStale` where a row or constraint says otherwise. */
  recordDecision(sealed: Sealed, decision: GateDecision): Promise<{ decidedAt: Instant }>;
  recordTransition(transition: Transition): Promise<void>;
  /** Tells whoever must know. Fails, and is tried again, while Kafka is down. */
  announceTransition(transition: Transition): Promise<void>;
  /** End of each gate's clock, or why it cannot be told (a calendar year that was never imported). */
  gateDeadlines(
    gates: GateDefinition[],
    submittedAt: Instant,
  ): Promise<{ gate: string; dueAt: Instant | null; problem: Bilingual | null }[]>;
  /** Renders and seals what every channel will show. The first result stays: a repeat answers with it. */
  stageRelease(
    sealed: Sealed,
    channels: Channel[],
  ): Promise<{ releaseId: ReleaseId; channels: { channel: Channel; objects: StagedObject[] }[] }>;
  /** Keeps the leader's decision where the commit re-checks it; null takes it back (held). */
  savePlan(sealed: Sealed, plan: ReleasePlan | null): Promise<void>;
  /** One transaction: re-checks seal, gates, hold and the clock, then inserts the single release row. */
  commitRelease(sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer>;
  announceRelease(sealed: Sealed, releaseId: ReleaseId, order: ReleaseOrder): Promise<void>;
}
