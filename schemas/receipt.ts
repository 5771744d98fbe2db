import { z } from 'zod';
import { BundleId, Channel } from './bundle.ts';
import { ReleaseId } from './release.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** 渠道回执: what a channel says of itself, with the digests it holds or shows. Evidence, never a guess. */
export const ChannelReceipt = z.strictObject({
  releaseId: ReleaseId,
  bundleId: BundleId,
  channel: Channel,
  state: z.enum(['ready', 'live', 'verified', 'refused', 'unknown', 'discarded', 'withdrawn', 'amended']),
  /** Which try of this channel speaks; what an earlier try says late is no news. */
  attempt: z.int().positive().default(1),
  /** Of `amended`: the release whose act the channel now shows beside this one. */
  about: ReleaseId.nullable().default(null),
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

/** What a channel finds when it looks at itself for `lockstep reconcile`; it changes nothing there. */
export const ChannelInspection = z.strictObject({
  inspectionId: z.uuid(),
  releaseId: ReleaseId,
  bundleId: BundleId,
  channel: Channel,
  state: z.enum([
    'absent', // nothing of it is there
    'staged', // there, and no reader sees it
    'public',
    'withdrawn', // a tombstone, or everybody who got it was told
    'unknown', // the provider does not say
  ]),
  at: Instant,
  /** Of the objects that readers get now. */
  digests: z.array(Digest),
  detail: Bilingual.nullable(),
});
export type ChannelInspection = z.infer<typeof ChannelInspection>;
