import type { Channel } from '../../schemas/bundle.ts';
import type { ReleasedChannel } from '../../schemas/evidence.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Instant } from '../../schemas/text.ts';

/** 时差: from the first channel that was live to the last; null while none is. */
export function skewOf(liveAt: readonly (Instant | null)[]): number | null {
  const times = liveAt.flatMap((at) => (at ? [Date.parse(at)] : []));
  return times.length === 0 ? null : Math.max(...times) - Math.min(...times);
}

export const latenessOf = ({ t0, committedAt }: { t0: Instant; committedAt: Instant }): number =>
  Date.parse(committedAt) - Date.parse(t0);

/** How one release went on its channels. `receipts` are those of the release, oldest first. */
export function releaseTimes(
  release: { t0: Instant; committedAt: Instant },
  channels: readonly Channel[],
  receipts: readonly ChannelReceipt[],
) {
  const went = channels.map((channel) => releasedOn(channel, receipts));
  return { latenessMs: latenessOf(release), skewMs: skewOf(went.map(({ liveAt }) => liveAt)), channels: went };
}

function releasedOn(channel: Channel, receipts: readonly ChannelReceipt[]): ReleasedChannel {
  const own = receipts.filter((receipt) => receipt.channel === channel);
  const at = (state: ChannelReceipt['state']) => own.find((receipt) => receipt.state === state)?.at ?? null;
  const attempts = Math.max(1, ...own.map(({ attempt }) => attempt));
  const times = {
    readyAt: at('ready'),
    liveAt: at('live'),
    verifiedAt: at('verified'),
    withdrawnAt: at('withdrawn'),
  };
  // An earlier try has no say any more, and a doubt says nothing against what was read back.
  const last = own.findLast(
    ({ attempt, state }) => attempt === attempts && state !== 'amended' && !(state === 'unknown' && times.verifiedAt),
  );
  const state = times.withdrawnAt ? 'withdrawn' : last && last.state !== 'amended' ? last.state : 'none';
  return { channel, state, attempts, ...times };
}
