import { z } from 'zod';
import { plainText, storedContent } from './content.ts';
import { WeChatError } from './errors.ts';
import type { Materials } from './materials.ts';

const Flag = z.union([z.literal(0), z.literal(1)]).default(0);
const Sent = z.object({
  article_type: z.string().default('news'),
  title: z.string().default(''),
  author: z.string().default(''),
  digest: z.string().default(''),
  content: z.string().default(''),
  content_source_url: z.string().default(''),
  thumb_media_id: z.string().default(''),
  need_open_comment: Flag,
  only_fans_can_comment: Flag,
  pic_crop_235_1: z.string().optional(),
  pic_crop_1_1: z.string().optional(),
});

/** One article (图文) as the platform keeps it. */
export const Article = Sent.extend({ title: z.string().min(1) });
export type Article = z.infer<typeof Article>;

/** Eight articles was always the most that one message could carry. */
const MOST_ARTICLES = 8;
/** Characters are counted, not bytes and not UTF-16 halves: 32 rare characters are 32. */
const characters = (text: string) => [...text].length;

/**
 * Checks one article as draft/add documents it and returns what is stored.
 * The page also says "2 KB" for content; the same row's 20,000 characters and 1 MB is what holds.
 */
export function acceptArticle(value: unknown, materials: Materials, single: boolean): Article {
  const parsed = Sent.safeParse(value);
  if (!parsed.success) throw new WeChatError(47001);
  const article = parsed.data;
  if (article.article_type !== 'news') throw new WeChatError(40008);
  if (article.title.trim() === '') throw new WeChatError(40097, 'hint: title');
  if (characters(article.title) > 32) throw new WeChatError(45003);
  if (characters(article.author) > 16) throw new WeChatError(45110);
  if (characters(article.digest) > 128) throw new WeChatError(45004);
  if (article.content.trim() === '') throw new WeChatError(44004);
  if (characters(article.content) >= 20_000 || Buffer.byteLength(article.content) >= 1024 * 1024)
    throw new WeChatError(45002);
  if (Buffer.byteLength(article.content_source_url) > 1024) throw new WeChatError(45005);
  if (
    article.content_source_url !== '' &&
    !z.url({ protocol: /^https?$/ }).safeParse(article.content_source_url).success
  ) {
    throw new WeChatError(40048);
  }
  if (!materials.hasCover(article.thumb_media_id)) throw new WeChatError(40007);
  const content = storedContent(article.content, materials.issued);
  if (plainText(content) === '' && !content.includes('<img')) throw new WeChatError(45166);
  // A digest belongs to a single article; several articles show none, and an empty one is the text's beginning.
  const digest = single ? article.digest || [...plainText(content)].slice(0, 54).join('') : '';
  return { ...article, content, digest };
}

export function acceptArticles(value: unknown, materials: Materials): Article[] {
  if (!Array.isArray(value) || value.length === 0) throw new WeChatError(44003);
  if (value.length > MOST_ARTICLES) throw new WeChatError(45008);
  return value.map((article) => acceptArticle(article, materials, value.length === 1));
}
