import type { DeliveryOrder } from '../../activities/delivery/types.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { WeChatPost } from '../../schemas/wechat.ts';
import { parsePost } from './wechat/prepare-draft.ts';

/**
 * The sealed post of an order, with the release's own mark on its source links. Revisions of one bundle share title and
 * address; the mark keeps the draft of one from being taken for that of another. A fragment leads to the same page.
 */
export async function stagedPost(
  { releaseId, objects }: Pick<DeliveryOrder, 'releaseId' | 'objects'>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<WeChatPost> {
  const staged = objects.find(({ path }) => path === 'post.json');
  if (!staged) throw permanent('StagingDamaged', { zh: '预置内容中没有微信图文', en: 'No WeChat post was staged' });
  const text = new TextDecoder().decode(await blobs.get(staged.sha256)); // checks the digest
  return marked(parsePost(jsonOrUndefined(text)), releaseId);
}

function marked(post: WeChatPost, releaseId: ReleaseId): WeChatPost {
  const withMark = (address: string) => {
    const url = new URL(address);
    url.hash = `r-${releaseId}`;
    return url.toString();
  };
  return {
    ...post,
    articles: post.articles.map((article) => ({ ...article, contentSourceUrl: withMark(article.contentSourceUrl) })),
  };
}

const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says in words what is missing
  }
};
