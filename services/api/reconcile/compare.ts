import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { BundleId, Channel } from '../../../schemas/bundle.ts';
import type { ChannelInspection, ChannelReceipt } from '../../../schemas/receipt.ts';
import type { Drift, ReconcileAnswer } from '../../../schemas/reconcile.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Bilingual } from '../../../schemas/text.ts';

type Expected = ReconcileAnswer['channels'][number]['expected'];

/** What readers of a channel should get of a bundle, by the rows. */
export function expectedOn({ release, staging, last, receipts }: BundleRows, channel: Channel): Expected {
  if (!staging || !last) return 'absent';
  if (last.state === 'withdrawn' || last.state === 'withdrawing') return release ? 'withdrawn' : 'absent';
  if (last.state === 'rolled-back') return 'absent';
  if (!release) return 'staged';
  // A channel whose turn has not come, or that refused, shows nothing yet, and says so in its receipts.
  const word = wordOn({ release, receipts }, channel);
  return word === 'verified' || word === 'live' ? 'public' : word === 'withdrawn' ? 'withdrawn' : 'staged';
}

/**
 * What a channel last said of showing the release; undefined where nothing is released. As on the board, a doubt says nothing
 * against what was read back in the same try.
 */
export function wordOn({ release, receipts }: Pick<BundleRows, 'release' | 'receipts'>, channel: Channel) {
  const own = receipts.filter((receipt) => receipt.channel === channel && receipt.releaseId === release?.releaseId);
  const isIdle = ({ state, attempt }: ChannelReceipt, index: number) =>
    state === 'unknown' && own.slice(0, index).some((each) => each.attempt === attempt && each.state === 'verified');
  return own.findLast((receipt, index) => receipt.state !== 'amended' && !isIdle(receipt, index))?.state;
}

/** A channel that has spoken since it looked at itself was seen as it is no more. */
export const hasMovedOn = ({ receipts }: BundleRows, channel: Channel, { at }: ChannelInspection): boolean =>
  receipts.some((receipt) => receipt.channel === channel && Date.parse(receipt.at) >= Date.parse(at));

export const movedOn = (about: { bundleId: BundleId; releaseId: ReleaseId }, channel: Channel): Drift => ({
  ...{ ...about, channel, kind: 'unanswered', repair: null },
  message: {
    zh: `${channel}：核对之后又有新的回执，请再核对一次`,
    en: `${channel}: it has reported something new since it looked; look once more`,
  },
});

/** What a channel found of itself, beside what should be and what it last said. Null where both agree. */
export function channelDrift(
  { bundleId, releaseId }: { bundleId: BundleId; releaseId: ReleaseId },
  channel: Channel,
  expected: Expected,
  found: ChannelInspection | undefined,
  said: ReturnType<typeof wordOn>,
): Drift | null {
  const drift = (kind: Drift['kind'], zh: string, en: string, repair: Drift['repair'] = null): Drift => ({
    kind,
    bundleId,
    releaseId,
    channel,
    message: withDetail({ zh: `${channel}：${zh}`, en: `${channel}: ${en}` }, found?.detail ?? null),
    repair,
  });
  if (!found || found.state === 'unknown') {
    return drift('unanswered', '没有答复，或者无法查明', 'it did not answer, or cannot tell');
  }
  const { state } = found;
  switch (expected) {
    case 'public':
      if (state !== 'public') {
        const repair = channel === 'press-pack' ? null : ('re-present' as const);
        return drift('not-public', '应当公开，读者却看不到', 'it should be public, and readers do not get it', repair);
      }
      return found.detail ? drift('altered', '公开的内容与封签不符', 'what readers get is not what was sealed') : null;
    case 'withdrawn':
      return state === 'public'
        ? drift(
            'still-public',
            '已经撤回，读者仍能看到',
            'it was withdrawn, and readers still get it',
            'withdraw-again',
          )
        : null;
    default:
      if (state === 'public' && expected === 'staged' && (said === 'refused' || said === 'unknown')) {
        // The rows know: it reached some of its readers, or not as sealed. What to do about it is a person's to decide.
        if (said === 'refused' && found.detail) return null;
        const zh = '已经发布，渠道报告被拒绝或者无法查明，读者却能看到';
        return drift('altered', zh, 'it is released, the channel refused it or could not tell, and readers get it');
      }
      return state === 'public'
        ? drift('leaked', '尚未发布或者已经回退，读者却能看到', 'it is not released, and readers get it')
        : null;
  }
}

const withDetail = (message: Bilingual, detail: Bilingual | null): Bilingual =>
  detail ? { zh: `${message.zh}（${detail.zh}）`, en: `${message.en} (${detail.en})` } : message;
