import { Blob, FormData } from 'node-fetch';
import type { z } from 'zod';
import { type HttpRequest, OutcomeUnknown, request } from '../../../infra/http/request.ts';
import type { WeChatImage } from '../../../schemas/wechat.ts';
import * as answers from './answers.ts';
import { refusedWith, WeChatRefusal } from './refusal.ts';
import { createTokenSource } from './token.ts';

export type WeChatAccountAccess = {
  /** `https://api.weixin.qq.com`, or the address of a stand-in. */
  apiUrl: string;
  appId: string;
  secret: string;
  /** Milliseconds that one call may take. */
  timeoutMs?: number;
  now?: () => number;
};

/** An article as draft/add takes it: every picture uploaded, every address WeChat's own. */
export type DraftArticle = {
  title: string;
  author: string;
  digest: string;
  content: string;
  contentSourceUrl: string;
  coverMediaId: string;
};

export type Picture = WeChatImage & { bytes: Uint8Array };

/**
 * The calls of the WeChat official-account API. Each throws `WeChatRefusal` where WeChat says no, `NotSent` where nothing
 * went out, `OutcomeUnknown` otherwise: also for an answer that cannot be read, since the call may have been carried out.
 * No call is repeated here but once, with a new token, after WeChat has refused the old one.
 */
export function createWeChatClient(access: WeChatAccountAccess) {
  const { apiUrl, appId, secret, timeoutMs = 15_000, now = Date.now } = access;

  const send = async <T extends z.ZodType>(
    api: string,
    query: Record<string, string>,
    body: HttpRequest['body'],
    schema: T,
  ) => {
    const url = new URL(`${apiUrl.replace(/\/+$/, '')}/cgi-bin/${api}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // The type of a form's body comes from the form; WeChat takes JSON as UTF-8 without \u escapes, as stringify writes it.
    const headers = typeof body === 'string' ? { headers: { 'content-type': 'application/json; charset=utf-8' } } : {};
    const answer = await request({
      method: 'POST',
      url,
      timeoutMs,
      ...headers,
      ...(body === undefined ? {} : { body }),
    });
    const value = jsonOrUndefined(answer.text());
    const failure = answers.Failure.safeParse(value);
    if (failure.success && failure.data.errcode !== 0)
      throw new WeChatRefusal(api, failure.data.errcode, failure.data.errmsg);
    const parsed = schema.safeParse(value);
    if (answer.status !== 200 || !parsed.success)
      throw new OutcomeUnknown(`POST ${url.origin}${url.pathname}`, `HTTP_${answer.status}_UNREADABLE`);
    return parsed.data as z.output<T>;
  };

  const tokens = createTokenSource(async (force) => {
    const body = { grant_type: 'client_credential', appid: appId, secret, force_refresh: force };
    const { access_token, expires_in } = await send('stable_token', {}, JSON.stringify(body), answers.TokenAnswer);
    return { value: access_token, expiresAt: now() + expires_in * 1000 };
  }, now);

  const call = async <T extends z.ZodType>(
    api: string,
    body: () => HttpRequest['body'],
    schema: T,
    query: Record<string, string> = {},
  ) => {
    const token = await tokens.get();
    try {
      return await send(api, { ...query, access_token: token }, body(), schema);
    } catch (error) {
      if (!(error instanceof WeChatRefusal) || error.retry !== 'refresh') throw error;
      return await send(api, { ...query, access_token: await tokens.replace(token) }, body(), schema);
    }
  };
  const post = <T extends z.ZodType>(api: string, body: object, schema: T) =>
    call(api, () => JSON.stringify(body), schema);
  const upload = <T extends z.ZodType>(api: string, picture: Picture, schema: T, query: Record<string, string> = {}) =>
    call(api, () => form(picture), schema, query);

  return {
    /** A permanent picture (material/add_material). A repeat makes a second one: remember the result by digest. */
    async uploadCover(picture: Picture): Promise<{ mediaId: string; url: string }> {
      const { media_id, url } = await upload('material/add_material', picture, answers.MaterialAnswer, {
        type: 'image',
      });
      return { mediaId: media_id, url };
    },
    /** A picture for the text (media/uploadimg): jpg or png below 1 MB. */
    async uploadContentImage(picture: Picture): Promise<{ url: string }> {
      return upload('media/uploadimg', picture, answers.ImageAnswer);
    },

    async addDraft(articles: DraftArticle[]): Promise<{ mediaId: string }> {
      const sent = articles.map((article) => ({
        article_type: 'news',
        title: article.title,
        author: article.author,
        digest: article.digest,
        content: article.content,
        content_source_url: article.contentSourceUrl,
        thumb_media_id: article.coverMediaId,
        need_open_comment: 0,
        only_fans_can_comment: 0,
      }));
      return { mediaId: (await post('draft/add', { articles: sent }, answers.DraftAnswer)).media_id };
    },
    /** Undefined if the box has no such draft: never made, deleted, or taken by a publish job. */
    async getDraft(mediaId: string): Promise<answers.NewsItem[] | undefined> {
      return unlessRefused(post('draft/get', { media_id: mediaId }, answers.NewsAnswer), 40007).then(
        (answer) => answer?.news_item,
      );
    },
    listDrafts: (offset: number, count = 20) =>
      post('draft/batchget', { offset, count, no_content: 0 }, answers.DraftPage),
    /** A draft that is not there is deleted. */
    async deleteDraft(mediaId: string): Promise<void> {
      await unlessRefused(post('draft/delete', { media_id: mediaId }, answers.Done), 40007);
    },

    /** Without an idempotency key: after `OutcomeUnknown`, or -1, ask before any second call. Success means accepted, not published. */
    async submitPublish(mediaId: string): Promise<{ publishId: string }> {
      return { publishId: (await post('freepublish/submit', { media_id: mediaId }, answers.SubmitAnswer)).publish_id };
    },
    getPublishStatus: (publishId: string) => post('freepublish/get', { publish_id: publishId }, answers.StatusAnswer),
    /** Undefined if no such post was ever published. Deleted articles are listed with `is_deleted`. */
    async getArticle(articleId: string): Promise<answers.NewsItem[] | undefined> {
      return unlessRefused(post('freepublish/getarticle', { article_id: articleId }, answers.NewsAnswer), 53600).then(
        (answer) => answer?.news_item,
      );
    },
    listPublished: (offset: number, count = 20) =>
      post('freepublish/batchget', { offset, count, no_content: 1 }, answers.PublishedPage),
    /** Irreversible; all articles of the post. A post that is gone already is refused (53600). */
    async deleteArticle(articleId: string): Promise<void> {
      await post('freepublish/delete', { article_id: articleId, index: 0 }, answers.Done);
    },
  };
}
export type WeChatClient = ReturnType<typeof createWeChatClient>;

const jsonOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const unlessRefused = async <T>(answer: Promise<T>, errcode: number): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (refusedWith(error, errcode)) return undefined;
    throw error;
  }
};

function form({ bytes, mediaType, digest }: Picture): FormData {
  const data = new FormData();
  // WeChat wants a file name with an extension; the digest says nothing about what is not yet public.
  data.set(
    'media',
    new Blob([new Uint8Array(bytes)], { type: mediaType }),
    `${digest.slice(0, 16)}.${mediaType.slice('image/'.length)}`,
  );
  return data;
}
