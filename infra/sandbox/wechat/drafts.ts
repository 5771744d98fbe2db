import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { Article, acceptArticle, acceptArticles } from './articles.ts';
import { WeChatError } from './errors.ts';
import type { Materials } from './materials.ts';
import { transaction } from './store.ts';

const Row = z
  .object({ media_id: z.string(), articles: z.string(), created_at: z.number(), updated_at: z.number() })
  .transform(({ articles, ...row }) => ({ ...row, articles: z.array(Article).parse(JSON.parse(articles)) }));
type Row = z.infer<typeof Row>;

export const MediaIdBody = z.object({ media_id: z.string().min(1) });
export const PageBody = z.object({
  offset: z.int().min(0),
  count: z.int().min(1).max(20),
  no_content: z.union([z.literal(0), z.literal(1)]).default(0),
});

/** Parses a body, or answers as the platform does to a field that is missing or out of range. */
export function parsed<T extends z.ZodType>(
  schema: T,
  body: unknown,
  otherwise: 40007 | 40097 | 47001 | 53600 = 40097,
): z.output<T> {
  const result = schema.safeParse(body);
  if (!result.success) throw new WeChatError(otherwise);
  return result.data;
}

/**
 * A draft is in the box while no publish job holds it: a running job and a published one have taken it out, a refused
 * job gives it back. So the box is derived from the jobs and cannot disagree with them.
 */
const IN_BOX = `drafts.appid = :appid AND NOT EXISTS (
  SELECT 1 FROM publications p WHERE p.media_id = drafts.media_id AND (p.done_at > :now OR p.status = 0)
)`;

/** The draft box (草稿箱) of an account. */
export const createDrafts = (db: DatabaseSync, appid: string, materials: Materials) => {
  const find = (mediaId: string, now: number): Row => {
    const row = db.prepare(`SELECT * FROM drafts WHERE media_id = :mediaId AND ${IN_BOX}`).get({ mediaId, appid, now });
    if (!row) throw new WeChatError(40007);
    return Row.parse(row);
  };
  const count = (now: number) =>
    z
      .object({ n: z.number() })
      .parse(db.prepare(`SELECT count(*) AS n FROM drafts WHERE ${IN_BOX}`).get({ appid, now })).n;
  const shown = (articles: Article[], withContent: boolean) =>
    articles.map((article) => ({
      ...article,
      content: withContent ? article.content : '',
      thumb_url: materials.coverUrl(article.thumb_media_id) ?? '',
    }));

  return {
    find,

    add(body: unknown, now: number) {
      const { articles } = parsed(z.object({ articles: z.unknown().optional() }), body, 47001);
      const mediaId = randomBytes(48).toString('base64url');
      const stored = JSON.stringify(acceptArticles(articles, materials));
      db.prepare('INSERT INTO drafts VALUES (?, ?, ?, ?, ?)').run(mediaId, appid, stored, now, now);
      return { media_id: mediaId };
    },

    /** `articles` is one object here, not an array. */
    update(body: unknown, now: number) {
      const { media_id, index, articles } = parsed(
        MediaIdBody.extend({ index: z.int().min(0), articles: z.unknown().optional() }),
        body,
      );
      if (Array.isArray(articles) || typeof articles !== 'object') throw new WeChatError(47001);
      return transaction(db, () => {
        const draft = find(media_id, now);
        if (index >= draft.articles.length) throw new WeChatError(40097, 'hint: index');
        draft.articles[index] = acceptArticle(articles, materials, draft.articles.length === 1);
        db.prepare('UPDATE drafts SET articles = ?, updated_at = ? WHERE media_id = ?').run(
          JSON.stringify(draft.articles),
          now,
          media_id,
        );
        return { errcode: 0, errmsg: 'ok' };
      });
    },

    get(body: unknown, now: number) {
      const draft = find(parsed(MediaIdBody, body, 40007).media_id, now);
      return {
        news_item: shown(draft.articles, true),
        create_time: seconds(draft.created_at),
        update_time: seconds(draft.updated_at),
      };
    },

    batchget(body: unknown, now: number) {
      const { offset, count: limit, no_content } = parsed(PageBody, body);
      const rows = db
        .prepare(
          `SELECT * FROM drafts WHERE ${IN_BOX} ORDER BY updated_at DESC, rowid DESC LIMIT :limit OFFSET :offset`,
        )
        .all({ appid, now, limit, offset });
      const item = z
        .array(Row)
        .parse(rows)
        .map((draft) => ({
          media_id: draft.media_id,
          content: {
            news_item: shown(draft.articles, no_content === 0),
            create_time: seconds(draft.created_at),
            update_time: seconds(draft.updated_at),
          },
          update_time: seconds(draft.updated_at),
        }));
      return { total_count: count(now), item_count: item.length, item };
    },

    /** Irreversible. */
    delete(body: unknown, now: number) {
      const draft = find(parsed(MediaIdBody, body, 40007).media_id, now);
      db.prepare('DELETE FROM drafts WHERE media_id = ?').run(draft.media_id);
      return { errcode: 0, errmsg: 'ok' };
    },

    count: (now: number) => ({ total_count: count(now) }),
  };
};
export type Drafts = ReturnType<typeof createDrafts>;

export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
