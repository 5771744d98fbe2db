import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';
import type { PublishRecord, Submission, UploadLedger } from './wechat/ports.ts';
import type { Draft } from './wechat/prepare-draft.ts';

export type ReleaseRef = { releaseId: ReleaseId; bundleId: BundleId };
/** One release on one account, in one try of the channel. */
export type DeliveryRef = ReleaseRef & { account: string; attempt: number };

/** What this service knows of a delivery. Instants are of its database's clock; the first of each kind is kept. */
export type StoredDelivery = {
  draft: Draft | null;
  preparedAt: Instant | null;
  /** Before the publish call: from here on the draft may have become public. */
  intendedAt: Instant | null;
  /** The try that intended it. */
  attempt: number | null;
  submission: Submission | null;
  live: { articleId: string; url: string | null; at: Instant } | null;
  discardedAt: Instant | null;
  withdrawalAskedAt: Instant | null;
  withdrawnAt: Instant | null;
};

/** The service's own record. Every call may be repeated. */
export interface DeliveryStore {
  /** Records an order and its accounts. The first call decides; a repeat answers with what stands, a closed one with null. */
  accept(order: ReleaseRef & { objects: StagedObject[] }, accounts: string[]): Promise<{ accounts: string[] } | null>;
  /** Empty where no order was accepted. */
  accounts(releaseId: ReleaseId): Promise<string[]>;
  objects(releaseId: ReleaseId): Promise<StagedObject[]>;
  /** From its return on the order is not accepted any more. */
  close(ref: ReleaseRef): Promise<{ accounts: string[] }>;
  /** Accounts on which a post of one of these releases is public, as far as this service knows. */
  accountsWithPosts(releases: ReleaseId[]): Promise<string[]>;

  find(ref: DeliveryRef): Promise<StoredDelivery | undefined>;
  /**
   * Records the draft in place of `replaces`. Where another attempt was faster, or publishing has begun, the record stays
   * as it is: the caller compares the returned draft with its own.
   */
  prepared(ref: DeliveryRef, draft: Draft, replaces: Draft | null): Promise<StoredDelivery>;
  /** The intent and outcome of the publish of this delivery. `intended` throws where a withdrawal was asked for. */
  publishRecord(ref: DeliveryRef): PublishRecord;
  /** Nothing is public of what an earlier try published or had refused: intent and outcome are open again. */
  reopened(ref: DeliveryRef): Promise<StoredDelivery>;
  live(ref: DeliveryRef, article: { articleId: string; url: string | null }): Promise<Instant>;
  verified(ref: DeliveryRef): Promise<Instant>;
  /** From its return on no publish of this delivery can begin; null where one has begun. */
  discarded(ref: DeliveryRef): Promise<Instant | null>;
  /** From its return on no publish of this delivery can begin, also where it was never prepared. */
  withdrawalAsked(ref: DeliveryRef, reason: string): Promise<StoredDelivery>;
  withdrawn(ref: DeliveryRef): Promise<Instant>;
  uploads(account: string): UploadLedger;
  /** For pictures that WeChat does not have any more: they are uploaded anew. */
  forgetUploads(account: string, digests: Digest[]): Promise<void>;
}
