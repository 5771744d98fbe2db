import type { Manifest, ManifestItem } from '../../schemas/bundle.ts';
import type { Finding, FindingLocation } from '../../schemas/finding.ts';
import type { CodeEntry, RuleData } from '../../schemas/rules.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { DocumentModel } from '../documents/model.ts';
import type { Outline } from './outline.ts';

export type CheckedItem = { item: ManifestItem; model: DocumentModel };

/**
 * A bundle whose files have been read. `manifest` is null where a single document is checked by itself: rules about
 * the bundle as a whole then have nothing to say.
 */
export type CheckedBundle = {
  manifest: Manifest | null;
  items: CheckedItem[];
  policy: CheckedItem | null;
  plan: CheckedItem | null;
  materials: CheckedItem[];
  /** Structure of the policy document; null where it has none or could not be read. */
  outline: Outline | null;
};

/** A rule: one file, one table of examples. Pure: the same bundle and lists give the same findings. */
export type Rule = {
  codes: readonly CodeEntry[];
  check(bundle: CheckedBundle, data: RuleData): Finding[];
};

/** Where the words are that a finding is about. */
export type Place = FindingLocation;

export const finding = (
  entry: CodeEntry,
  item: string,
  location: Place,
  message: Bilingual,
  suggestion?: Bilingual,
): Finding => ({
  code: entry.code,
  gate: entry.gate,
  severity: entry.severity,
  item,
  location,
  message,
  source: entry.source,
  ...(suggestion && { suggestion }),
});

/** The day that decides which lists and which law hold: 成文日期. */
export const dayOf = (bundle: CheckedBundle): string =>
  bundle.manifest?.issuedOn ?? bundle.outline?.issuedOn ?? '9999-12-31';

/** Lists that hold on the document's day. */
export const effective = <L extends { effectiveFrom: string; effectiveUntil: string | null }>(
  lists: readonly L[],
  day: string,
): L[] =>
  lists.filter((list) => list.effectiveFrom <= day && (list.effectiveUntil === null || day <= list.effectiveUntil));

/** Parts whose words reach the public or decide what does: document, plan and materials, not the dossier. */
export const writings = (bundle: CheckedBundle): CheckedItem[] =>
  [bundle.policy, bundle.plan, ...bundle.materials, ...attachments(bundle)].filter((item) => item !== null);

const attachments = (bundle: CheckedBundle) => bundle.items.filter(({ item }) => item.role === 'attachment');
