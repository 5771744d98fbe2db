import type { DeliveryActivities, DeliveryOrder } from '../../activities/delivery/types.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { permanent } from '../../schemas/failures.ts';
import { joined, orRefused } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { createPublishing } from './publishing.ts';
import { stagedPost } from './staged-post.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Draft } from './wechat/prepare-draft.ts';
import { expectedArticles } from './wechat/reading.ts';
import { refusedWith } from './wechat/refusal.ts';
import type { Difference } from './wechat/verify.ts';
import { createWithdrawal } from './withdrawal.ts';

export type NewMediaDeps = {
  store: DeliveryStore;
  delivery: WeChatDelivery;
  blobs: Pick<BlobStore, 'get'>;
  /** Milliseconds since 1970. */
  now: () => number;
  limits: typeof LIMITS;
};

export const LIMITS = {
  /** How long WeChat may leave an accepted post without a result before a person is asked to look. */
  patienceMs: 15 * 60_000,
  /** How long after it went live a post may read differently: its pages do not appear everywhere at once. */
  appearMs: 30_000,
  /** Longer than any attempt at a publish lives: two minutes by the workflow, and the calls it had begun. */
  attemptMs: 5 * 60_000,
};

/** Delivery to one WeChat official account. Every effect is found again by what this service has on record. */
export function createNewMediaActivities(deps: NewMediaDeps): Omit<DeliveryActivities, 'sendReceipt'> {
  const { store, delivery, blobs, now, limits } = deps;
  const publish = createPublishing({ ...deps, ...limits });
  const withdraw = createWithdrawal({ ...deps, ...limits });
  const digestsOf = ({ objects }: DeliveryOrder) => objects.map(({ sha256 }) => sha256);

  return {
    async prepareDelivery(order) {
      const ref = refOf(order);
      const known = await store.find(ref);
      if (known?.withdrawalAskedAt || known?.discardedAt) throw takenBack();
      // Once publishing began, the draft is what it is: a late repeat makes no second one.
      if (known?.draft && known.preparedAt && known.intendedAt)
        return { digests: digestsOf(order), at: known.preparedAt };
      const draft = await orRefused(now, noDraftToday, () => drafted(order));
      const stored = await store.prepared(ref, draft, known?.draft ?? null);
      const over = stored.withdrawalAskedAt !== null || stored.discardedAt !== null;
      if (over || stored.draft?.mediaId !== draft.mediaId) await delivery.discardDraft(draft);
      if (over) throw takenBack();
      return { digests: digestsOf(order), at: stored.preparedAt ?? '' };
    },

    async publishDelivery(order) {
      return publish(refOf(order), await prepared(order));
    },
    async pollDelivery(order) {
      return publish(refOf(order), await prepared(order));
    },

    async verifyDelivery(order) {
      const { live, withdrawalAskedAt } = await prepared(order);
      if (withdrawalAskedAt) throw takenBack();
      if (!live) throw permanent('ChannelRefused', { zh: '尚未发布，无从核验', en: 'Nothing was published to verify' });
      const result = await orRefused(now, null, async () =>
        delivery.verifyArticle(live.articleId, expectedArticles(await stagedPost(order, blobs))),
      );
      if (!result.verified) {
        const detail = differing(live.articleId, result.differences);
        if (now() - Date.parse(live.at) < limits.appearMs) throw new Error(detail.zh);
        throw permanent('ChannelRefused', detail);
      }
      const detail = {
        zh: `接口与公开页面均与封存内容一致，article_id ${live.articleId}`,
        en: `API and public page read as sealed, article_id ${live.articleId}`,
      };
      return { digests: digestsOf(order), at: await store.verified(refOf(order)), url: live.url, detail };
    },

    async discardDelivery(order) {
      const ref = refOf(order);
      const at = await store.discarded(ref); // first: from here on nothing can be published
      const draft = (await store.find(ref))?.draft;
      if (draft) await orRefused(now, null, () => delivery.discardDraft(draft));
      return { at };
    },

    withdrawDelivery: (order, reason) => withdraw(refOf(order), reason),
  };

  async function drafted(order: DeliveryOrder): Promise<Draft> {
    const post = await stagedPost(order, blobs);
    try {
      return await delivery.prepareDraft(post);
    } catch (error) {
      // 40007 of draft/add: a picture that we remember was deleted from the account's library. All go up once more.
      if (!refusedWith(error, 40007)) throw error;
      const digests = post.images.map(({ digest }) => digest);
      await store.forgetUploads(order.account, digests);
      return delivery.prepareDraft(post);
    }
  }

  async function prepared(order: DeliveryOrder): Promise<StoredDelivery & { draft: Draft }> {
    const known = await store.find(refOf(order));
    if (known?.draft) return { ...known, draft: known.draft };
    throw permanent('ChannelRefused', {
      zh: '没有这次发布的预置记录，请检查新媒体服务的数据库',
      en: 'There is no record of a prepared draft; check the database of the new-media service',
    });
  }
}

const refOf = ({ releaseId, bundleId, account }: Pick<DeliveryOrder, keyof DeliveryRef>): DeliveryRef => ({
  releaseId,
  bundleId,
  account,
});

const differing = (articleId: string, differences: Difference[]) =>
  joined(
    {
      zh: `公众号上的内容与封存内容不一致（article_id ${articleId}）`,
      en: `The post on WeChat differs from what was sealed (article_id ${articleId})`,
    },
    ...differences.map(({ idx, what }) => ({ zh: `第 ${idx} 篇：${what.zh}`, en: `article ${idx}: ${what.en}` })),
  );

const takenBack = () =>
  permanent('ChannelRefused', {
    zh: '这次发布已被撤回或取消，不再预置或核验',
    en: 'This release was withdrawn or cancelled; it is not prepared or verified any more',
  });

const noDraftToday = {
  zh: '预置未完成，请在额度恢复后重新提交，或请管理员清零额度',
  en: 'Nothing is prepared; submit again once the quota begins anew, or have an administrator reset it',
};
