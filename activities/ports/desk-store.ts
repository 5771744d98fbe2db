import type { BundleId } from '../../schemas/bundle.ts';
import type { EmergencyUse } from '../../schemas/desk.ts';
import type { FindingKey } from '../../schemas/finding.ts';
import type { Notice } from '../../schemas/notice.ts';
import type { Instant } from '../../schemas/text.ts';

/** What people made of the findings of one revision. */
export type Review = {
  answers: { finding: FindingKey; text: string; by: string; at: Instant }[];
  overrides: { finding: FindingKey; step: 'requested' | 'confirmed'; by: string; reason: string; at: Instant }[];
};

/** A use of the emergency lane as the rows have it; when its report is due follows from the calendar. */
export type EmergencyRows = Omit<EmergencyUse, 'reportDueAt' | 'problem' | 'state'>;

/** What people have in front of them, read from the rows. */
export interface DeskStore {
  review(of: { bundleId: BundleId; revision: number }): Promise<Review>;
  /** Bundles in which somebody may still have something to do, oldest first. */
  unfinished(): Promise<BundleId[]>;
  /** Of these bundles, oldest first. */
  notices(bundleIds: readonly BundleId[]): Promise<Notice[]>;
  /** Of one bundle, or declared in a year (Shanghai); oldest first. */
  emergencies(which: { bundleId: BundleId } | { year: number }): Promise<EmergencyRows[]>;
  /** The first report stays. */
  addEmergencyReport(bundleId: BundleId, report: { text: string; by: string }): Promise<void>;
}
