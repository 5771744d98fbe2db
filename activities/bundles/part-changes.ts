import canonicalize from 'canonicalize';
import type { ManifestItem } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import { type GateDefinition, SealedPart } from '../../schemas/gate.ts';
import type { PartChange } from '../../schemas/revision-change.ts';
import type { SealedContent } from '../../schemas/seal.ts';
import { partOf, partsOf } from './gate-inputs.ts';
import { wordDiff } from './word-diff.ts';

/** Paragraphs of an item of one of the two revisions; empty where it has no text. */
export type TextOf = (content: SealedContent, item: ManifestItem) => Promise<string[]>;

const itemParts: readonly SealedPart[] = [
  'policy-document',
  'interpretation-plan',
  'interpretation-material',
  'attachment',
  'supporting-document',
  'picture',
];

/**
 * 作废依据: what a new revision changed, part by part and word by word, and which gates fall by it. `textOf` is asked for
 * changed items only.
 */
export async function partChanges(
  before: SealedContent,
  after: SealedContent,
  gates: readonly GateDefinition[],
  textOf: TextOf,
): Promise<PartChange[]> {
  const dependents = (part: SealedPart) =>
    gates.filter(({ dependsOn }) => dependsOn.includes(part)).map(({ id }) => id);
  const changes: PartChange[] = [];
  const ids = new Set([...before.manifest.items, ...after.manifest.items].map(({ id }) => id));
  for (const id of [...ids].sort()) {
    const [old, now] = [sealedItem(before, id), sealedItem(after, id)];
    if (canonicalize(old) === canonicalize(now)) continue;
    const item = now?.item ?? old?.item;
    if (!item) continue;
    const texts = [old ? await textOf(before, old.item) : [], now ? await textOf(after, now.item) : []] as const;
    const fields = [old, now].map((each) => (each ? linesOf(withoutBytes(each.item)) : []));
    const parts = new Set([old, now].flatMap((each) => (each ? [partOf(each.item)] : [])));
    changes.push({
      part: partOf(item),
      item: id,
      kind: !old ? 'added' : !now ? 'removed' : 'changed',
      hunks: differing([...texts[0], ...(fields[0] ?? [])], [...texts[1], ...(fields[1] ?? [])]),
      voids: [...new Set([...parts].flatMap(dependents))],
    });
  }
  const [oldParts, newParts] = [partsOf(before), partsOf(after)];
  for (const part of SealedPart.options.filter((each) => !itemParts.includes(each))) {
    if (canonicalize(oldParts[part]) === canonicalize(newParts[part])) continue;
    const hunks = differing(linesOf(oldParts[part]), linesOf(newParts[part]));
    changes.push({ part, item: null, kind: 'changed', hunks, voids: dependents(part) });
  }
  return changes;
}

type Checked = { content: SealedContent; findings: readonly Finding[] };

/**
 * What voids a decision although none of its parts changed: another rule set, or other findings. Only of gates that `parts` says
 * nothing of: where the text changed, that its findings did too is no news.
 */
export function checkChanges(
  before: Checked,
  after: Checked,
  gates: readonly GateDefinition[],
  parts: readonly PartChange[],
): PartChange[] {
  const left = gates.map(({ id }) => id).filter((id) => !parts.some(({ voids }) => voids.includes(id)));
  const findingsOf = ({ findings }: Checked, id: string) => findings.filter(({ gate }) => gate === id);
  const others = left.filter((id) => canonicalize(findingsOf(before, id)) !== canonicalize(findingsOf(after, id)));
  const lines = (checked: Checked) =>
    others.flatMap((id) => findingsOf(checked, id).map(({ code, item, message }) => `${code} ${item}: ${message.zh}`));
  const changed = { item: null, kind: 'changed' } as const;
  const [old, now] = [before.content.ruleSet, after.content.ruleSet];
  return [
    ...(old === now ? [] : [{ part: 'rule-set' as const, ...changed, hunks: differing([old], [now]), voids: left }]),
    ...(others.length === 0
      ? []
      : [{ part: 'findings' as const, ...changed, hunks: differing(lines(before), lines(after)), voids: others }]),
  ];
}

function sealedItem({ manifest, parts }: SealedContent, id: string) {
  const item = manifest.items.find((each) => each.id === id);
  return item && { item, part: parts.find((each) => each.id === id) };
}

/** Name, role and form of an item are changes too; its digest and length only say that there was one. */
const withoutBytes = ({ sha256: _, bytes: __, ...item }: ManifestItem) => item;

const differing = (before: string[], after: string[]) => {
  const hunks = wordDiff(before, after);
  return hunks.some(({ op }) => op !== 'same') ? hunks : [];
};

/** A value as lines `path: value`, so that a change of one field is a change of one line. */
function linesOf(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [`${path}: ${value}`];
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, member]) => linesOf(member, path ? `${path}.${key}` : key));
}
