import type { Finding } from '../../activities/delivery/types.ts';
import type { StagedObject } from '../../schemas/release.ts';
import { differing, refusalOf } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { soughtByMarker } from './reopening.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Draft } from './wechat/prepare-draft.ts';
import type { ExpectedArticle } from './wechat/reading.ts';

export type InspectionDeps = {
  store: Pick<DeliveryStore, 'find'>;
  deliveryTo: (
    account: string,
  ) => Pick<WeChatDelivery, 'awaitPublished' | 'articleState' | 'hasDraft' | 'verifyArticle'>;
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
    if (!known?.draft) return bare('absent');
    const { draft } = known;
    try {
      return await look({ ...known, draft });
    } catch (error) {
      const detail = refusalOf(error)?.detail ?? unreachable(error);
      return { state: 'unknown', digests: [], detail };
    }

    async function look(delivery: StoredDelivery & { draft: Draft }): Promise<Finding> {
      const wechat = deliveryTo(ref.account);
      const articleId = await postOf(delivery, wechat);
      if (articleId === 'running') return bare('unknown');
      if (articleId === null) {
        if (await wechat.hasDraft(draft)) return { ...bare('staged'), digests: digestsOf(sealed) };
        return bare(delivery.withdrawnAt ? 'withdrawn' : 'absent');
      }
      const state = await wechat.articleState(articleId);
      if (state !== 'public') return bare(state === 'deleted' ? 'withdrawn' : 'absent');
      const result = await wechat.verifyArticle(articleId, sealed.articles);
      return result.verified
        ? { state: 'public', digests: digestsOf(sealed), detail: null }
        : { state: 'public', digests: [], detail: differing(articleId, result.differences) };
    }
  };

/** The post that came of a delivery, also one that was published by hand; null where none did. */
async function postOf(
  { draft, live, submission, intendedAt, preparedAt }: StoredDelivery & { draft: Draft },
  wechat: Pick<WeChatDelivery, 'awaitPublished'>,
): Promise<string | 'running' | null> {
  if (live) return live.articleId;
  const sought = soughtByMarker(draft, { intendedAt, preparedAt });
  for (const each of submission ? [submission, sought] : [sought]) {
    const stands = await wechat.awaitPublished(each);
    if (stands.state === 'published') return stands.articleId;
    if (stands.state === 'running' && intendedAt) return 'running';
  }
  return null;
}

const digestsOf = ({ objects }: Sealed) => objects.map(({ sha256 }) => sha256);

const unreachable = (error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  return { zh: `现在无法向微信查询：${why}`, en: `WeChat cannot be asked now: ${why}` };
};
