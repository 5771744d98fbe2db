import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { ReceiptEvent } from '../../../schemas/events.ts';
import type { ChannelReceipt } from '../../../schemas/receipt.ts';
import type { Drift } from '../../../schemas/reconcile.ts';

export type LoggedReceipt = Extract<ReceiptEvent, { type: 'channel.receipt.v1' }>;

/**
 * What channels said of releases that the rows know, and the rows have not: after a restore, all since the backup. Without
 * it what is public would look leaked, since the consumer has long gone on and nobody says it again. In their order.
 */
export function lostReceipts(told: readonly LoggedReceipt[], rows: BundleRows): LoggedReceipt[] {
  const known = new Set(rows.receipts.map(wordOf));
  const releaseIds = new Set([...rows.releaseIds, rows.staging?.releaseId]);
  return told.filter(({ data }) => releaseIds.has(data.releaseId) && !known.has(wordOf(data)));
}

const wordOf = ({ releaseId, channel, state, attempt, about }: ChannelReceipt): string =>
  [releaseId, channel, state, attempt, about].join();

export const receiptDrift = ({ bundleId, staging }: BundleRows, lost: readonly LoggedReceipt[]): Drift => ({
  kind: 'log-ahead',
  bundleId,
  releaseId: staging?.releaseId ?? null,
  channel: null,
  message: {
    zh: `消息日志中有 ${lost.length} 份渠道回执，记录中没有`,
    en: `the log has ${lost.length} receipts of channels, which the rows have lost`,
  },
  repair: 'adopt',
});
