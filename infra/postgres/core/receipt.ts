import type { Selectable } from 'kysely';
import { ChannelReceipt } from '../../../schemas/receipt.ts';
import type { CoreTables } from './tables.ts';

export const receiptOf = (row: Selectable<CoreTables['receipt']>): ChannelReceipt =>
  ChannelReceipt.parse({
    releaseId: row.release_id,
    bundleId: row.bundle_id,
    channel: row.channel,
    state: row.state,
    attempt: row.attempt,
    about: row.about,
    at: row.at,
    digests: row.digests,
    url: row.url,
    detail: row.detail,
  });
