import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { WeChatAccount } from './account.ts';
import { Article } from './articles.ts';
import { plainText } from './content.ts';
import { type Drafts, MediaIdBody, PageBody, parsed, seconds } from './drafts.ts';
import { WeChatError } from './errors.ts';
import type { Materials } from './materials.ts';
import { transaction } from './store.ts';

/** publish_status: 0 published, 1 running, 2 originality claim failed, 3 failed, 4 refused by review, 5 deleted by the user, 6 banned. */
export const PublishStatus = z.literal([0, 1, 2, 3, 4, 5, 6]);
export type PublishStatus = z.infer<typeof PublishStatus>;

const JobRow = z
  .object({
    publish_id: z.number(),
    article_id: z.string(),
    submitted_at: z.number(),
    done_at: z.number(),
    status: PublishStatus,
    fail_idx: z.string(),
  })
  .transform((row) => ({ ...row, fail_idx: z.array(z.int()).parse(JSON.parse(row.fail_idx)) }));
type Job = z.infer<typeof JobRow>;

const ArticleRow = z
  .object({ sn: z.string(), idx: z.number(), article: z.string(), deleted_at: z.number().nullable() })
  .transform(({ article, ...row }) => ({ ...row, article: Article.parse(JSON.parse(article)) }));
export type PublishedArticle = z.infer<typeof ArticleRow>;
/** One published message (an item of the followers' list) with its articles. */
export type Publication = { articleId: string; publishedAt: number; articles: PublishedArticle[] };

const ArticleIdBody = z.object({ article_id: z.string().min(1) });

/**
 * 发布能力. A job's result is fixed when it is accepted and becomes visible at `done_at`, so no timer has to survive a
 * crash: whoever asks later is answered from the clock.
 */
export const createPublishing = (
  db: DatabaseSync,
  account: WeChatAccount,
  drafts: Drafts,
  materials: Materials,
  origin: () => string,
) => {
  const { appid } = account;
  const articlesOf = (publishId: number) =>
    z
      .array(ArticleRow)
      .parse(
        db
          .prepare('SELECT sn, idx, article, deleted_at FROM articles WHERE publish_id = ? ORDER BY idx')
          .all(publishId),
      );
  const urlOf = (sn: string) => `${origin()}/s/${sn}`;
  const mentions = (article: Article, words: string[]) => {
    const text = `${article.title} ${article.author} ${article.digest} ${plainText(article.content)}`;
    return words.some((word) => text.includes(word));
  };
  const failing = (articles: Article[], words: string[]) =>
    articles.flatMap((article, at) => (mentions(article, words) ? [at + 1] : []));

  const outcomeOf = (articles: Article[]): { status: PublishStatus; failIdx: number[] } => {
    const claimed = failing(articles, account.objections.originality);
    if (claimed.length > 0) return { status: 2, failIdx: claimed };
    const refused = failing(articles, account.objections.review);
    return refused.length > 0 ? { status: 4, failIdx: refused } : { status: 0, failIdx: [] };
  };

  const statusOf = (job: Job, now: number): PublishStatus => {
    if (job.done_at > now) return 1;
    if (job.status !== 0) return job.status;
    return articlesOf(job.publish_id).every(({ deleted_at }) => deleted_at !== null) ? 5 : 0;
  };

  const published = (articleId: string, now: number): Job => {
    const row = db
      .prepare('SELECT * FROM publications WHERE article_id = ? AND appid = ? AND status = 0 AND done_at <= ?')
      .get(articleId, appid, now);
    if (!row) throw new WeChatError(53600);
    return JobRow.parse(row);
  };

  const newsItems = (job: Job, withContent: boolean) =>
    articlesOf(job.publish_id).map(({ sn, article, deleted_at }) => ({
      ...article,
      content: withContent ? article.content : '',
      thumb_url: materials.coverUrl(article.thumb_media_id) ?? '',
      url: urlOf(sn),
      is_deleted: deleted_at !== null,
    }));

  const status = (job: Job, now: number) => {
    const publishStatus = statusOf(job, now);
    const base = { publish_id: String(job.publish_id), publish_status: publishStatus, fail_idx: [] as number[] };
    if (publishStatus === 0) {
      const item = articlesOf(job.publish_id).map(({ sn, idx }) => ({ idx, article_url: urlOf(sn) }));
      return { ...base, article_id: job.article_id, article_detail: { count: item.length, item } };
    }
    return publishStatus === 2 || publishStatus === 4 ? { ...base, fail_idx: job.fail_idx } : base;
  };

  return {
    status,

    /** There is no idempotency key. A draft that a job has taken is no longer in the box: 40007. */
    submit(body: unknown, now: number) {
      const { media_id } = parsed(MediaIdBody, body, 40007);
      return transaction(db, () => {
        const { articles } = drafts.find(media_id, now);
        if (account.publishing === 'website-only') throw new WeChatError(53504);
        if (account.publishing === 'save-on-website-first') throw new WeChatError(53505);
        if (failing(articles, account.objections.beforePublishing).length > 0) throw new WeChatError(53503);
        const { status, failIdx } = outcomeOf(articles);
        const { lastInsertRowid } = db
          .prepare(
            'INSERT INTO publications (appid, media_id, article_id, submitted_at, done_at, status, fail_idx) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            appid,
            media_id,
            randomBytes(48).toString('base64url'),
            now,
            now + account.publishMilliseconds,
            status,
            JSON.stringify(failIdx),
          );
        const insert = db.prepare('INSERT INTO articles (sn, publish_id, idx, article) VALUES (?, ?, ?, ?)');
        articles.forEach((article, at) => {
          insert.run(randomBytes(16).toString('base64url'), lastInsertRowid, at + 1, JSON.stringify(article));
        });
        const publishId = String(lastInsertRowid);
        return { errcode: 0, errmsg: 'ok', publish_id: publishId, msg_data_id: 2247483647 + Number(lastInsertRowid) };
      });
    },

    get(body: unknown, now: number) {
      // Both types occur in the provider's own pages.
      const { publish_id } = parsed(z.object({ publish_id: z.union([z.string().regex(/^\d+$/), z.int()]) }), body);
      const row = db
        .prepare('SELECT * FROM publications WHERE publish_id = ? AND appid = ?')
        .get(Number(publish_id), appid);
      if (!row) throw new WeChatError(40097, 'hint: publish_id');
      return status(JobRow.parse(row), now);
    },

    /** Irreversible. `index` counts from 1; left out or 0, it deletes every article of the message. */
    delete(body: unknown, now: number) {
      const { article_id, index } = parsed(ArticleIdBody.extend({ index: z.int().min(0).default(0) }), body, 53600);
      return transaction(db, () => {
        const job = published(article_id, now);
        const { changes } = db
          .prepare(
            'UPDATE articles SET deleted_at = :now WHERE publish_id = :job AND deleted_at IS NULL AND (:index = 0 OR idx = :index)',
          )
          .run({ now, job: job.publish_id, index });
        if (changes === 0) throw new WeChatError(53600);
        return { errcode: 0, errmsg: 'ok' };
      });
    },

    getarticle(body: unknown, now: number) {
      return { news_item: newsItems(published(parsed(ArticleIdBody, body, 53600).article_id, now), true) };
    },

    batchget(body: unknown, now: number) {
      const { offset, count, no_content } = parsed(PageBody, body);
      const done = 'FROM publications WHERE appid = :appid AND status = 0 AND done_at <= :now';
      const total = z.object({ n: z.number() }).parse(db.prepare(`SELECT count(*) AS n ${done}`).get({ appid, now })).n;
      const item = z
        .array(JobRow)
        .parse(
          db
            .prepare(`SELECT * ${done} ORDER BY publish_id DESC LIMIT :count OFFSET :offset`)
            .all({ appid, now, count, offset }),
        )
        .map((job) => ({
          article_id: job.article_id,
          content: {
            news_item: newsItems(job, no_content === 0),
            create_time: seconds(job.submitted_at),
            update_time: seconds(job.done_at),
          },
          update_time: seconds(job.done_at),
        }));
      return { total_count: total, item_count: item.length, item };
    },

    /** What followers see: the published messages, newest first. */
    publications(now: number): Publication[] {
      return z
        .array(JobRow)
        .parse(
          db
            .prepare(
              'SELECT * FROM publications WHERE appid = ? AND status = 0 AND done_at <= ? ORDER BY publish_id DESC LIMIT 200',
            )
            .all(appid, now),
        )
        .map((job) => ({ articleId: job.article_id, publishedAt: job.done_at, articles: articlesOf(job.publish_id) }));
    },

    /** One article at its public address, or nothing as long as it is not published. */
    article(sn: string, now: number): (PublishedArticle & { publishedAt: number }) | undefined {
      const row = db
        .prepare(
          `SELECT a.sn, a.idx, a.article, a.deleted_at, p.done_at FROM articles a JOIN publications p USING (publish_id)
           WHERE a.sn = ? AND p.appid = ? AND p.status = 0 AND p.done_at <= ?`,
        )
        .get(sn, appid, now);
      if (!row) return undefined;
      return { ...ArticleRow.parse(row), publishedAt: z.object({ done_at: z.number() }).parse(row).done_at };
    },

    /** Jobs whose result was not yet pushed to the account's callback address. */
    untold(): { job: Job; told: number }[] {
      const rows = db
        .prepare('SELECT * FROM publications WHERE appid = ? AND told_callback < 4 ORDER BY done_at')
        .all(appid);
      return rows.map((row) => ({
        job: JobRow.parse(row),
        told: z.object({ told_callback: z.number() }).parse(row).told_callback,
      }));
    },
    setTold(publishId: number, told: number): void {
      db.prepare('UPDATE publications SET told_callback = ? WHERE publish_id = ?').run(told, publishId);
    },
  };
};
export type Publishing = ReturnType<typeof createPublishing>;

/** Whose article stands, or will stand, at a public address. */
export function publisherOf(db: DatabaseSync, sn: string): string | undefined {
  const row = db
    .prepare('SELECT p.appid FROM articles a JOIN publications p USING (publish_id) WHERE a.sn = ?')
    .get(sn);
  return row && z.object({ appid: z.string() }).parse(row).appid;
}
