import { z } from 'zod';
import { BundleId, Channel } from './bundle.ts';
import { ChannelInspection } from './receipt.ts';
import { ReleaseId, ReleaseState } from './release.ts';
import { Bilingual, Instant } from './text.ts';

/** 偏差: where the rows, the workflow, the log and a channel do not say the same. */
export const DriftKind = z.enum([
  'workflow-lost', // the rows have a bundle that no workflow carries
  'workflow-differs', // the workflow is not where the rows are; the rows win
  'log-ahead', // the log has an order or a receipt that the rows have lost (a restored database)
  'not-public', // released, and readers do not get it
  'altered', // readers get something else than what was sealed, or than the channel said
  'leaked', // readers get what is not released
  'still-public', // withdrawn, and readers still get it
  'unanswered', // the channel did not say
]);
export type DriftKind = z.infer<typeof DriftKind>;

export const Drift = z.strictObject({
  kind: DriftKind,
  bundleId: BundleId,
  releaseId: ReleaseId.nullable(),
  channel: Channel.nullable(),
  message: Bilingual,
  /** What `--repair` does about it; null where a person has to decide. */
  repair: z.enum(['rebuild', 'adopt', 're-present', 'withdraw-again']).nullable(),
});
export type Drift = z.infer<typeof Drift>;

/** Body of `POST /v1/reconcile`. */
export const ReconcileBody = z.strictObject({ repair: z.boolean().default(false) });
export type ReconcileBody = z.infer<typeof ReconcileBody>;

/** Answer of `POST /v1/reconcile`: what can be said at once; the channels answer under this id. */
export const ReconcileStarted = z.strictObject({
  inspectionId: z.uuid(),
  bundles: z.int().nonnegative(),
  /** Channels that were asked. */
  asked: z.int().nonnegative(),
  drifts: z.array(Drift),
  /** Repairs that were carried out. */
  repaired: z.array(Drift),
});
export type ReconcileStarted = z.infer<typeof ReconcileStarted>;

/** Answer of `GET /v1/reconcile/:inspectionId`, and of `POST …/repair`. */
export const ReconcileAnswer = z.strictObject({
  inspectionId: z.uuid(),
  asked: z.int().nonnegative(),
  answered: z.int().nonnegative(),
  drifts: z.array(Drift),
  repaired: z.array(Drift),
  /** What each release should be and was found to be. */
  channels: z.array(
    z.strictObject({
      bundleId: BundleId,
      releaseId: ReleaseId,
      state: ReleaseState,
      channel: Channel,
      expected: z.enum(['staged', 'public', 'withdrawn', 'absent']),
      found: ChannelInspection.shape.state.nullable(),
    }),
  ),
  /** 发布关闭 since a restore, until somebody clears it; null where releases go out. */
  restored: z.strictObject({ restoredAt: Instant, backupAt: Instant }).nullable(),
});
export type ReconcileAnswer = z.infer<typeof ReconcileAnswer>;

/** `lockstep reconcile --json`. */
export const CliReconciled = ReconcileAnswer.extend({ cleared: z.boolean() });
export type CliReconciled = z.infer<typeof CliReconciled>;
