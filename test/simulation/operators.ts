import type { Channel } from '../../schemas/bundle.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { wordsIn } from './ledger.ts';
import type { Office, OfficeBundle } from './office.ts';

/** A platform that took a post says within so long how it ended. */
const patienceMs = 150_000;

/** Those who look after the channels: they try again, look for themselves, and take down by hand what no machine can. */
export function createOperators({ world, act }: Office) {
  const { scheduler, wechat } = world;
  const doubts = new Map<string, number>();

  /** Some time they give up: what a channel refuses for good stays refused. */
  function retry(bundle: OfficeBundle, channel: Channel): Promise<unknown> | undefined {
    bundle.retries += 1;
    return bundle.retries > 4 ? undefined : act(bundle, messages.retryChannel, { channel, actorId: 'operator' });
  }
  const postsOf = ({ bundleId }: OfficeBundle) =>
    wechat.posts().filter(({ articles }) => wordsIn(JSON.stringify(articles))[0]?.startsWith(bundleId.slice(0, 8)));

  /** 人工核实 of a post that WeChat does not answer about. */
  function settle(bundle: OfficeBundle, { revision }: BoardStatus, channel: Channel): Promise<unknown> | undefined {
    if (channel !== 'wechat') return undefined;
    const doubt = `${bundle.bundleId} ${revision} ${channel}`;
    const since = doubts.get(doubt) ?? scheduler.now();
    doubts.set(doubt, since);
    const isThere = postsOf(bundle).length > 0;
    if (!isThere && scheduler.now() - since < patienceMs) return undefined;
    const state = isThere ? 'verified' : 'refused';
    return act(bundle, messages.settleChannel, { channel, state, evidence: '公众号页面', actorId: 'operator' });
  }

  /** Tries again; what WeChat never takes back is deleted on its website, and said to be gone. */
  function takeDown(bundle: OfficeBundle, { channels }: BoardStatus): Promise<unknown> | undefined {
    const refused = channels.find(({ state }) => state === 'refused');
    if (!refused) return undefined;
    if (bundle.retries <= 4 || refused.channel !== 'wechat') return retry(bundle, refused.channel);
    for (const { articleId } of postsOf(bundle)) wechat.deleteByHand(articleId);
    const settlement = {
      channel: refused.channel,
      state: 'withdrawn' as const,
      evidence: '已删除',
      actorId: 'operator',
    };
    return act(bundle, messages.settleChannel, settlement);
  }

  return { retry, settle, takeDown };
}
