import { ApplicationFailure } from '@temporalio/common';
import { permanent } from '../../schemas/failures.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { PostUnfit, WeChatRefusal } from './wechat/refusal.ts';
import type { Difference } from './wechat/verify.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Milliseconds until the daily quotas begin anew: midnight in Asia/Shanghai, and a minute for clocks that differ. */
export const untilNewQuota = (now: number): number => day - ((now + 8 * hour) % day) + 60_000;

/** The office no longer has this account in channels.yaml, so nobody here can speak for it. */
export class AccountNotConfigured extends Error {
  override readonly name = 'AccountNotConfigured';
  readonly detail: Bilingual;

  constructor(account: string) {
    const detail = {
      zh: `公众号 ${account} 不在 channels.yaml 的 wechat.accounts 中，请补上后重试本渠道`,
      en: `Account ${account} is not among wechat.accounts of channels.yaml; add it and retry this channel`,
    };
    super(`${detail.zh}. ${detail.en}`);
    this.detail = detail;
  }
}

/** WeChat's no that calling again will not change: its words for people, undefined for anything that may pass. */
export function refusalOf(error: unknown): { quota: boolean; detail: Bilingual } | undefined {
  if (error instanceof PostUnfit || error instanceof AccountNotConfigured)
    return { quota: false, detail: error.detail };
  if (!(error instanceof WeChatRefusal)) return undefined;
  if (error.retry === 'transient' || error.retry === 'refresh') return undefined;
  return { quota: error.retry === 'quota', detail: error.detail };
}

export const joined = (...texts: Bilingual[]): Bilingual => ({
  zh: texts.map(({ zh }) => zh.replace(/。$/, '')).join('。'),
  en: texts.map(({ en }) => en.replace(/\.$/, '')).join('. '),
});

/** Where a public post is not what was sealed. */
export const differing = (articleId: string, differences: Difference[]): Bilingual =>
  joined(
    {
      zh: `公众号上的内容与封存内容不一致（article_id ${articleId}）`,
      en: `The post on WeChat differs from what was sealed (article_id ${articleId})`,
    },
    ...differences.map(({ idx, what }) => ({ zh: `第 ${idx} 篇：${what.zh}`, en: `article ${idx}: ${what.en}` })),
  );

/** What a person is told to do about a refusal. */
export type Advice = {
  /** A used-up quota ends the step, with this; without it the step is tried again when the quota begins anew. */
  onQuota?: Bilingual;
  /** Added to any other refusal. */
  onRefusal?: Bilingual;
};

/**
 * Runs calls whose refusal ends the step. 45009 is never answered with a loop: either a person hears of it, or the step
 * waits until the quota begins anew.
 */
export async function orRefused<T>(now: () => number, advice: Advice, calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    const { onQuota, onRefusal } = advice;
    if (!refusal.quota) throw refused(refusal.detail, onRefusal);
    if (onQuota) throw refused(refusal.detail, onQuota);
    throw ApplicationFailure.create({
      message: refusal.detail.zh,
      type: 'QuotaUsedUp',
      nextRetryDelay: untilNewQuota(now()),
      ...(error instanceof Error && { cause: error }),
    });
  }
}

const refused = (detail: Bilingual, advice: Bilingual | undefined) =>
  permanent('ChannelRefused', advice ? joined(detail, advice) : detail);
