import type { ChannelRef, DeliveryOrder } from '../../activities/delivery/types.ts';

type Order = 'prepare' | 'publish' | 'discard' | 'withdraw';

/**
 * Each order to a channel is a workflow of its own, with an id that follows from the order: a redelivered event finds the
 * first. What was done is in the record of the channel's service, so none waits for another.
 */
export const deliveryId = (order: Order, { releaseId, channel }: ChannelRef, attempt = 1) =>
  `${order}-${releaseId}-${channel}${attempt > 1 ? `-${attempt}` : ''}`;
export const inspectionWorkflowId = ({ releaseId, channel }: ChannelRef, inspectionId: string) =>
  `inspect-${releaseId}-${channel}-${inspectionId}`;

export type Preparation = { order: DeliveryOrder; attempt: number };
/** `key` opens sealed staging (base64). */
export type Publication = { ref: ChannelRef; attempt: number; key: string };
export type Rollback = { ref: ChannelRef };
export type Withdrawal = { ref: ChannelRef; attempt: number; reason: string };
export type Inspection = { ref: ChannelRef; inspectionId: string };
