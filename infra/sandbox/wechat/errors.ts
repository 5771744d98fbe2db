import { randomBytes } from 'node:crypto';

/** Return codes (全局返回码) this stand-in gives, with the provider's wording. */
const MESSAGES = {
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r',
  40002: 'invalid grant_type',
  40004: 'invalid media type',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40009: 'invalid image size',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40048: 'invalid url',
  40066: 'invalid url',
  40097: 'invalid args',
  40113: 'unsupported file type',
  40125: 'invalid appsecret',
  40164: 'invalid ip',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41005: 'media data missing',
  42001: 'access_token expired',
  43002: 'require POST method',
  44002: 'empty post data',
  44003: 'empty news data',
  44004: 'empty content',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45003: 'title size out of limit',
  45004: 'description size out of limit',
  45005: 'link size out of limit',
  45008: 'article size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45110: 'author size out of limit',
  45166: 'invalid content',
  47001: 'data format error',
  48001: 'api unauthorized',
  53503: 'the draft did not pass the publish check (该草稿未通过发布检查)',
  53504: 'use the draft on the official website (需前往公众平台官网使用草稿)',
  53505: 'save the draft by hand before publishing it (请手动保存成功后再发表)',
  53600: 'invalid article id (Article ID 无效)',
} as const;

export type Errcode = keyof typeof MESSAGES;

/** A call the platform refuses. It is answered with HTTP 200, as every error of the platform is. */
export class WeChatError extends Error {
  readonly errcode: Errcode;

  constructor(errcode: Errcode, hint = '') {
    super(`${MESSAGES[errcode]}${hint && ` ${hint}`} rid: ${rid()}`);
    this.errcode = errcode;
  }

  toJSON() {
    return { errcode: this.errcode, errmsg: this.message };
  }
}

/** The request id that the platform's support asks for: seconds, then two random words. */
const rid = () =>
  [Math.floor(Date.now() / 1000).toString(16), randomBytes(4).toString('hex'), randomBytes(4).toString('hex')].join(
    '-',
  );
