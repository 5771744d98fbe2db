import { z } from 'zod';
import { Bilingual, Digest } from './text.ts';

/** Gate ids come from gates.yaml of the running bundle; `political`, `legal`, `secrecy`, `wording` by default. */
export const GateId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'Expected a gate id such as legal');
export type GateId = z.infer<typeof GateId>;

export const Severity = z.enum(['error', 'warning', 'info']);
export type Severity = z.infer<typeof Severity>;

/** Where a finding is: the kind of place, the paragraph (0-based), the character range in it, and the words there. */
export const FindingLocation = z.strictObject({
  /** `body`, `table`, `header`, `footer`, `footnote`, `text-box`, `comment`, `hidden-text`, `manifest`, `file`, … */
  where: z.string().min(1),
  paragraph: z.int().nonnegative().optional(),
  start: z.int().nonnegative().optional(),
  end: z.int().nonnegative().optional(),
  /** The words at fault; empty where something is missing. */
  quote: z.string(),
});
export type FindingLocation = z.infer<typeof FindingLocation>;

/** Names one finding of a revision: its code, and 8 digits that follow from where it is (see finding-key.ts). */
export const FindingKey = z
  .string()
  .regex(/^[A-Z]{3,8}(-[A-Z0-9]+)+\.[0-9a-f]{8}$/, 'Expected CODE.8 hexadecimal digits');
export type FindingKey = z.infer<typeof FindingKey>;

/** 检查意见: what a rule noticed. `intake` findings are checked before the gates open. */
export const Finding = z.strictObject({
  code: z.string().regex(/^[A-Z]{3,8}(-[A-Z0-9]+)+$/),
  gate: z.union([z.literal('intake'), GateId]),
  severity: Severity,
  /** An item id, or `manifest`, or `bundle`. */
  item: z.string().min(1),
  location: FindingLocation,
  message: Bilingual,
  /** The rule's source, e.g. 国办发〔2018〕115号. */
  source: z.string().min(1),
  /** How to mend it. */
  suggestion: Bilingual.optional(),
});
export type Finding = z.infer<typeof Finding>;

export const CheckOutcome = z.enum(['clean', 'findings', 'sanitised', 'rejected']);
export type CheckOutcome = z.infer<typeof CheckOutcome>;

/** What the findings of a revision ask of its reviewers: errors stand against a signature, warnings need an answer. */
export const Obligations = z.strictObject({
  errors: z.array(
    z.strictObject({
      gate: GateId,
      finding: FindingKey,
      /** A second person may let it pass, with a reason (RELIABILITY I23); never a 密级 mark. */
      overridable: z.boolean(),
    }),
  ),
  warnings: z.array(z.strictObject({ gate: GateId, finding: FindingKey })),
});
export type Obligations = z.infer<typeof Obligations>;

/** Answer of `lockstep check --json`; `seal` is null where the bundle could not be sealed (rejected). */
export const CheckResult = z.strictObject({
  seal: Digest.nullable(),
  outcome: CheckOutcome,
  findings: z.array(Finding),
});
export type CheckResult = z.infer<typeof CheckResult>;
