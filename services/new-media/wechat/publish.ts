import { OutcomeUnknown } from '../../../infra/http/request.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { NewsItem, StatusAnswer } from './answers.ts';
import type { DeliveryDeps, Marker, PublishRecord, Submission } from './ports.ts';
import type { Draft } from './prepare-draft.ts';
import { carries } from './prepare-draft.ts';
import { refusedWith, WeChatRefusal } from './refusal.ts';

const PAGES = 5;
const PAGE = 20;
/** Our clock and WeChat's may differ by so much before a post counts as an older one with the same marker. */
const CLOCK_SLACK_MS = 600_000;

/**
 * Publishes a draft at most once. The intent is recorded first; after an answer that was lost, and at any repeat after an
 * intent that was never confirmed, WeChat is asked before anything is submitted again (freepublish/submit has no
 * idempotency key). A refusal by WeChat is thrown as it is; so is `OutcomeUnknown` if asking does not help either.
 */
export async function publishDraft(draft: Draft, record: PublishRecord, deps: DeliveryDeps): Promise<Submission> {
  const key = `publish/${draft.mediaId}`;
  const earlier = await record.find(key);
  if (earlier?.confirmed) return earlier.confirmed;
  const since = earlier?.intendedAt ?? deps.now();
  const confirm = async (submission: Submission) => {
    await record.confirmed(key, submission);
    return submission;
  };

  if (earlier) {
    const found = await asked(draft, since, deps);
    if (found) return confirm(found);
  } else {
    await record.intended(key, since);
  }
  try {
    return await confirm({ state: 'submitted', ...(await deps.client.submitPublish(draft.mediaId)) });
  } catch (error) {
    // -1 "busy" proves nothing; 40007 means the draft was taken since we looked, maybe by our own lost call.
    const lost = error instanceof OutcomeUnknown || refusedWith(error, -1) || (earlier && refusedWith(error, 40007));
    if (!lost) {
      if (!earlier && error instanceof WeChatRefusal) await record.refused(key, error.detail);
      throw error;
    }
    const found = await asked(draft, since, deps);
    if (found) return confirm(found);
    throw error; // WeChat never got it: the repeat, with this intent on record, asks once more and then submits
  }
}

/** Whether the draft was taken. Asked several times while it is still in the box: our call may be on its way. */
async function asked({ mediaId, marker }: Draft, since: number, deps: DeliveryDeps): Promise<Submission | undefined> {
  for (let ask = 1; ; ask += 1) {
    if ((await deps.client.getDraft(mediaId)) === undefined) {
      const post = await publishedSince(marker, since, deps);
      return post ? { state: 'published', articleId: post.articleId } : { state: 'accepted', mediaId, marker, since };
    }
    if (ask >= deps.settle.asks) return undefined;
    await deps.pause(deps.settle.everyMs);
  }
}

/** The newest published post with this marker that is not older than `since`. */
const publishedSince = (marker: Marker, since: number, deps: Pick<DeliveryDeps, 'client'>) =>
  newestPost((items) => carries(items, marker), since - CLOCK_SLACK_MS, deps);

/** Among the newest hundred posts; one that readers can open comes before one that was deleted. */
export async function newestPost(
  suits: (items: NewsItem[]) => boolean,
  since: number,
  { client }: Pick<DeliveryDeps, 'client'>,
): Promise<{ articleId: string; items: { idx: number; url: string }[] } | undefined> {
  const found: { articleId: string; news: NewsItem[] }[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const { item, total_count } = await client.listPublished(page * PAGE, PAGE);
    for (const { article_id, content, update_time } of item) {
      if (update_time * 1000 >= since && suits(content.news_item))
        found.push({ articleId: article_id, news: content.news_item });
    }
    if (item.length === 0 || (page + 1) * PAGE >= total_count) break;
  }
  const post = found.find(({ news }) => news.some(({ is_deleted }) => !is_deleted)) ?? found[0];
  return post && { articleId: post.articleId, items: post.news.map(({ url }, at) => ({ idx: at + 1, url })) };
}

export type PublishState =
  | { state: 'running' }
  | { state: 'published'; articleId: string; items: { idx: number; url: string }[] }
  /** `status` as WeChat gives it; null where the draft came back to the box without a word. */
  | { state: 'refused'; status: number | null; reason: Bilingual; failIdx: number[] };

const REASONS: Record<number, Bilingual> = {
  2: { zh: '原创声明失败', en: 'The claim of originality failed' },
  3: { zh: '发布失败', en: 'Publishing failed' },
  4: { zh: '平台审核不通过', en: 'The platform review refused it' },
  5: { zh: '发布后所有文章已被删除', en: 'All articles were deleted after publishing' },
  6: { zh: '发布后被平台封禁', en: 'The platform blocked all articles after publishing' },
};

/** One look at a submitted post. `running` means: look again later; how long to wait is the caller's decision. */
export async function awaitPublished(submission: Submission, deps: DeliveryDeps): Promise<PublishState> {
  if (submission.state === 'submitted') return stateOf(await deps.client.getPublishStatus(submission.publishId));
  if (submission.state === 'published') {
    const items = await deps.client.getArticle(submission.articleId);
    if (!items) return { state: 'running' };
    return {
      state: 'published',
      articleId: submission.articleId,
      items: items.map(({ url }, at) => ({ idx: at + 1, url })),
    };
  }
  const post = await publishedSince(submission.marker, submission.since, deps);
  if (post) return { state: 'published', ...post };
  if ((await deps.client.getDraft(submission.mediaId)) === undefined) return { state: 'running' };
  const reason = {
    zh: '草稿回到草稿箱：发布未完成，请到公众平台查看原因',
    en: 'The draft is back in the box: it was not published; see the WeChat website for the reason',
  };
  return { state: 'refused', status: null, reason, failIdx: [] };
}

function stateOf({ publish_status, article_id, article_detail, fail_idx }: StatusAnswer): PublishState {
  if (publish_status === 1) return { state: 'running' };
  if (publish_status === 0) {
    if (!article_id || !article_detail) return { state: 'running' }; // success without an address is not evidence yet
    const items = article_detail.item.map(({ idx, article_url }) => ({ idx, url: article_url }));
    return { state: 'published', articleId: article_id, items };
  }
  const reason = REASONS[publish_status] ?? { zh: '发布失败', en: 'Publishing failed' };
  return { state: 'refused', status: publish_status, reason, failIdx: fail_idx };
}
