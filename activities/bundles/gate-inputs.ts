import canonicalize from 'canonicalize';
import type { ManifestItem } from '../../schemas/bundle.ts';
import type { Finding, GateId } from '../../schemas/finding.ts';
import type { GateDefinition, SealedPart } from '../../schemas/gate.ts';
import type { SealedContent } from '../../schemas/seal.ts';
import type { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';

/** Which part of a seal an item belongs to: pictures stand apart from texts, since fewer gates depend on them. */
export const partOf = ({ role, mediaType }: Pick<ManifestItem, 'role' | 'mediaType'>): SealedPart =>
  mediaType.startsWith('image/') && (role === 'interpretation-material' || role === 'attachment') ? 'picture' : role;

/** Every part of a seal, with all of the sealed content that belongs to it. Nothing of a seal is in no part. */
export function partsOf(content: SealedContent): Record<SealedPart, unknown> {
  const { items, reviews, acts = [], channels: listed, variants: _, ...metadata } = content.manifest;
  const digests = new Map(content.parts.map(({ id, ...part }) => [id, part]));
  const ofPart = (part: SealedPart) =>
    items
      .filter((item) => partOf(item) === part)
      .map((item) => ({ ...item, sealed: digests.get(item.id) ?? null }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    'policy-document': ofPart('policy-document'),
    'interpretation-plan': ofPart('interpretation-plan'),
    'interpretation-material': ofPart('interpretation-material'),
    attachment: ofPart('attachment'),
    'supporting-document': ofPart('supporting-document'),
    picture: ofPart('picture'),
    metadata,
    reviews,
    acts,
    variants: content.variants,
    channels: { listed, chosen: content.channels },
    policy: content.policy,
  };
}

/**
 * What each gate's decision on this revision rests on, as one SHA-256 (RFC 8785): the parts that the gate depends on, the
 * rule set, and the findings that stood before the reviewer. Where it is the same in the next revision, the decision stands.
 */
export function gateInputs(
  content: SealedContent,
  gates: readonly GateDefinition[],
  findings: readonly Finding[],
): Record<GateId, Digest> {
  const parts = partsOf(content);
  return Object.fromEntries(
    gates.map(({ id, dependsOn }) => {
      const input = {
        gate: id,
        sealVersion: content.sealVersion,
        ruleSet: content.ruleSet,
        parts: Object.fromEntries(dependsOn.map((part) => [part, parts[part]])),
        findings: findings.filter(({ gate }) => gate === id),
      };
      return [id, digestOf(Buffer.from(canonicalize(input) ?? '', 'utf8'))];
    }),
  );
}
