import { eventId } from '../../schemas/event-id.ts';
import { BundleEvent, ReleaseEvent } from '../../schemas/events.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Instant } from '../../schemas/text.ts';
import type { ReleaseOrder, Sealed, Transition } from './types.ts';

const source = '/lockstep/core';
const envelope = { specversion: '1.0', source, datacontenttype: 'application/json' } as const;

/** `bundle.transitioned.v1`; its id is that of the transition, so a resend is dropped. */
export const transitionEvent = (
  { bundleId, revision, seal, state, transition }: Transition,
  time: Instant,
): BundleEvent =>
  BundleEvent.parse({
    ...envelope,
    id: eventId('bundle.transitioned.v1', bundleId, transition),
    type: 'bundle.transitioned.v1',
    subject: bundleId,
    time,
    data: { revision, seal, state, transition },
  });

/** An order to the channels. Per release each order is given once, a `go` once per wave. */
export function releaseEvent(
  { bundleId, seal }: Sealed,
  releaseId: ReleaseId,
  order: ReleaseOrder,
  { key, time }: { key: Uint8Array; time: Instant },
): ReleaseEvent {
  const common = { ...envelope, type: order.type, subject: bundleId, time };
  switch (order.type) {
    case 'release.prepare.v1':
      return ReleaseEvent.parse({
        ...common,
        id: eventId(order.type, releaseId),
        data: { releaseId, seal, channels: order.channels },
      });
    case 'release.go.v1':
      return ReleaseEvent.parse({
        ...common,
        id: eventId(order.type, releaseId, ...order.channels),
        data: {
          releaseId,
          seal,
          committedAt: order.committedAt,
          channels: order.channels,
          key: Buffer.from(key).toString('base64'),
        },
      });
    case 'release.rolled-back.v1':
      return ReleaseEvent.parse({
        ...common,
        id: eventId(order.type, releaseId),
        data: { releaseId, reason: order.reason },
      });
    case 'release.withdrawn.v1':
      return ReleaseEvent.parse({
        ...common,
        id: eventId(order.type, releaseId),
        data: { releaseId, reason: order.reason, withdrawnAt: time },
      });
  }
}
