import type { BundleId } from '../../schemas/bundle.ts';
import type { ChangesAnswer, PartChange } from '../../schemas/revision-change.ts';
import type { Sealed } from '../releases/types.ts';

/** What revisions changed. The rows hold unreleased text, so they stay in the core. */
export interface ChangeStore {
  /** The revision that stood when this one was submitted; null for the first that was accepted. */
  acceptedBefore(sealed: Pick<Sealed, 'bundleId' | 'revision'>): Promise<number | null>;
  /** The first call decides. */
  addChange(sealed: Pick<Sealed, 'bundleId' | 'revision'>, fromRevision: number, changes: PartChange[]): Promise<void>;
  changes(bundleId: BundleId): Promise<ChangesAnswer['revisions']>;
}
