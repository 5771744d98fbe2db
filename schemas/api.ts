import { z } from 'zod';
import { AuditRow, ChainHead } from './audit.ts';
import { BundleId, Channel } from './bundle.ts';
import { permanentFailures } from './failures.ts';
import { Finding } from './finding.ts';
import { FindingAnswer } from './gate.ts';
import { ChannelReceipt } from './receipt.ts';
import { ReleasePolicy, ReleaseState, ReleaseStatus } from './release.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** Query of `POST /v1/bundles`; the body is the bundle as application/zip. */
export const SubmitQuery = z.strictObject({
  /** Comma-separated; leaves out channels that the manifest names. */
  channels: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(Channel).min(1))
    .optional(),
  policy: ReleasePolicy.default('publish-rest'),
});
export type SubmitQuery = z.infer<typeof SubmitQuery>;

export const SubmitAnswer = z.strictObject({
  bundleId: BundleId,
  revision: z.int().positive(),
  seal: Digest,
  state: ReleaseState,
  findings: z.array(Finding),
});
export type SubmitAnswer = z.infer<typeof SubmitAnswer>;

/** Body of `POST /v1/bundles/:bundleId/gates/:gate/sign`. The seal is the one that the reviewer saw. */
export const SignBody = z.strictObject({
  seal: Digest,
  opinion: z.string().max(4000).optional(),
  /** One for each `warning` finding of the gate. */
  answers: z.array(FindingAnswer).max(2000).optional(),
});
export type SignBody = z.infer<typeof SignBody>;

/** Body of `POST /v1/bundles/:bundleId/gates/:gate/return`. */
export const ReturnBody = z.strictObject({ seal: Digest, reason: z.string().trim().min(1).max(4000) });
export type ReturnBody = z.infer<typeof ReturnBody>;

/** Body of `POST /v1/bundles/:bundleId/arm`. */
export const ArmBody = z.strictObject({ seal: Digest, t0: Instant });
export type ArmBody = z.infer<typeof ArmBody>;

/** Body of `…/hold` and `…/withdraw`. */
export const ReasonBody = z.strictObject({ reason: z.string().trim().min(1).max(4000) });
export type ReasonBody = z.infer<typeof ReasonBody>;

/** Body of `…/resume`. A new instant is needed once the old one has passed; `alone` takes it out of its group 同批. */
export const ResumeBody = z.strictObject({ t0: Instant.optional(), alone: z.boolean().optional() });
export type ResumeBody = z.infer<typeof ResumeBody>;

/** Answer of `GET /v1/bundles`, newest first. */
export const BundlesAnswer = z.strictObject({ bundles: z.array(ReleaseStatus) });
export type BundlesAnswer = z.infer<typeof BundlesAnswer>;

/** Answer of `GET /v1/bundles/:bundleId/receipts`, oldest first. */
export const ReceiptsAnswer = z.strictObject({ receipts: z.array(ChannelReceipt) });
export type ReceiptsAnswer = z.infer<typeof ReceiptsAnswer>;

/** Query of `GET /v1/audit`: rows after this `seq`; of one bundle only, where it is named. */
export const AuditQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .default('0')
    .transform(Number),
  bundle: BundleId.optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** Answer of `GET /v1/audit`: one page, in order; `head` is of the whole chain. An empty page is the end. */
export const AuditAnswer = z.strictObject({ rows: z.array(AuditRow), head: ChainHead.nullable() });
export type AuditAnswer = z.infer<typeof AuditAnswer>;

export const ErrorType = z.union([
  z.enum(permanentFailures),
  z.enum(['BadRequest', 'NotFound', 'NotSignedIn', 'BundleUnreadable', 'DependencyDown', 'Internal']),
]);
export type ErrorType = z.infer<typeof ErrorType>;

/** Every refusal: what, where, how to mend; findings where rules said it. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    type: ErrorType,
    message: Bilingual,
    where: z.string().nullable(),
    mend: Bilingual.nullable(),
    findings: z.array(Finding),
  }),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
