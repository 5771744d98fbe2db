import type { AccountRef, DeliveryActivities } from '../../activities/delivery/types.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { WeChatAccountSetting } from '../../schemas/configuration.ts';
import { permanent } from '../../schemas/failures.ts';
import type { WeChatPost } from '../../schemas/wechat.ts';
import { AccountNotConfigured, differing, orRefused } from './channel-failure.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { createInspection } from './inspection.ts';
import { createPublishing } from './publishing.ts';
import { createReopening } from './reopening.ts';
import { stagedPost } from './staged-post.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Draft } from './wechat/prepare-draft.ts';
import { expectedArticles } from './wechat/reading.ts';
import { refusedWith } from './wechat/refusal.ts';
import { createWithdrawal } from './withdrawal.ts';

export type OfficialAccount = Pick<WeChatAccountSetting, 'id' | 'name' | 'author'> & { delivery: WeChatDelivery };

export type NewMediaDeps = {
  store: DeliveryStore;
  /** 公众号 of the office, its main one first. */
  accounts: readonly OfficialAccount[];
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
  /** Longer than any attempt at a publish lives: six minutes by the workflow, and the call it had begun. */
  attemptMs: 7 * 60_000,
};

/** Delivery to WeChat official accounts. Every effect is found again by what this service has on record. */
export function createNewMediaActivities({ store, accounts, blobs, now, limits }: NewMediaDeps): DeliveryActivities {
  const known = new Map(accounts.map((account) => [account.id, account]));
  const accountOf = (id: string): OfficialAccount => {
    const account = known.get(id);
    if (!account) throw new AccountNotConfigured(id);
    return account;
  };
  const deliveryTo = (id: string) => accountOf(id).delivery;
  const deps = { store, deliveryTo, now, ...limits };
  const publish = createPublishing(deps);
  const reopened = createReopening(deps);
  const withdraw = createWithdrawal(deps);
  const inspect = createInspection(deps);

  return {
    async acceptOrder(order) {
      const earlier = await store.accountsWithPosts(order.actsOn);
      const wanted = [...new Set([...known.keys(), ...earlier])];
      const accepted = await store.accept(order, wanted);
      if (!accepted) throw takenBack();
      return accepted.accounts.map(named);
    },
    async accountsOf({ releaseId }) {
      const recorded = await store.accounts(releaseId);
      return (recorded.length > 0 ? recorded : [...known.keys()]).map(named);
    },
    closeOrder: async (ref) => (await store.close(ref)).accounts.map(named),

    async prepareDelivery(ref) {
      const stored = await reopened(ref);
      if (stored?.withdrawalAskedAt || stored?.discardedAt) throw takenBack();
      const digests = await digestsOf(ref);
      // Once publishing began, the draft is what it is: a late repeat makes no second one.
      const begunAt = stored?.intendedAt ?? stored?.live?.at;
      if (begunAt) return { digests, at: stored?.preparedAt ?? begunAt };
      const draft = await orRefused(now, { onQuota: noDraftToday }, () => drafted(ref));
      const after = await store.prepared(ref, draft, stored?.draft ?? null);
      const over = after.withdrawalAskedAt !== null || after.discardedAt !== null;
      if (over || after.draft?.mediaId !== draft.mediaId) await deliveryTo(ref.account).discardDraft(draft);
      if (over) throw takenBack();
      return { digests, at: after.preparedAt ?? '' };
    },

    publishDelivery: async (ref) => publish(ref, await store.find(ref)),
    pollDelivery: async (ref) => publish(ref, await store.find(ref)),

    async verifyDelivery(ref) {
      const { live, withdrawalAskedAt } = (await store.find(ref)) ?? {};
      if (withdrawalAskedAt) throw takenBack();
      if (!live) throw permanent('ChannelRefused', { zh: '尚未发布，无从核验', en: 'Nothing was published to verify' });
      const expected = expectedArticles(await postFor(ref));
      const result = await orRefused(now, {}, async () =>
        deliveryTo(ref.account).verifyArticle(live.articleId, expected),
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
      return { digests: await digestsOf(ref), at: await store.verified(ref), url: live.url, detail };
    },

    async discardDelivery(ref) {
      const at = await store.discarded(ref); // first: from here on nothing can be published
      if (at === null) throw permanent('ChannelRefused', mayBePublic);
      const draft = (await store.find(ref))?.draft;
      if (draft) await orRefused(now, {}, async () => deliveryTo(ref.account).discardDraft(draft));
      return { at };
    },

    withdrawDelivery: withdraw,

    async inspectDelivery(ref) {
      const objects = await store.objects(ref.releaseId);
      return inspect(ref, { objects, articles: objects.length > 0 ? expectedArticles(await postFor(ref)) : [] });
    },
  };

  function named(id: string) {
    return { id, name: known.get(id)?.name ?? id };
  }

  async function digestsOf({ releaseId }: AccountRef) {
    return (await store.objects(releaseId)).map(({ sha256 }) => sha256);
  }

  async function postFor({ releaseId, account }: AccountRef): Promise<WeChatPost> {
    const author = known.get(account)?.author ?? '';
    return stagedPost({ releaseId, objects: await store.objects(releaseId), author }, blobs);
  }

  async function drafted(ref: AccountRef): Promise<Draft> {
    const delivery = deliveryTo(ref.account);
    const post = await postFor(ref);
    try {
      return await delivery.prepareDraft(post);
    } catch (error) {
      // 40007 of draft/add: a picture that we remember was deleted from the account's library. All go up once more.
      if (!refusedWith(error, 40007)) throw error;
      const digests = post.images.map(({ digest }) => digest);
      await store.forgetUploads(ref.account, digests);
      return delivery.prepareDraft(post);
    }
  }
}

const takenBack = () =>
  permanent('ChannelRefused', {
    zh: '这次发布已被撤回或取消，不再预置或核验',
    en: 'This release was withdrawn or cancelled; it is not prepared or verified any more',
  });

const noDraftToday = {
  zh: '预置未完成，请在额度恢复后重试本渠道，或请管理员清零额度',
  en: 'Nothing is prepared; retry this channel once the quota begins anew, or have an administrator reset it',
};

const mayBePublic = {
  zh: '已经提交发布，不能当作草稿清除；请撤回',
  en: 'It was submitted to be published and is no draft any more; withdraw it',
};
