import type { Finding } from '../../activities/delivery/types.ts';
import type { StagedObject } from '../../schemas/release.ts';
import { differing, refusalOf } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { soughtByMarker } from './reopening.ts';
import { releaseMark } from './staged-post.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { ExpectedArticle } from './wechat/reading.ts';

export type InspectionDeps = {
  store: Pick<DeliveryStore, 'find'>;
  deliveryTo: (
    account: string,
  ) => Pick<WeChatDelivery, 'awaitPublished' | 'articleState' | 'findPost' | 'hasDraft' | 'verifyArticle'>;
};
/** What the release is to show, as it was sealed. */
export type Sealed = { objects: StagedObject[]; articles: ExpectedArticle[] };

const bare = (state: Finding['state']): Finding => ({ state, digests: [], detail: null });

/**
 * 核对: what readers of one account get of a release, asked of WeChat and not of our own record: a post that somebody
 * published or deleted by hand is seen too. Changes nothing, neither there nor here.
 */
export const createInspection = ({ store, deliveryTo }: InspectionDeps) =>
  async function inspect(ref: DeliveryRef, sealed: Sealed): Promise<Finding> {
    const known = await store.find(ref);
    try {
      return await look(known);
    } catch (error) {
      const detail = refusalOf(error)?.detail ?? unreachable(error);
      return { state: 'unknown', digests: [], detail };
    }

    async function look(delivery: StoredDelivery | undefined): Promise<Finding> {
      const wechat = deliveryTo(ref.account);
      const articleId = await postOf(delivery, wechat);
      if (articleId === 'running') return bare('unknown');
      if (articleId === null) {
        if (delivery?.draft && (await wechat.hasDraft(delivery.draft)))
          return { ...bare('staged'), digests: digestsOf(sealed) };
        return bare(delivery?.withdrawnAt ? 'withdrawn' : 'absent');
      }
      const state = await wechat.articleState(articleId);
      if (state !== 'public') return bare(state === 'deleted' ? 'withdrawn' : 'absent');
      if (sealed.articles.length === 0) return { ...bare('public'), detail: noRecord };
      const result = await wechat.verifyArticle(articleId, sealed.articles);
      return result.verified
        ? { state: 'public', digests: digestsOf(sealed), detail: null }
        : { state: 'public', digests: [], detail: differing(articleId, result.differences) };
    }

    /** What is public is sought by its mark: it may have been published by hand, or by a record that was lost. */
    async function postOf(
      delivery: StoredDelivery | undefined,
      wechat: ReturnType<InspectionDeps['deliveryTo']>,
    ): Promise<string | 'running' | null> {
      if (delivery?.live) return delivery.live.articleId;
      const post = await wechat.findPost(releaseMark(ref.releaseId));
      if (post) return post.articleId;
      if (!delivery?.draft || !delivery.intendedAt) return null;
      if (delivery.withdrawnAt) return null; // how it had ended was found out then, and its draft is gone: nobody could say it now
      const stands = await wechat.awaitPublished(delivery.submission ?? soughtByMarker(delivery.draft, delivery));
      return stands.state === 'published' ? stands.articleId : stands.state === 'running' ? 'running' : null;
    }
  };

const digestsOf = ({ objects }: Sealed) => objects.map(({ sha256 }) => sha256);

const noRecord = {
  zh: '本服务没有这次发布的记录，无法比对内容',
  en: 'This service has no record of the release to compare it with',
};

const unreachable = (error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  return { zh: `现在无法向微信查询：${why}`, en: `WeChat cannot be asked now: ${why}` };
};
