import { eventId } from '../../schemas/event-id.ts';
import type { ReceiptEvent } from '../../schemas/events.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';

/** One event per release, channel and state: however often a channel says it, consumers hear it once. */
export const receiptEvent = (receipt: ChannelReceipt, source: string): ReceiptEvent => ({
  specversion: '1.0',
  id: eventId('channel.receipt.v1', receipt.releaseId, receipt.channel, receipt.state),
  source,
  type: 'channel.receipt.v1',
  subject: receipt.bundleId,
  time: receipt.at,
  datacontenttype: 'application/json',
  data: receipt,
});
