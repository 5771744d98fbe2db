import type { BundleId } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, GroupId, ReleaseGroup, ReleaseId, ReleaseState, Validity } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';
import type { ActOn, Override, Sealed, Transition } from '../releases/types.ts';
import type { Release, Revision, Staging } from './core-store.ts';

/** All that the rows say of one bundle, from one snapshot. */
export type BundleRows = {
  bundleId: BundleId;
  /** The newest revision that its workflow accepted; null where it accepted none. */
  revision: Revision | null;
  /** Every one that is kept, also one that it has not accepted yet, or never did. */
  revisions: Sealed[];
  editors: string[];
  submittedAt: Instant | null;
  /** Of that revision. */
  decisions: (GateDecision & { decidedAt: Instant; carriedFrom: number | null })[];
  overrides: Override[];
  emergency: { declaredBy: string; at: Instant } | null;
  staging: Staging | null;
  plan: { t0: Instant; armedBy: string | null; groupId: GroupId | null } | null;
  group: ReleaseGroup | null;
  release: Release | null;
  /** Of every revision that was ever committed. */
  releaseIds: ReleaseId[];
  /** In the order in which they came. */
  receipts: ChannelReceipt[];
  amendments: Amendment[];
  validity: Validity | null;
  transitions: number;
  last: { state: ReleaseState; actorId: string; detail: string | null } | null;
};

/** What the log of orders says of one release. */
export type LoggedRelease = {
  bundleId: BundleId;
  releaseId: ReleaseId;
  /** Null where only its end is in the log. */
  seal: Digest | null;
  channels: Staging['channels'];
  /** AES-256-GCM key, base64; null where it was not told to go. */
  key: string | null;
  /** Of a group one commit is that of all: the go of one member tells it of the others. */
  committedAt: Instant | null;
  /** 同批; null where it went alone, or the log has lost a member. */
  group: ReleaseGroup | null;
  /** What later bundles did to it. */
  acts: Pick<ActOn, 'amendment' | 'reason'>[];
  /** Why; null where it was not. */
  rolledBack: string | null;
  withdrawn: string | null;
};

/** What `lockstep reconcile` reads and writes besides what the workflow does. */
export interface RepairStore {
  bundleIds(): Promise<BundleId[]>;
  rows(bundleId: BundleId): Promise<BundleRows>;
  /**
   * From now on no workflow of the bundle writes a transition but the one that is begun with this instant: what one that
   * was lost or ended has under way is written before this answers, or never.
   */
  beginAnew(bundleId: BundleId): Promise<Instant>;
  /** Every transition of a bundle, in order. */
  history(bundleId: BundleId): Promise<Transition[]>;
  addInspection(eventId: string, inspection: ChannelInspection): Promise<void>;
  inspections(inspectionId: string): Promise<ChannelInspection[]>;
  /**
   * Takes a commit over, with its group and what was staged for it, that the log knows and the rows have lost (a restored
   * database). False where the revision is lost too, or nobody has its key. A repeat changes nothing.
   */
  adoptRelease(logged: LoggedRelease): Promise<boolean>;
  /** The mark of a restore that nobody has cleared. */
  restored(): Promise<{ restoredAt: Instant; backupAt: Instant } | null>;
  clearRestored(personId: string): Promise<number>;
}
