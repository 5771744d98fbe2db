import type { PublishStep } from '../../activities/delivery/types.ts';
import { joined, refusalOf, untilNewQuota } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Submission } from './wechat/ports.ts';

export type PublishingDeps = {
  store: DeliveryStore;
  deliveryTo: (account: string) => Pick<WeChatDelivery, 'publishDraft' | 'awaitPublished'>;
  now: () => number;
  /** How long WeChat may leave an accepted post without a result before a person is asked to look. */
  patienceMs: number;
};

/**
 * One look at the publish of a delivery, which begins it where nobody has: publish and poll are the same step, since what
 * was confirmed is never submitted again.
 */
export function createPublishing({ store, deliveryTo, now, patienceMs }: PublishingDeps) {
  /** Deliveries that wait for a new quota, and what was said of them. */
  const waiting = new Map<string, { until: number; step: PublishStep }>();

  return async function publish(ref: DeliveryRef, known: StoredDelivery | undefined): Promise<PublishStep> {
    if (!known) return { state: 'refused', detail: neverPrepared };
    if (known.withdrawalAskedAt || known.discardedAt) return { state: 'refused', detail: takenBack };
    if (known.live) return live(known.live);
    if (!known.draft) return { state: 'refused', detail: neverPrepared };
    const wait = waiting.get(keyOf(ref));
    if (wait && now() < wait.until) return wait.step;
    waiting.delete(keyOf(ref));

    let submission: Submission;
    try {
      submission = await deliveryTo(ref.account).publishDraft(known.draft, store.publishRecord(ref));
    } catch (error) {
      // An intent that still stands means: an earlier call may have gone through, whatever WeChat says to this one.
      const undecided = (await store.find(ref))?.intendedAt;
      const refusal = refusalOf(error);
      if (refusal && !undecided) return { state: 'refused', detail: joined(refusal.detail, draftIsKept) };
      return undecided ? doubt(ref, error) : rethrow(error);
    }
    try {
      return await lookAt(ref, submission);
    } catch (error) {
      return doubt(ref, error);
    }
  };

  async function lookAt(ref: DeliveryRef, submission: Submission): Promise<PublishStep> {
    const result = await deliveryTo(ref.account).awaitPublished(submission);
    switch (result.state) {
      case 'published': {
        const url = result.items[0]?.url ?? '';
        const article = { articleId: result.articleId, url: URL.canParse(url) ? url : null };
        return live({ ...article, at: await store.live(ref, article) });
      }
      case 'refused': {
        const at = result.failIdx.length > 0 ? result.failIdx : null;
        const where = at && { zh: `第 ${at.join('、')} 篇`, en: `article ${at.join(', ')}` };
        return { state: 'refused', detail: where ? joined(result.reason, where) : result.reason };
      }
      case 'running': {
        const since = Date.parse((await store.find(ref))?.intendedAt ?? '');
        return now() - since > patienceMs ? { state: 'unknown', detail: noResult(submission) } : { state: 'running' };
      }
    }
  }

  /** The post may be public or become so, and WeChat will not say: never a refusal, never a second call. */
  function doubt(ref: DeliveryRef, error: unknown): PublishStep {
    const refusal = refusalOf(error);
    if (!refusal) throw error; // it passes: the step is tried again, and asks first
    const step: PublishStep = { state: 'unknown', detail: joined(cannotTell, refusal.detail) };
    if (refusal.quota) waiting.set(keyOf(ref), { until: now() + untilNewQuota(now()), step });
    return step;
  }
}

/** A further try asks at once: somebody may have had the quota reset. */
const keyOf = ({ releaseId, account, attempt }: DeliveryRef) => `${releaseId}/${account}/${attempt}`;

const rethrow = (error: unknown): never => {
  throw error;
};

const live = ({ articleId, url, at }: NonNullable<StoredDelivery['live']>): PublishStep => ({
  state: 'live',
  at,
  url,
  detail: { zh: `公众号已发布，article_id ${articleId}`, en: `Published on WeChat, article_id ${articleId}` },
});

const noResult = (submission: Submission) => {
  const id = submission.state === 'submitted' ? `（publish_id ${submission.publishId}）` : '';
  return {
    zh: `微信已受理但一直没有给出结果${id}，请到公众平台查看；系统继续查询，不会重复发布`,
    en: `WeChat took the post and has given no result${id}; look at its website. It is asked on, and never published again`,
  };
};

const cannotTell = {
  zh: '微信可能已发布，但现在无法查询',
  en: 'WeChat may have published it, and cannot be asked now',
};
const draftIsKept = {
  zh: '没有发布，草稿仍在公众号草稿箱；问题解决后请重试本渠道',
  en: 'It was not published, the draft is still in the box; retry this channel once the cause is gone',
};
const neverPrepared = {
  zh: '没有这次发布的草稿，请重试本渠道',
  en: 'No draft of this release was prepared; retry this channel',
};
const takenBack = {
  zh: '这次发布已被撤回或取消，没有再发布',
  en: 'This release was withdrawn or cancelled; it is not published any more',
};
