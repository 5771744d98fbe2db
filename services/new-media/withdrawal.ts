import type { DeliveryActivities } from '../../activities/delivery/types.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { orRefused } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { soughtByMarker } from './reopening.ts';
import { releaseMark } from './staged-post.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';

export type WithdrawalDeps = {
  store: DeliveryStore;
  deliveryTo: (
    account: string,
  ) => Pick<WeChatDelivery, 'awaitPublished' | 'deleteArticle' | 'discardDraft' | 'findPost'>;
  now: () => number;
  /** Longer than any attempt at a publish lives: one that began before the withdrawal is over after this. */
  attemptMs: number;
};

/**
 * 撤稿: takes back what is public and what could become so. First it is written down that nothing may be published any
 * more; then WeChat is asked what became of the draft. Ends only once nothing can be public; until then it is tried again.
 */
export const createWithdrawal = ({ store, deliveryTo, now, attemptMs }: WithdrawalDeps) =>
  async function withdraw(ref: DeliveryRef, reason: string): ReturnType<DeliveryActivities['withdrawDelivery']> {
    const known = await store.withdrawalAsked(ref, reason);
    if (!known.withdrawnAt) await orRefused(now, { onQuota: byHand, onRefusal: byHand }, () => takeBack(known));
    const at = await store.withdrawn(ref);
    return { at, detail: whatWasTaken(await store.find(ref)) };

    async function takeBack({ draft, live, ...publish }: StoredDelivery): Promise<void> {
      const delivery = deliveryTo(ref.account);
      if (live) return void (await delivery.deleteArticle(live.articleId));
      if (!draft) {
        if ((await store.objects(ref.releaseId)).length > 0) return; // never prepared here
        // We know of no order: a record can be lost, and the post may be public all the same.
        const post = await delivery.findPost(releaseMark(ref.releaseId));
        if (post) await deletePost(post);
        return;
      }
      if (publish.intendedAt && !publish.submission && now() - Date.parse(publish.withdrawalAskedAt ?? '') < attemptMs)
        throw new Error(
          '发布请求可能仍在途中，稍后再撤回。A publish call may be on its way; the withdrawal waits for it.',
        );
      const stands = await delivery.awaitPublished(publish.submission ?? soughtByMarker(draft, publish));
      if (stands.state === 'published') {
        return deletePost(stands);
      }
      if (stands.state === 'running' && publish.intendedAt)
        throw new Error(
          '微信正在发布，发布后立即撤回。WeChat is publishing; the post is withdrawn as soon as it is out.',
        );
      await delivery.discardDraft(draft);
    }

    /** On record before it is deleted: a repeat knows what it took back. */
    async function deletePost({ articleId, items }: { articleId: string; items: { url: string }[] }): Promise<void> {
      await store.live(ref, { articleId, url: items[0]?.url || null });
      await deliveryTo(ref.account).deleteArticle(articleId);
    }
  };

function whatWasTaken(stored: StoredDelivery | undefined): Bilingual {
  if (stored?.live) {
    const { articleId } = stored.live;
    return {
      zh: `公众号文章已删除，article_id ${articleId}`,
      en: `The WeChat post was deleted, article_id ${articleId}`,
    };
  }
  return stored?.draft
    ? { zh: '公众号从未公开，草稿已删除', en: 'It was never public on WeChat; the draft was deleted' }
    : { zh: '公众号上没有这次发布的内容', en: 'WeChat holds nothing of this release' };
}

const byHand = {
  zh: '无法通过接口撤回，请立即到公众平台手动删除该文章，然后重试本渠道的撤回',
  en: 'It cannot be withdrawn by API; delete the article on the WeChat website at once, then retry the withdrawal',
};
