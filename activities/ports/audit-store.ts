import type { AuditRow, ChainHead } from '../../schemas/audit.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { StoredEvidence } from '../../schemas/evidence.ts';
import type { Digest } from '../../schemas/text.ts';

/** A command that was turned down: who, what, why; its texts as digests. */
export type RefusedCommand = {
  actorId: string;
  bundleId: BundleId | null;
  /** Method and route, never an address with what somebody typed. */
  command: string;
  type: string;
  gate: string | null;
  /** The seal that the person acted on. */
  seal: Digest | null;
  /** Of an uploaded bundle, which is not stored. */
  bodySha256: Digest | null;
  /** Codes of the findings that stood against it. */
  codes: string[];
  message: { sha256: Digest; length: number };
};

/**
 * The audit chain of the core. State changes write their own rows, in their own transactions, by triggers of the
 * database; only what changes no row is recorded from here.
 */
export interface AuditStore {
  /** Rows with a `seq` above `after`, in order; of one bundle where it is named. */
  rows(page: { after: number; limit: number; bundleId?: BundleId | undefined }): Promise<AuditRow[]>;
  /** Null while the chain is empty. */
  head(): Promise<ChainHead | null>;
  recordRefusal(refused: RefusedCommand): Promise<void>;
  /** What the rows of a bundle say in full; null where there is no such bundle. */
  evidence(bundleId: BundleId): Promise<StoredEvidence | null>;
}
