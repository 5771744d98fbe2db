import type { Bilingual } from '../../../schemas/text.ts';

/**
 * What may be done about a refusal: `transient` – try again later; `refresh` – one new token, one repeat; `quota` – not
 * before the quota begins anew, never in a loop; `content` – the post must change; `account` – an administrator must act;
 * `unclassified` – a code the documentation does not name, so a person looks before anything is repeated.
 */
export type RetryClass = 'transient' | 'refresh' | 'quota' | 'content' | 'account' | 'unclassified';

type Meaning = { retry: RetryClass; zh: string; en: string };
const CODES: Record<number, Meaning> = {
  [-1]: { retry: 'transient', zh: '微信系统繁忙，稍后自动重试', en: 'WeChat is busy; it is tried again' },
  45011: { retry: 'transient', zh: '调用过于频繁，稍后自动重试', en: 'Too many calls this minute; it is tried again' },
  45066: { retry: 'transient', zh: '重试过快，稍后自动重试', en: 'Retried too fast; it is tried again' },
  40001: { retry: 'refresh', zh: '凭证不是最新的', en: 'The token is not the latest one' },
  40014: { retry: 'refresh', zh: '凭证不合法', en: 'The token is not valid' },
  42001: { retry: 'refresh', zh: '凭证已过期', en: 'The token has expired' },
  45009: {
    retry: 'quota',
    zh: '今日接口调用次数已用完，北京时间零点后恢复',
    en: "Today's calls are used up; they begin anew at midnight in Beijing",
  },
  45028: { retry: 'quota', zh: '群发次数已用完', en: 'No mass send is left' },
  40007: { retry: 'content', zh: '素材或草稿不存在', en: 'The material or draft does not exist' },
  40009: {
    retry: 'content',
    zh: '图片超过大小限制，请压缩后重新提交',
    en: 'A picture is too large; submit a smaller one',
  },
  40048: { retry: 'content', zh: '原文链接不合法', en: 'The source link is not valid' },
  40113: {
    retry: 'content',
    zh: '图片格式不受支持，请改用 jpg 或 png',
    en: 'The picture format is not taken; use jpg or png',
  },
  41005: { retry: 'content', zh: '图片为空', en: 'A picture is empty' },
  44003: { retry: 'content', zh: '图文为空', en: 'There is no article' },
  44004: { retry: 'content', zh: '正文为空', en: 'An article is empty' },
  45001: { retry: 'content', zh: '素材超过大小限制', en: 'A file is too large' },
  45002: { retry: 'content', zh: '正文超过长度限制', en: 'An article is too long' },
  45003: { retry: 'content', zh: '标题超过 32 个字', en: 'A title is longer than 32 characters' },
  45004: { retry: 'content', zh: '摘要超过 128 个字', en: 'A digest is longer than 128 characters' },
  45005: { retry: 'content', zh: '原文链接超过 1 KB', en: 'A source link is longer than 1 KB' },
  45008: { retry: 'content', zh: '图文篇数超过限制', en: 'There are too many articles' },
  45110: { retry: 'content', zh: '作者超过 16 个字', en: 'An author is longer than 16 characters' },
  45166: { retry: 'content', zh: '正文内容不合法', en: 'WeChat does not accept the content' },
  53503: { retry: 'content', zh: '草稿未通过发布检查', en: 'The draft did not pass the publish check' },
  40013: {
    retry: 'account',
    zh: 'AppID 不正确，请检查公众号配置',
    en: 'The AppID is wrong; check the account settings',
  },
  40125: {
    retry: 'account',
    zh: 'AppSecret 不正确，请检查公众号配置',
    en: 'The AppSecret is wrong; check the account settings',
  },
  40164: {
    retry: 'account',
    zh: '本机 IP 不在公众号白名单中，请管理员添加',
    en: "This server's IP is not on the account's white list; have it added",
  },
  48001: {
    retry: 'account',
    zh: '公众号没有此接口权限（未认证？）',
    en: 'The account may not call this API (unverified?)',
  },
  53504: {
    retry: 'account',
    zh: '需前往公众平台官网处理该草稿',
    en: 'The draft must be handled on the WeChat website',
  },
  53505: {
    retry: 'account',
    zh: '请先在公众平台手动保存该草稿',
    en: 'Save the draft by hand on the WeChat website first',
  },
};
const UNKNOWN: Meaning = { retry: 'unclassified', zh: '微信返回未知错误', en: 'WeChat answered with an unknown code' };

/** WeChat answered, and the answer is no. Nothing was done. */
export class WeChatRefusal extends Error {
  override readonly name = 'WeChatRefusal';
  readonly errcode: number;
  readonly retry: RetryClass;
  readonly detail: Bilingual;

  constructor(api: string, errcode: number, errmsg: string) {
    const { retry, zh, en } = CODES[errcode] ?? UNKNOWN;
    const evidence = `errcode ${errcode}, ${api}: ${errmsg}`;
    super(`${zh}。${en}. (${evidence})`);
    this.errcode = errcode;
    this.retry = retry;
    this.detail = { zh: `${zh}（${evidence}）`, en: `${en} (${evidence})` };
  }
}

/** The post itself cannot be sent or was altered on the way: found by us, before or after WeChat saw it. */
export class PostUnfit extends Error {
  override readonly name = 'PostUnfit';
  readonly detail: Bilingual;

  constructor(detail: Bilingual) {
    super(`${detail.zh} ${detail.en}`);
    this.detail = detail;
  }
}

export const refusedWith = (error: unknown, ...errcodes: number[]): error is WeChatRefusal =>
  error instanceof WeChatRefusal && errcodes.includes(error.errcode);
