import { z } from 'zod';
import { BundleId, Channel } from './bundle.ts';
import { ReleaseId } from './release.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** 渠道回执: what a channel says of itself, with the digests it holds or shows. Evidence, never a guess. */
export const ChannelReceipt = z.strictObject({
  releaseId: ReleaseId,
  bundleId: BundleId,
  channel: Channel,
  state: z.enum(['ready', 'live', 'verified', 'refused', 'unknown', 'discarded', 'withdrawn']),
  /** By the channel's own clock (its database's, where it has one). */
  at: Instant,
  /** Digests of the plain objects that are ready, live or were read back. */
  digests: z.array(Digest),
  /** Public address, once there is one. */
  url: z.url().nullable(),
  /** Why a channel refuses or does not know; for `live` and `verified` the evidence (ids given by the provider). */
  detail: Bilingual.nullable(),
});
export type ChannelReceipt = z.infer<typeof ChannelReceipt>;
