import { z } from 'zod';
import { ItemId, PolicyKind } from '../../../schemas/bundle.ts';
import { Day } from '../../../schemas/text.ts';

/** catalogue.json of a released bundle: what lists (home page, sitemap) and other readers need without its pages. */
export const Catalogue = z.strictObject({
  catalogueVersion: z.literal(1),
  title: z.string().min(1),
  documentNumber: z.string().nullable(),
  issuingBody: z.string().min(1),
  issuedOn: Day,
  policyKind: PolicyKind,
  effectiveFrom: Day.nullable(),
  effectiveUntil: Day.nullable(),
  interpretations: z.array(z.strictObject({ item: ItemId, title: z.string(), form: z.string(), path: z.string() })),
});
export type Catalogue = z.infer<typeof Catalogue>;
