import { eventId } from '../../schemas/event-id.ts';
import { BundleEvent, ReleaseEvent } from '../../schemas/events.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Instant } from '../../schemas/text.ts';
import type { Staging } from '../ports/core-store.ts';
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

/** What an order needs that the workflow does not carry: the rows know it. */
export type OrderContext = {
  staging: Staging;
  time: Instant;
  /** Releases that this one acts on. */
  actsOn: ReleaseId[];
  /** Releases that go at one stroke with this one, itself included; empty where it goes alone. */
  group: ReleaseId[];
};

/** An order to the channels. Each is given once per release and try, a `prepare` and a `go` once per set of channels. */
export function releaseEvent(
  { bundleId, seal }: Sealed,
  releaseId: ReleaseId,
  order: ReleaseOrder,
  { staging, time, actsOn, group }: OrderContext,
): ReleaseEvent {
  const told = (data: object, ...once: (string | number)[]) =>
    ReleaseEvent.parse({
      ...envelope,
      id: eventId(order.type, releaseId, ...once),
      type: order.type,
      subject: bundleId,
      time,
      data: { releaseId, ...data },
    });
  switch (order.type) {
    case 'release.prepare.v1': {
      const channels = staging.channels.filter(({ channel }) => order.channels.includes(channel));
      return told({ seal, channels, attempt: order.attempt, actsOn }, order.attempt, ...order.channels);
    }
    case 'release.go.v1': {
      const { committedAt, channels, attempt } = order;
      const key = Buffer.from(staging.key).toString('base64');
      return told({ seal, committedAt, channels, key, attempt, group }, attempt, ...channels);
    }
    case 'release.rolled-back.v1':
      return told({ reason: order.reason, channels: staging.channels.map(({ channel }) => channel) });
    case 'release.withdrawn.v1':
      return told(
        {
          reason: order.reason,
          withdrawnAt: time,
          attempt: order.attempt,
          channels: staging.channels.map(({ channel }) => channel),
        },
        order.attempt,
      );
    case 'release.amended.v1': {
      const { act, on, byBundleId, byReleaseId } = order.amendment;
      const by = { releaseId: byReleaseId, bundleId: byBundleId };
      return told({ act, on, reason: order.reason, by }, byReleaseId, act);
    }
    case 'release.validity.v1':
      return told({ validity: order.validity, since: order.since }, order.validity, order.since);
  }
}
