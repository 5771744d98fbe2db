import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { Coverage } from '../../schemas/coverage.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, ChannelState, ReleaseId } from '../../schemas/release.ts';

/** Only the website can still change what it shows; a post, a mail or a printed page can only be followed by another. */
const changeable: readonly Channel[] = ['website'];

type Released = { releaseId: ReleaseId; channels: Channel[]; receipts: ChannelReceipt[] };

/** 覆盖表 of what later bundles did to `original`. `later` holds the releases of those bundles. */
export function coverageOf(
  bundleId: BundleId,
  original: Released,
  acts: readonly { amendment: Amendment; later: Released }[],
): Coverage {
  return {
    bundleId,
    acts: acts.map(({ amendment, later }) => {
      const channels = original.channels.map((channel) => {
        const notice = standing(channel, later);
        const gone = last(original, (receipt) => receipt.channel === channel && receipt.state === 'withdrawn');
        const shown = last(
          original,
          (receipt) => receipt.channel === channel && receipt.state === 'amended' && receipt.about === later.releaseId,
        );
        const mark = amendment.act === 'withdraw' ? gone : shown;
        const needsMark = amendment.act === 'withdraw' || changeable.includes(channel);
        const detail = notice.state === 'verified' ? null : notice.detail;
        return {
          channel,
          notice: { state: notice.state, at: notice.at, url: notice.url },
          originalAt: mark?.at ?? null,
          reached: notice.state === 'verified' && (!needsMark || mark !== undefined),
          detail,
        };
      });
      return { amendment, channels, whole: channels.every(({ reached }) => reached) };
    }),
  };
}

const last = ({ receipts }: Released, suits: (receipt: ChannelReceipt) => boolean) => receipts.findLast(suits);

/** How far a release has come on a channel, by its last word there. */
function standing(channel: Channel, released: Released) {
  const receipt = last(released, (each) => each.channel === channel && each.state !== 'amended');
  const state: ChannelState = receipt && receipt.state !== 'amended' ? receipt.state : 'none';
  return { state, at: receipt?.at ?? null, url: receipt?.url ?? null, detail: receipt?.detail ?? null };
}
