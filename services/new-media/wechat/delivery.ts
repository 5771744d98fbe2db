import type { DeliveryDeps, PublishRecord, Submission } from './ports.ts';
import { type Draft, prepareDraft } from './prepare-draft.ts';
import { awaitPublished, newestPost, publishDraft } from './publish.ts';
import type { ExpectedArticle } from './reading.ts';
import { articleState, deleteArticle, verifyArticle } from './verify.ts';

/** Where the articles of the platform at `apiUrl` are read: its own host, or that of a stand-in. */
export const articleOriginsOf = (apiUrl: string): string[] =>
  new URL(apiUrl).host === 'api.weixin.qq.com'
    ? ['https://mp.weixin.qq.com', 'http://mp.weixin.qq.com']
    : [new URL(apiUrl).origin];

/** An unanswered submit is asked for during six seconds: far longer than a call in flight lives at the platform's edge. */
export const SETTLE = { asks: 4, everyMs: 2000 };

/** The steps of a delivery to one official account, each safe to repeat, as activities call them. */
export const createWeChatDelivery = (deps: DeliveryDeps) => ({
  prepareDraft: (post: unknown) => prepareDraft(post, deps),
  /** Takes a prepared draft away again. A draft that is not there is discarded. */
  discardDraft: ({ mediaId }: Draft) => deps.client.deleteDraft(mediaId),
  hasDraft: async ({ mediaId }: Draft) => (await deps.client.getDraft(mediaId)) !== undefined,
  publishDraft: (draft: Draft, record: PublishRecord) => publishDraft(draft, record, deps),
  awaitPublished: (submission: Submission) => awaitPublished(submission, deps),
  /** The newest post whose first source link ends in `#mark`. */
  findPost: (mark: string) =>
    newestPost(([first]) => URL.parse(first?.content_source_url ?? '')?.hash === `#${mark}`, 0, deps),
  verifyArticle: (articleId: string, expected: ExpectedArticle[]) => verifyArticle(articleId, expected, deps),
  articleState: (articleId: string) => articleState(articleId, deps),
  deleteArticle: (articleId: string) => deleteArticle(articleId, deps),
});
export type WeChatDelivery = ReturnType<typeof createWeChatDelivery>;
