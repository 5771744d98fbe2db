import type { BundleId } from '../../schemas/bundle.ts';
import type { ReadKind, ReadRecord } from '../../schemas/desk.ts';

/** What of a bundle is there to be read; `isPublic` where this revision is public already. */
export type Exposure = { bundleId: BundleId; revision: number; isPublic: boolean };

/** 知悉范围 (I24). */
export interface AccessStore {
  /** Bundles that are unknown are left out. */
  exposures(bundleIds: readonly BundleId[]): Promise<Exposure[]>;
  /** Adds what is not there yet of today (Shanghai, by the database clock); a repeat writes nothing. */
  record(personId: string, what: ReadKind, read: readonly Pick<Exposure, 'bundleId' | 'revision'>[]): Promise<void>;
  /** Oldest first. */
  of(bundleId: BundleId): Promise<ReadRecord[]>;
}
