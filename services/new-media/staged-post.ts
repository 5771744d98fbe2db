import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { WeChatPost } from '../../schemas/wechat.ts';
import { parsePost } from './wechat/prepare-draft.ts';

/** Ends every source link of a release's post, so that the post is known again also where our own record of it is lost. */
export const releaseMark = (releaseId: ReleaseId) => `r-${releaseId}`;

/**
 * The sealed post of a release as one account publishes it. Sealed it is the same for all of them: an article without an
 * author of its own has the account's. Source links bear the release's own mark: revisions of one bundle share title and
 * address, and the mark keeps the draft of one from being taken for that of another. A fragment leads to the same page.
 */
export async function stagedPost(
  { releaseId, objects, author }: { releaseId: ReleaseId; objects: StagedObject[]; author: string },
  blobs: Pick<BlobStore, 'get'>,
): Promise<WeChatPost> {
  const staged = objects.find(({ path }) => path === 'post.json');
  if (!staged) throw permanent('StagingDamaged', { zh: '预置内容中没有微信图文', en: 'No WeChat post was staged' });
  const text = new TextDecoder().decode(await blobs.get(staged.sha256)); // checks the digest
  const post = parsePost(jsonOrUndefined(text));
  const withMark = (address: string) => {
    const url = new URL(address);
    url.hash = releaseMark(releaseId);
    return url.toString();
  };
  return {
    ...post,
    articles: post.articles.map((article) => ({
      ...article,
      author: article.author ?? author,
      contentSourceUrl: withMark(article.contentSourceUrl),
    })),
  };
}

const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says in words what is missing
  }
};
