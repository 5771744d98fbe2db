import { z } from 'zod';

const id = z.union([z.string().min(1), z.int().transform(String)]);
const text = z.string().default('');

/** Every answer may be an error, under HTTP 200. */
export const Failure = z.object({ errcode: z.int(), errmsg: text });

export const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.int().positive() });
export const ImageAnswer = z.object({ url: z.url() });
export const MaterialAnswer = z.object({ media_id: z.string().min(1), url: text });
export const DraftAnswer = z.object({ media_id: z.string().min(1) });
/** The provider's pages disagree on the type of publish_id. */
export const SubmitAnswer = z.object({ publish_id: id });

/** An article as drafts and published posts show it. */
export const NewsItem = z.object({
  title: z.string(),
  author: text,
  digest: text,
  content: text,
  content_source_url: text,
  thumb_media_id: text,
  url: text,
  is_deleted: z.boolean().default(false),
});
export type NewsItem = z.infer<typeof NewsItem>;
export const NewsAnswer = z.object({ news_item: z.array(NewsItem) });

const page = <T extends z.ZodType>(item: T) =>
  z.object({ total_count: z.int().min(0), item: z.array(item).default([]) });
const Content = z.object({ news_item: z.array(NewsItem) });
export const DraftPage = page(z.object({ media_id: z.string(), content: Content }));
/** `update_time` is in seconds. */
export const PublishedPage = page(
  z.object({ article_id: z.string(), content: Content, update_time: z.int().default(0) }),
);

export const StatusAnswer = z.object({
  publish_id: id,
  publish_status: z.literal([0, 1, 2, 3, 4, 5, 6]),
  article_id: z.string().optional(),
  article_detail: z.object({ item: z.array(z.object({ idx: z.int(), article_url: z.url() })) }).optional(),
  fail_idx: z.array(z.int()).default([]),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;
export const Done = z.object({});
