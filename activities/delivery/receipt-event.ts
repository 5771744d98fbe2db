import { eventId } from '../../schemas/event-id.ts';
import type { ReceiptEvent } from '../../schemas/events.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';

const envelope = (source: string, { bundleId, at }: Pick<ChannelReceipt, 'bundleId' | 'at'>) =>
  ({ specversion: '1.0', source, subject: bundleId, time: at, datacontenttype: 'application/json' }) as const;

/** One event per release, channel, try and state: however often a channel says it, consumers hear it once. */
export function receiptEvent(receipt: ChannelReceipt, source: string): ReceiptEvent {
  const { releaseId, channel, state, attempt, about } = receipt;
  const type = 'channel.receipt.v1';
  return {
    ...envelope(source, receipt),
    id: eventId(type, releaseId, channel, state, attempt, about ?? ''),
    type,
    data: receipt,
  };
}

/** One event per inspection and release. */
export function inspectionEvent(inspection: ChannelInspection, source: string): ReceiptEvent {
  const { inspectionId, releaseId, channel } = inspection;
  const type = 'channel.inspected.v1';
  return {
    ...envelope(source, inspection),
    id: eventId(type, inspectionId, releaseId, channel),
    type,
    data: inspection,
  };
}
