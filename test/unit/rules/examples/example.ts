import type { BundleDraft } from '../../../support/models.ts';

/** A change to the clean bundle, or a line of running text put into its document. */
export type Change = string | ((bundle: BundleDraft) => void);

/** What shows that a rule holds: changes that it must find, with the words at fault, and changes that it must leave alone. */
export type Example = {
  code: string;
  bad: { change: Change; item?: string; quote?: string }[];
  good: Change[];
};
