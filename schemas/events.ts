import { z } from 'zod';
import { Checkpoint } from './audit.ts';
import { ActKind, BundleId, Channel } from './bundle.ts';
import { ChannelInspection, ChannelReceipt } from './receipt.ts';
import { ReleaseId, ReleaseState, StagedObject, Validity } from './release.ts';
import { Day, Digest, Instant } from './text.ts';

export const Topic = {
  bundles: 'lockstep.bundles.v1',
  releases: 'lockstep.releases.v1',
  receipts: 'lockstep.receipts.v1',
  audit: 'lockstep.audit.v1',
} as const;
export type Topic = (typeof Topic)[keyof typeof Topic];

/** Where a message goes that its consumer cannot handle. */
export const deadTopic = (consumer: string) => `lockstep.${consumer}.dead.v1`;

/** The envelope has CloudEvents 1.0 attribute names; `type` ends in the version of `data`. */
const eventAbout = <const T extends `${string}.v${1 | 2}`, S extends z.ZodType<string>, D extends z.ZodType>(
  subject: S,
  type: T,
  data: D,
) =>
  z.strictObject({
    specversion: z.literal('1.0'),
    id: z.uuid(), // derived from what happened, so that a resend has the same id and consumers drop it
    source: z.string().min(1),
    type: z.literal(type),
    subject,
    time: Instant,
    datacontenttype: z.literal('application/json'),
    data,
  });
const event = <const T extends `${string}.v${1 | 2}`, D extends z.ZodType>(type: T, data: D) =>
  eventAbout(BundleId, type, data);

/** A channel's part of a prepared release: references and digests, never unreleased text (I24). */
const Staged = z.strictObject({ channel: Channel, objects: z.array(StagedObject).min(1) });

export const BundleEvent = z.discriminatedUnion('type', [
  event(
    'bundle.transitioned.v1',
    z.strictObject({
      revision: z.int().positive(),
      seal: Digest,
      state: ReleaseState,
      transition: z.int().nonnegative(),
    }),
  ),
]);
export type BundleEvent = z.infer<typeof BundleEvent>;

/** Which try of a channel an order belongs to; a retry of a refused channel has the next one. */
const attempt = z.int().positive().default(1);

/** Channels that were told to prepare it; the others need not look. Empty: whoever has something of it. */
const concerned = z.array(Channel).default([]);

/** Orders to channels. `releaseId` keeps revisions apart; the key that opens sealed staging travels in `go` only. */
export const ReleaseEvent = z.discriminatedUnion('type', [
  event(
    'release.prepare.v1',
    z.strictObject({
      releaseId: ReleaseId,
      seal: Digest,
      channels: z.array(Staged).min(1),
      attempt,
      /** Releases that this one corrects, abolishes, …: it has to reach whoever got those. */
      actsOn: z.array(ReleaseId).default([]),
    }),
  ),
  event(
    'release.go.v1',
    z.strictObject({
      releaseId: ReleaseId,
      seal: Digest,
      committedAt: Instant,
      /** Order of irreversibility: only these channels go now. */
      channels: z.array(Channel).min(1),
      /** AES-256-GCM key of this release, base64. */
      key: z.base64(),
      attempt,
      /** 同批发布: all releases that a channel which can shows at one stroke, this one included. Empty: it goes alone. */
      group: z.array(ReleaseId).default([]),
    }),
  ),
  event(
    'release.rolled-back.v1',
    z.strictObject({ releaseId: ReleaseId, reason: z.string().min(1), channels: concerned }),
  ),
  event(
    'release.withdrawn.v1',
    z.strictObject({
      releaseId: ReleaseId,
      reason: z.string().min(1),
      withdrawnAt: Instant,
      attempt,
      channels: concerned,
    }),
  ),
  /** A later release, public by now, acted on this one: readers of this one have to see it. */
  event(
    'release.amended.v1',
    z.strictObject({
      releaseId: ReleaseId,
      act: ActKind,
      on: Day,
      reason: z.string().min(1),
      by: z.strictObject({ releaseId: ReleaseId, bundleId: BundleId }),
    }),
  ),
  /** 有效性 has changed, by date or by an act. */
  event('release.validity.v1', z.strictObject({ releaseId: ReleaseId, validity: Validity, since: Day })),
  /** Look at what readers get, say so, change nothing. */
  event(
    'release.inspect.v1',
    z.strictObject({ releaseId: ReleaseId, inspectionId: z.uuid(), channels: z.array(Channel).min(1) }),
  ),
]);
export type ReleaseEvent = z.infer<typeof ReleaseEvent>;

export const ReceiptEvent = z.discriminatedUnion('type', [
  event('channel.receipt.v1', ChannelReceipt),
  event('channel.inspected.v1', ChannelInspection),
]);
export type ReceiptEvent = z.infer<typeof ReceiptEvent>;

/** Signed heads of the audit chain, for whoever keeps them out of reach of the core's own administrators. */
export const AuditEvent = z.discriminatedUnion('type', [
  eventAbout(z.literal('audit-chain'), 'audit.checkpoint.v1', Checkpoint),
]);
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Everything that travels. A change of shape is a new member (`….v2`); a published member stays as it is. */
export const LockstepEvent = z.discriminatedUnion('type', [BundleEvent, ReleaseEvent, ReceiptEvent, AuditEvent]);
export type LockstepEvent = z.infer<typeof LockstepEvent>;
