import { type HttpAnswer, type HttpRequest, NotSent, OutcomeUnknown } from '../../infra/http/request.ts';
import type { Faults } from './faults.ts';
import { answerOf } from './http.ts';
import { assertAlive, here } from './processes.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export const wechatUrl = 'http://wechat.example';

type Item = {
  title: string;
  author: string;
  digest: string;
  content: string;
  content_source_url: string;
  thumb_media_id: string;
};
type Job = {
  publishId: string;
  articleId: string;
  mediaId: string;
  items: Item[];
  doneAt: number;
  status: 0 | 2 | 4;
  /** Articles that nobody can read any more, by their place. */
  deleted: Set<number>;
  blocked: boolean;
};
/** A published post as its readers see it. `torn`: outsiders have deleted some of its articles. */
export type Post = {
  articleId: string;
  articles: { title: string; content: string; sourceUrl: string }[];
  torn: boolean;
};

export type WeChatDeps = {
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  log: (what: string) => void;
  calmAt: number;
};

/**
 * The official-account platform as its documentation describes it: a draft that is published leaves the box, a refused
 * one comes back; success means that the job was taken; there is no idempotency key; -1 says nothing; errors are HTTP 200.
 */
export function createWeChat({ scheduler, random, faults, log, calmAt }: WeChatDeps) {
  const drafts = new Map<string, Item[]>();
  const jobs: Job[] = [];
  const outsiders = random.fork('outsiders');
  /** Posts that outsiders have deleted, or a part of them; and when. */
  const taken = new Map<string, number>();
  /** Articles that were read on their public pages, as `article-1-2`. */
  const read = new Set<string>();
  let given = 0;
  let writes = 0;
  const id = (kind: string) => {
    given += 1;
    return `${kind}-${given}`;
  };
  const refuse = (errcode: number) => ({ errcode, errmsg: 'refused' });
  const done = { errcode: 0, errmsg: 'ok' };
  const held = (mediaId: string) =>
    jobs.some((job) => job.mediaId === mediaId && (job.doneAt > scheduler.now() || job.status === 0));
  const box = () => [...drafts].filter(([mediaId]) => !held(mediaId)).reverse();
  const isOut = (job: Job) => job.status === 0 && job.doneAt <= scheduler.now();
  const isGone = ({ items, deleted }: Job) => deleted.size === items.length;
  const shown = (job: Job) =>
    job.items.map((item, at) => ({
      ...item,
      url: `${wechatUrl}/s/${job.articleId}-${at + 1}`,
      is_deleted: job.deleted.has(at),
    }));
  const remove = (job: Job) => job.items.forEach((_, at) => void job.deleted.add(at));
  function statusOf(job: Job): number {
    if (job.doneAt > scheduler.now()) return 1;
    if (job.status !== 0 || !isGone(job)) return job.status;
    return job.blocked ? 6 : 5;
  }

  /** The platform, or somebody on its website, deletes or blocks a post, or deletes an article of it, at any moment. */
  function meddle(job: Job): void {
    if (!outsiders.chance(0.08)) return;
    const [one, blocked] = [outsiders.chance(0.25), outsiders.chance(0.25)];
    scheduler.after(outsiders.between(0, outsiders.pick([50, 3_000, 120_000])), () => {
      if (scheduler.now() >= calmAt || !isOut(job) || isGone(job)) return;
      if (one) job.deleted.add(outsiders.between(0, job.items.length - 1));
      else remove(job);
      job.blocked = blocked && isGone(job);
      taken.set(job.articleId, scheduler.now());
      writes += 1;
      log(`WeChat: outsiders ${job.blocked ? 'block' : 'delete'} ${one ? 'an article of ' : ''}${job.articleId}`);
    });
  }
  const page = <T>(all: T[], { offset, count }: { offset: number; count: number }) => ({
    total_count: all.length,
    item_count: Math.min(count, Math.max(0, all.length - offset)),
    item: all.slice(offset, offset + count),
  });

  const api: Record<string, (body: never) => object> = {
    stable_token: () => ({ access_token: 'token', expires_in: 7200 }),
    'material/add_material': () => ({ media_id: id('cover'), url: `${wechatUrl}/cover` }),
    'media/uploadimg': () => ({ url: `${wechatUrl}/${id('picture')}` }),
    'draft/add': ({ articles }: { articles: Item[] }) => {
      const mediaId = id('draft');
      drafts.set(mediaId, articles);
      return { media_id: mediaId };
    },
    'draft/get': ({ media_id }: { media_id: string }) => {
      const items = drafts.get(media_id);
      return items && !held(media_id) ? { news_item: items } : refuse(40007);
    },
    'draft/batchget': (asked: { offset: number; count: number }) =>
      page(
        box().map(([media_id, news_item]) => ({ media_id, content: { news_item } })),
        asked,
      ),
    'draft/delete': ({ media_id }: { media_id: string }) => {
      if (held(media_id) || !drafts.delete(media_id)) return refuse(40007);
      return done;
    },
    'freepublish/submit': ({ media_id }: { media_id: string }) => {
      const items = drafts.get(media_id);
      if (!items || held(media_id)) return refuse(40007);
      if (random.chance(0.04)) return refuse(53503);
      const status: Job['status'] = random.chance(0.1) ? random.pick([2, 4] as const) : 0;
      const runs = random.chance(0.2) ? random.between(1_000, 90_000) : random.between(0, 1_000);
      const job: Job = {
        ...{ publishId: id('1'), articleId: id('article'), mediaId: media_id, items, status },
        ...{ deleted: new Set(), blocked: false, doneAt: scheduler.now() + runs },
      };
      jobs.push(job);
      scheduler.after(runs, () => {
        writes += 1; // from now on readers see it
        meddle(job);
      });
      if (status !== 0) log(`WeChat takes ${media_id} and will refuse it (${status})`);
      return { ...done, publish_id: job.publishId };
    },
    'freepublish/get': ({ publish_id }: { publish_id: string }) => {
      const job = jobs.find((one) => one.publishId === publish_id);
      if (!job) return refuse(40097);
      const state = { publish_id, publish_status: statusOf(job), fail_idx: [] };
      if (state.publish_status !== 0) return state;
      const item = shown(job).map(({ url }, at) => ({ idx: at + 1, article_url: url }));
      return { ...state, article_id: job.articleId, article_detail: { count: item.length, item } };
    },
    'freepublish/getarticle': ({ article_id }: { article_id: string }) => {
      const job = jobs.find((one) => one.articleId === article_id && isOut(one));
      return job ? { news_item: shown(job) } : refuse(53600);
    },
    'freepublish/batchget': (asked: { offset: number; count: number }) =>
      page(
        jobs
          .filter(isOut)
          .reverse()
          .map((job) => ({
            article_id: job.articleId,
            content: { news_item: shown(job) },
            update_time: Math.floor(job.doneAt / 1000),
          })),
        asked,
      ),
    'freepublish/delete': ({ article_id }: { article_id: string }) => {
      const job = jobs.find((one) => one.articleId === article_id && isOut(one) && !isGone(one));
      if (!job) return refuse(53600);
      remove(job);
      return done;
    },
  };

  function serve({ url, body }: HttpRequest): HttpAnswer {
    const { pathname } = new URL(url);
    writes += 1;
    if (pathname.startsWith('/s/')) {
      const [, articleId, at] = /^\/s\/(.+)-(\d+)$/.exec(pathname) ?? [];
      const job = jobs.find((one) => one.articleId === articleId && isOut(one));
      const item = job?.deleted.has(Number(at) - 1) ? undefined : job?.items[Number(at) - 1];
      if (item) read.add(`${articleId}-${at}`);
      return answerOf(200, item ? `<div id="js_content">${item.content}</div>` : '<p>deleted</p>');
    }
    const call = api[pathname.replace('/cgi-bin/', '')];
    const input = typeof body === 'string' ? JSON.parse(body) : {};
    return answerOf(200, JSON.stringify(call ? call(input as never) : refuse(40066)));
  }

  return {
    /** The network between us and the platform: an answer may be lost, and a call may arrive after we gave it up. */
    async request(asked: HttpRequest): Promise<HttpAnswer> {
      const where = new URL(asked.url).pathname;
      const lost = (happened: 'no' | 'unknown') =>
        happened === 'no' && random.chance(0.5)
          ? new NotSent(where, 'ECONNREFUSED')
          : new OutcomeUnknown(where, 'ETIMEDOUT');
      const stormy = scheduler.now() < calmAt;
      if (stormy && random.chance(0.01)) {
        log(`WeChat: ${where} arrives after it was given up`);
        const life = here();
        scheduler.after(random.between(100, 3_500), () => void serve(asked));
        await scheduler.pause(random.between(50, 3_000), life?.process.clock);
        assertAlive(life);
        throw new OutcomeUnknown(where, 'TIMEOUT');
      }
      if (stormy && random.chance(0.01)) {
        log(`WeChat: ${where} is answered with -1`);
        return faults.call('wechat', lost, () => {
          if (random.chance(0.5)) serve(asked);
          return answerOf(200, JSON.stringify(refuse(-1)));
        });
      }
      return faults.call('wechat', lost, () => serve(asked));
    },
    /** What the account's readers see now. */
    posts: (): Post[] =>
      jobs
        .filter((job) => isOut(job) && !isGone(job))
        .map(({ articleId, items, deleted }) => ({
          articleId,
          articles: items
            .filter((_, at) => !deleted.has(at))
            .map(({ title, content, content_source_url }) => ({ title, content, sourceUrl: content_source_url })),
          torn: deleted.size > 0,
        })),
    taken: taken as ReadonlyMap<string, number>,
    /** Whether every article of a post was read where its readers do. */
    wasRead(articleId: string): boolean {
      const items = jobs.find((one) => one.articleId === articleId)?.items ?? [];
      return items.length > 0 && items.every((_, at) => read.has(`${articleId}-${at + 1}`));
    },
    /** Somebody deletes a post on the platform's website. */
    deleteByHand(articleId: string): void {
      const job = jobs.find((one) => one.articleId === articleId);
      if (job) remove(job);
      writes += 1;
    },
    get version() {
      return writes;
    },
  };
}
export type WeChat = ReturnType<typeof createWeChat>;
