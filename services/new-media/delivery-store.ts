import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';
import type { PublishRecord, Submission, UploadLedger } from './wechat/ports.ts';
import type { Draft } from './wechat/prepare-draft.ts';

/** One release on one account. */
export type DeliveryRef = { releaseId: ReleaseId; bundleId: BundleId; account: string };

/** What this service knows of a delivery. Instants are of its database's clock; the first of each kind is kept. */
export type StoredDelivery = {
  draft: Draft | null;
  preparedAt: Instant | null;
  /** Before the publish call: from here on the draft may have become public. */
  intendedAt: Instant | null;
  submission: Submission | null;
  live: { articleId: string; url: string | null; at: Instant } | null;
  discardedAt: Instant | null;
  withdrawalAskedAt: Instant | null;
  withdrawnAt: Instant | null;
};

/** The service's own record. Every call may be repeated. */
export interface DeliveryStore {
  find(ref: DeliveryRef): Promise<StoredDelivery | undefined>;
  /**
   * Records the draft in place of `replaces`. Where another attempt was faster, or publishing has begun, the record stays
   * as it is: the caller compares the returned draft with its own.
   */
  prepared(ref: DeliveryRef, draft: Draft, replaces: Draft | null): Promise<StoredDelivery>;
  /** The intent and outcome of the one publish of this delivery. `intended` throws where a withdrawal was asked for. */
  publishRecord(ref: DeliveryRef): PublishRecord;
  live(ref: DeliveryRef, article: { articleId: string; url: string | null }): Promise<Instant>;
  verified(ref: DeliveryRef): Promise<Instant>;
  discarded(ref: DeliveryRef): Promise<Instant>;
  /** From its return on no publish of this delivery can begin, also where it was never prepared. */
  withdrawalAsked(ref: DeliveryRef, reason: string): Promise<StoredDelivery>;
  withdrawn(ref: DeliveryRef): Promise<Instant>;
  uploads(account: string): UploadLedger;
  /** For pictures that WeChat does not have any more: they are uploaded anew. */
  forgetUploads(account: string, digests: Digest[]): Promise<void>;
}
