import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { Bilingual, Digest, Instant } from '../../schemas/text.ts';

/** One release on one account of one channel: what a delivery workflow works on. References only, never text. */
export type DeliveryOrder = {
  releaseId: ReleaseId;
  bundleId: BundleId;
  seal: Digest;
  channel: Channel;
  account: string;
  objects: StagedObject[];
};

export type PublishStep =
  | { state: 'running' }
  | { state: 'live'; at: Instant; url: string | null; detail: Bilingual }
  | { state: 'refused'; detail: Bilingual }
  /** It may have happened and nobody can say: a person has to look. Never repeated blindly. */
  | { state: 'unknown'; detail: Bilingual };

/**
 * What a channel service does for its delivery workflow. Each keeps its own record (intended, confirmed) in its own
 * database, so a repeat after a crash finds out first and leaves one effect. A provider's final no is thrown as
 * `permanent('ChannelRefused', …)`; anything else that is thrown is tried again.
 */
export interface DeliveryActivities {
  /** Makes the final object at the provider, invisible to readers. */
  prepareDelivery(order: DeliveryOrder): Promise<{ digests: Digest[]; at: Instant }>;
  /** Makes it public. `key` opens sealed staging (base64); channels that work inside the core ignore it. */
  publishDelivery(order: DeliveryOrder, key: string): Promise<PublishStep>;
  /** Asks the provider how a running publish stands. */
  pollDelivery(order: DeliveryOrder): Promise<PublishStep>;
  /** Reads the public result back and compares it with the sealed digests; throws `ChannelRefused` on a difference. */
  verifyDelivery(
    order: DeliveryOrder,
  ): Promise<{ digests: Digest[]; at: Instant; url: string | null; detail: Bilingual }>;
  /** Undoes `prepareDelivery`; succeeds where nothing is left. */
  discardDelivery(order: DeliveryOrder): Promise<{ at: Instant }>;
  /** Takes the published object back, or tells its recipients so; `null` order details come from the service's own record. */
  withdrawDelivery(
    order: Omit<DeliveryOrder, 'objects' | 'seal'>,
    reason: string,
  ): Promise<{ at: Instant; detail: Bilingual }>;
  /** Announces a receipt; a repeat has the same event id. */
  sendReceipt(receipt: ChannelReceipt): Promise<void>;
}
