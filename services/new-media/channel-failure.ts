import { ApplicationFailure } from '@temporalio/common';
import { permanent } from '../../schemas/failures.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { PostUnfit, WeChatRefusal } from './wechat/refusal.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Milliseconds until the daily quotas begin anew: midnight in Asia/Shanghai, and a minute for clocks that differ. */
export const untilNewQuota = (now: number): number => day - ((now + 8 * hour) % day) + 60_000;

/** WeChat's no that calling again will not change: its words for people, undefined for anything that may pass. */
export function refusalOf(error: unknown): { quota: boolean; detail: Bilingual } | undefined {
  if (error instanceof PostUnfit) return { quota: false, detail: error.detail };
  if (!(error instanceof WeChatRefusal)) return undefined;
  if (error.retry === 'transient' || error.retry === 'refresh') return undefined;
  return { quota: error.retry === 'quota', detail: error.detail };
}

export const joined = (...texts: Bilingual[]): Bilingual => ({
  zh: texts.map(({ zh }) => zh.replace(/。$/, '')).join('。'),
  en: texts.map(({ en }) => en.replace(/\.$/, '')).join('. '),
});

/**
 * Runs calls whose refusal ends the step. A used-up quota ends it too where `onQuota` says what a person must do now;
 * without it the step is tried again when the quota begins anew, and not before (45009 is never answered with a loop).
 */
export async function orRefused<T>(now: () => number, onQuota: Bilingual | null, calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    if (!refusal.quota) throw permanent('ChannelRefused', refusal.detail);
    if (onQuota) throw permanent('ChannelRefused', joined(refusal.detail, onQuota));
    throw ApplicationFailure.create({
      message: refusal.detail.zh,
      type: 'QuotaUsedUp',
      nextRetryDelay: untilNewQuota(now()),
      ...(error instanceof Error && { cause: error }),
    });
  }
}
