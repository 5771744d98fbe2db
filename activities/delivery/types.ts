import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { Bilingual, Digest, Instant } from '../../schemas/text.ts';

/** One release on one channel. */
export type ChannelRef = { releaseId: ReleaseId; bundleId: BundleId; channel: Channel };

/** What the core ordered for it. References only, never text. */
export type DeliveryOrder = ChannelRef & {
  seal: Digest;
  objects: StagedObject[];
  /** Releases that this one acts on: it has to reach every account that got those. */
  actsOn: ReleaseId[];
};

/** 账号: one of the places that a channel publishes to, e.g. an official account. `name` is for people. */
export type Account = { id: string; name: string };

/**
 * One release on one account of a channel. All else is in the service's own record: a release to a thousand accounts
 * carries its objects once.
 */
export type AccountRef = ChannelRef & {
  account: string;
  /** Which try of the channel. What the provider refused in an earlier one may be tried again. */
  attempt: number;
};

export type PublishStep =
  | { state: 'running' }
  | { state: 'live'; at: Instant; url: string | null; detail: Bilingual }
  | { state: 'refused'; detail: Bilingual }
  /** It may have happened and nobody can say: a person has to look. Never repeated blindly. */
  | { state: 'unknown'; detail: Bilingual };

/** What readers of one account get now; `digests` only where all of it is as sealed. */
export type Finding = Pick<ChannelInspection, 'state' | 'digests' | 'detail'>;

/**
 * What a channel service does for its delivery workflows. Each keeps its own record (intended, confirmed) in its own
 * database, so a repeat after a crash finds out first and leaves one effect. A provider's final no is thrown as
 * `permanent('ChannelRefused', …)`; anything else that is thrown is tried again.
 */
export interface DeliveryActivities {
  /** Puts the order on record and says which accounts it is for; a repeat says the same. Refused once it was closed. */
  acceptOrder(order: DeliveryOrder): Promise<Account[]>;
  /** The accounts of an order. Where none is on record, all that the channel has: a record can be lost. */
  accountsOf(ref: ChannelRef): Promise<Account[]>;
  /** From its return on the order is not accepted any more; says which accounts are on record, none where it never came. */
  closeOrder(ref: ChannelRef): Promise<Account[]>;
  /** Makes the final object at the provider, invisible to readers. */
  prepareDelivery(ref: AccountRef): Promise<{ digests: Digest[]; at: Instant }>;
  /** Makes it public. `key` opens sealed staging (base64); channels that work inside the core ignore it. */
  publishDelivery(ref: AccountRef, key: string): Promise<PublishStep>;
  /** Asks the provider how a running publish stands. */
  pollDelivery(ref: AccountRef): Promise<PublishStep>;
  /** Reads the public result back and compares it with the sealed digests; throws `ChannelRefused` on a difference. */
  verifyDelivery(ref: AccountRef): Promise<{ digests: Digest[]; at: Instant; url: string | null; detail: Bilingual }>;
  /** Undoes `prepareDelivery`; succeeds where nothing is left. */
  discardDelivery(ref: AccountRef): Promise<{ at: Instant }>;
  /** Takes the published object back, or tells its recipients so. */
  withdrawDelivery(ref: AccountRef, reason: string): Promise<{ at: Instant; detail: Bilingual }>;
  /** Looks at what readers get, and changes nothing. */
  inspectDelivery(ref: AccountRef): Promise<Finding>;
}

/** What every delivery worker has besides: its way to the core. A repeat has the same event id. */
export interface AnsweringActivities {
  sendReceipt(receipt: ChannelReceipt): Promise<void>;
  sendInspection(inspection: ChannelInspection): Promise<void>;
  /**
   * Waits for the outcome of a publish: fails, and is tried again by Temporal, while it runs; with `known`, also while
   * nobody can say how it ended. So a wait of days costs no history.
   */
  awaitOutcome(ref: AccountRef, until: 'answered' | 'known'): Promise<Exclude<PublishStep, { state: 'running' }>>;
}
