import { z } from 'zod';
import { BundleId, ItemId } from './bundle.ts';
import { GateId } from './finding.ts';
import { SealedPart } from './gate.ts';
import { Instant } from './text.ts';

/** A run of words that both revisions have, or only one; `…` stands for a longer run that both have. */
export const Hunk = z.strictObject({ op: z.enum(['same', 'added', 'removed']), text: z.string() });
export type Hunk = z.infer<typeof Hunk>;

/** A part of a seal; or what the checks said, which a decision rests on as well. */
export const ChangedPart = z.enum([...SealedPart.options, 'rule-set', 'findings']);
export type ChangedPart = z.infer<typeof ChangedPart>;

/** What a new revision changed in one item or one other part of what is sealed, word by word. */
export const PartChange = z.strictObject({
  part: ChangedPart,
  /** Null where the part is no item: metadata, channels, … */
  item: ItemId.nullable(),
  kind: z.enum(['added', 'removed', 'changed']),
  /** Empty where the bytes changed and no text did (a picture, a style). */
  hunks: z.array(Hunk),
  /** Gates that depend on this part, so that their decision fell by it. */
  voids: z.array(GateId),
});
export type PartChange = z.infer<typeof PartChange>;

/** Answer of `GET /v1/bundles/:bundleId/changes`, oldest revision first. */
export const ChangesAnswer = z.strictObject({
  bundleId: BundleId,
  revisions: z.array(
    z.strictObject({
      revision: z.int().positive(),
      fromRevision: z.int().positive(),
      at: Instant,
      changes: z.array(PartChange),
      /** Decisions on `fromRevision` that stand on `revision`, and those that fell. */
      kept: z.array(GateId),
      fell: z.array(GateId),
    }),
  ),
});
export type ChangesAnswer = z.infer<typeof ChangesAnswer>;
