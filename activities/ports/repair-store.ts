import type { BundleId } from '../../schemas/bundle.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, GroupId, ReleaseGroup, ReleaseId, ReleaseState, Validity } from '../../schemas/release.ts';
import type { Instant } from '../../schemas/text.ts';
import type { Override } from '../releases/types.ts';
import type { Release, Revision, Staging } from './core-store.ts';

/** All that the rows say of one bundle, from one snapshot. */
export type BundleRows = {
  bundleId: BundleId;
  /** The newest revision that its workflow accepted; null where it accepted none. */
  revision: Revision | null;
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
  /** In the order in which they came. */
  receipts: ChannelReceipt[];
  amendments: Amendment[];
  validity: Validity | null;
  transitions: number;
  last: { state: ReleaseState; actorId: string; detail: string | null } | null;
};

/** What `lockstep reconcile` reads and writes besides what the workflow does. */
export interface RepairStore {
  bundleIds(): Promise<BundleId[]>;
  rows(bundleId: BundleId): Promise<BundleRows>;
  addInspection(eventId: string, inspection: ChannelInspection): Promise<void>;
  inspections(inspectionId: string): Promise<ChannelInspection[]>;
  /**
   * Takes a commit over that the log knows and the rows have lost (a restored database). False where the revision or its
   * staging is lost too.
   */
  adoptRelease(releaseId: ReleaseId, committedAt: Instant): Promise<boolean>;
  /** The mark of a restore that nobody has cleared. */
  restored(): Promise<{ restoredAt: Instant; backupAt: Instant } | null>;
  clearRestored(personId: string): Promise<number>;
}
