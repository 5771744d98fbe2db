import { z } from 'zod';
import { Channel, Manifest, Variants } from './bundle.ts';
import { ReleasePolicy } from './release.ts';
import { Digest } from './text.ts';

/**
 * What a seal 封签 is computed over: SHA-256 of the RFC 8785 canonical JSON of this object. It lists every part by
 * the digest of its bytes, and all that decides what a channel will show.
 */
export const SealedContent = z.strictObject({
  sealVersion: z.literal(1),
  /** The manifest without `plannedReleaseAt`: when is the leader's decision at arming, not the reviewers'. */
  manifest: Manifest.omit({ plannedReleaseAt: true }),
  parts: z.array(z.strictObject({ id: z.string(), sha256: Digest, bytes: z.int().nonnegative() })),
  /** Complete: as submitted, or as the system proposed. */
  variants: Variants,
  /** Sorted; the channels that this release goes to. */
  channels: z.array(Channel).min(1),
  policy: ReleasePolicy,
  ruleSet: z.string().min(1),
});
export type SealedContent = z.infer<typeof SealedContent>;
