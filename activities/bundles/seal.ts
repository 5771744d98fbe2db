import canonicalize from 'canonicalize';
import type { Channel, Manifest } from '../../schemas/bundle.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import type { SealedContent } from '../../schemas/seal.ts';
import type { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';
import { completeVariants } from './variants.ts';

export type SealInput = {
  manifest: Manifest;
  /** Digest and length of the bytes that were really read. */
  parts: { id: string; sha256: Digest; bytes: number }[];
  channels: Channel[];
  policy: ReleasePolicy;
  ruleSet: string;
};

/** What is sealed. The order in which parts and channels were given does not matter. */
export function sealedContent({ manifest, parts, channels, policy, ruleSet }: SealInput): SealedContent {
  const { plannedReleaseAt: _, ...signed } = manifest;
  return {
    sealVersion: 1,
    manifest: signed,
    parts: parts
      .map(({ id, sha256, bytes }) => ({ id, sha256, bytes }))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    variants: completeVariants(manifest),
    channels: [...new Set(channels)].sort(),
    policy,
    ruleSet,
  };
}

/** 封签: SHA-256 over the RFC 8785 canonical JSON. One changed byte anywhere gives another seal. */
export function sealOf(content: SealedContent): Digest {
  const canonical = canonicalize(content);
  if (canonical === undefined) throw new TypeError('Sealed content has no canonical JSON');
  return digestOf(Buffer.from(canonical, 'utf8'));
}
