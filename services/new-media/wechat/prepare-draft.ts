import type { Digest } from '../../../schemas/text.ts';
import { placedImages, WeChatPost } from '../../../schemas/wechat.ts';
import type { NewsItem } from './answers.ts';
import type { DraftArticle } from './client.ts';
import type { DeliveryDeps, Marker, Upload } from './ports.ts';
import { readContent } from './reading.ts';
import { PostUnfit } from './refusal.ts';

/** Larger boxes are not searched: the drafts of one release are among the newest. */
const PAGES = 10;
const PAGE = 20;
const MIB = 1024 * 1024;

export type Draft = { mediaId: string; marker: Marker };

export const markerOf = ({ articles: [first] }: WeChatPost): Marker => ({
  title: first?.title ?? '',
  contentSourceUrl: first?.contentSourceUrl ?? '',
});

export const carries = ([first]: NewsItem[], { title, contentSourceUrl }: Marker): boolean =>
  first?.title === title && first.content_source_url === contentSourceUrl;

/**
 * Uploads what the post shows and puts it into the draft box, not public. A repeat finds the draft by its marker and
 * returns it; drafts of ours with the same marker and other content (an earlier revision, a lost repeat) are deleted, so
 * there is never a second one. Throws `PostUnfit` before any call for what WeChat would refuse, and after it for what
 * WeChat silently took out.
 */
export async function prepareDraft(input: unknown, deps: DeliveryDeps): Promise<Draft> {
  const post = parsePost(input);
  const marker = markerOf(post);
  const articles = await uploaded(post, deps);
  const [kept, ...others] = await draftsOf(marker, articles, deps);
  for (const { mediaId } of others) await deps.client.deleteDraft(mediaId);
  if (kept?.asPrepared) return { mediaId: kept.mediaId, marker };
  if (kept) await deps.client.deleteDraft(kept.mediaId);

  const { mediaId } = await deps.client.addDraft(articles);
  const stored = await deps.client.getDraft(mediaId);
  if (!stored || !holds(stored, articles)) {
    await deps.client.deleteDraft(mediaId);
    throw new PostUnfit({
      zh: '微信保存的草稿与送审内容不一致（图片或内容被去掉），草稿已删除。请检查正文中的图片与格式。',
      en: 'The draft that WeChat stored differs from what was signed off (pictures or content were removed); it was deleted. Check pictures and markup of the text.',
    });
  }
  return { mediaId, marker };
}

/** Throws `PostUnfit` with every problem at once. */
export function parsePost(input: unknown): WeChatPost {
  const { data, error } = WeChatPost.safeParse(input);
  if (data) return data;
  const problems = error.issues.map(
    ({ path, message }) => `${path.map((part) => (typeof part === 'number' ? part + 1 : part)).join(' ')}: ${message}`,
  );
  throw new PostUnfit({
    zh: `微信图文不符合要求，未发出任何请求：${problems.join('；')}`,
    en: `The WeChat post does not fit, nothing was sent: ${problems.join('; ')}`,
  });
}

async function uploaded(post: WeChatPost, { client, blobs, uploads }: DeliveryDeps): Promise<DraftArticle[]> {
  const typeOf = new Map(post.images.map((image) => [image.digest, image.mediaType]));
  const upload = async (use: 'cover' | 'content', digest: Digest) => {
    const known = await uploads.find(use, digest);
    if (known) return known;
    const mediaType = typeOf.get(digest);
    if (!mediaType) throw new Error(`No media type of picture ${digest}`); // the schema has checked it
    const picture = { digest, mediaType, bytes: await blobs.get(digest) };
    requireUploadable(use, picture);
    const result: Upload =
      use === 'cover' ? await client.uploadCover(picture) : await client.uploadContentImage(picture);
    await uploads.save(use, digest, result);
    return result;
  };

  const articles: DraftArticle[] = [];
  for (const article of post.articles) {
    const cover = await upload('cover', article.coverDigest);
    let { content } = article;
    for (const digest of placedImages(content)) {
      const { url } = await upload('content', digest);
      content = content.replaceAll(`lockstep-image:${digest}`, url.replaceAll('&', '&amp;'));
    }
    requireShortEnough(content, articles.length + 1);
    articles.push({
      title: article.title,
      author: article.author ?? '',
      digest: post.articles.length === 1 ? (article.digest ?? '') : '',
      content,
      contentSourceUrl: article.contentSourceUrl,
      coverMediaId: cover.mediaId ?? '',
    });
  }
  return articles;
}

/** The addresses of the pictures count too, and they are known only after the upload. */
function requireShortEnough(content: string, idx: number): void {
  const length = [...content].length;
  if (length < 20_000) return;
  throw new PostUnfit({
    zh: `第 ${idx} 篇正文连同图片地址有 ${length} 个字符，微信要求少于 20000 个字符，请缩短正文。`,
    en: `Article ${idx} has ${length} characters with its picture addresses, WeChat takes fewer than 20,000; shorten the text.`,
  });
}

/** What WeChat documents of pictures, checked here because its answer would come after others were uploaded. */
function requireUploadable(
  use: 'cover' | 'content',
  { bytes, mediaType, digest }: { bytes: Uint8Array; mediaType: string; digest: string },
): void {
  const fits = use === 'cover' ? bytes.length <= 10 * MIB : bytes.length < MIB && /jpeg|png/.test(mediaType);
  if (fits) return;
  const [zh, en] =
    use === 'cover'
      ? ['封面最大 10 MB', 'a cover may have 10 MB']
      : ['正文图片须为 jpg 或 png 且小于 1 MB', 'a picture in the text must be jpg or png below 1 MB'];
  throw new PostUnfit({
    zh: `图片 ${digest.slice(0, 12)}…（${mediaType}，${bytes.length} 字节）不符合微信要求：${zh}。`,
    en: `Picture ${digest.slice(0, 12)}… (${mediaType}, ${bytes.length} bytes) does not fit WeChat: ${en}.`,
  });
}

/** The drafts that carry our marker, the one that is as prepared first. */
async function draftsOf(marker: Marker, articles: DraftArticle[], { client }: DeliveryDeps) {
  const found: { mediaId: string; asPrepared: boolean }[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const { item, total_count } = await client.listDrafts(page * PAGE, PAGE);
    for (const { media_id, content } of item) {
      if (carries(content.news_item, marker))
        found.push({ mediaId: media_id, asPrepared: holds(content.news_item, articles) });
    }
    if (item.length === 0 || (page + 1) * PAGE >= total_count) break;
  }
  return found.sort((one, other) => Number(other.asPrepared) - Number(one.asPrepared));
}

/** Whether WeChat holds what was sent: same articles, covers, text and pictures, whatever it did to the markup. */
function holds(stored: NewsItem[], articles: DraftArticle[]): boolean {
  if (stored.length !== articles.length) return false;
  return articles.every((article, at) => {
    const item = stored[at];
    if (!item) return false;
    const [sent, kept] = [readContent(article.content), readContent(item.content)];
    return (
      item.title === article.title &&
      item.author === article.author &&
      item.content_source_url === article.contentSourceUrl &&
      item.thumb_media_id === article.coverMediaId &&
      sent.textDigest === kept.textDigest &&
      sent.images.map(pathOf).join('\n') === kept.images.map(pathOf).join('\n')
    );
  });
}

/** WeChat answers with http or https and adds parameters of its own: the path is what tells pictures apart. */
const pathOf = (url: string) => URL.parse(url)?.pathname ?? url;
