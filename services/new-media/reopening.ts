import { orRefused } from './channel-failure.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from './delivery-store.ts';
import type { WeChatDelivery } from './wechat/delivery.ts';
import type { Submission } from './wechat/ports.ts';
import type { Draft } from './wechat/prepare-draft.ts';

type Deps = {
  store: DeliveryStore;
  deliveryTo: (account: string) => Pick<WeChatDelivery, 'awaitPublished'>;
  now: () => number;
};

/** Posts that were public for a moment: an office that wants them back has to look at why first. */
const ONCE_PUBLIC = [5, 6];

/**
 * 重试: opens a delivery again whose post WeChat refused in an earlier try. First WeChat is asked, since the refused draft
 * goes back to the box and an administrator may have published it from there. An outcome that is not known stays as it
 * is: publishing goes on asking, and submits nothing a second time.
 */
export const createReopening = ({ store, deliveryTo, now }: Deps) =>
  async function reopened(ref: DeliveryRef): Promise<StoredDelivery | undefined> {
    const known = await store.find(ref);
    if (!known?.draft || !known.submission || known.live || (known.attempt ?? 1) >= ref.attempt) return known;
    const { draft, submission } = known;
    return orRefused(now, {}, async () => {
      const delivery = deliveryTo(ref.account);
      const stands = await delivery.awaitPublished(submission);
      if (stands.state !== 'refused' || ONCE_PUBLIC.includes(stands.status ?? 0)) return known;
      const byHand = await delivery.awaitPublished(soughtByMarker(draft, known));
      if (byHand.state !== 'published') return store.reopened(ref, submission);
      await store.publishRecord(ref).confirmed('', { state: 'published', articleId: byHand.articleId });
      return store.find(ref);
    });
  };

/** What was submitted by nobody here may still have been published by hand from the draft box. */
export const soughtByMarker = (
  { mediaId, marker }: Draft,
  { intendedAt, preparedAt }: Pick<StoredDelivery, 'intendedAt' | 'preparedAt'>,
): Submission => ({ state: 'accepted', mediaId, marker, since: Date.parse(intendedAt ?? preparedAt ?? '') });
