import { orRefused } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import { releaseMark } from './staged-post.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Submission } from './wechat/ports.ts';
import type { Draft } from './wechat/prepare-draft.ts';

type Deps = {
  store: DeliveryStore;
  deliveryTo: (account: string) => Pick<WeChatDelivery, 'awaitPublished' | 'articleState' | 'findPost'>;
  now: () => number;
};

/** publish_status of a post that the platform blocked after it was public: a person has to look at why first. */
const BLOCKED = 6;

/**
 * 重试: a later try of the channel opens a delivery again whose post is not public: WeChat refused it, or somebody deleted
 * it. WeChat is asked first. The post may be public all the same: published by hand from the draft box, or by a record
 * that was lost; it is then taken over, and no second one is made. An outcome that is not known stays as it is:
 * publishing goes on asking, and submits nothing a second time.
 */
export const createReopening = ({ store, deliveryTo, now }: Deps) =>
  async function reopened(ref: DeliveryRef): Promise<StoredDelivery | undefined> {
    const known = await store.find(ref);
    if (ref.attempt <= (known?.attempt ?? 1) || known?.withdrawalAskedAt || known?.discardedAt) return known;
    return orRefused(now, {}, async () => {
      const delivery = deliveryTo(ref.account);
      if (known && !(await isOver(known, delivery))) return known;
      const post = await delivery.findPost(releaseMark(ref.releaseId));
      const isPublic = post && (await delivery.articleState(post.articleId)) === 'public';
      if (known?.submission || known?.live) await store.reopened(ref);
      if (isPublic) await store.live(ref, { articleId: post.articleId, url: post.items[0]?.url || null });
      return store.find(ref);
    });
  };

/** Whether nothing that is on record is public, or can still become so. */
async function isOver(
  { live, submission, intendedAt }: StoredDelivery,
  wechat: Pick<WeChatDelivery, 'awaitPublished' | 'articleState'>,
): Promise<boolean> {
  if (live) return (await wechat.articleState(live.articleId)) !== 'public';
  if (!submission) return intendedAt === null;
  const stands = await wechat.awaitPublished(submission);
  return stands.state === 'refused' && stands.status !== BLOCKED;
}

/** What was submitted by nobody here may still have been published by hand from the draft box. */
export const soughtByMarker = (
  { mediaId, marker }: Draft,
  { intendedAt, preparedAt }: Pick<StoredDelivery, 'intendedAt' | 'preparedAt'>,
): Submission => ({ state: 'accepted', mediaId, marker, since: Date.parse(intendedAt ?? preparedAt ?? '') });
