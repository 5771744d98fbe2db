import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { WeChatAccount } from './account.ts';
import { WeChatError } from './errors.ts';

/** Where the provider names no figure for an API. */
const DEFAULT_DAILY_CALLS = 10_000;
const DOCUMENTED_DAILY_CALLS: Record<string, number> = {
  '/cgi-bin/stable_token': 500_000,
};

/** Quotas begin anew at midnight of this zone. @returns `YYYY-MM-DD` */
export const dayInShanghai = (now: number): string => new Date(now + 8 * 3600_000).toISOString().slice(0, 10);

/** Counts the calls of each API and day, the refused ones too. Every account has its own. */
export const createQuota = (db: DatabaseSync, { appid, dailyCalls }: Pick<WeChatAccount, 'appid' | 'dailyCalls'>) => ({
  /** Throws 45009 once the day's calls are used up. */
  count(api: string, now: number): void {
    const row = db
      .prepare(
        `INSERT INTO calls (appid, day, api, count) VALUES (?, ?, ?, 1)
         ON CONFLICT (appid, day, api) DO UPDATE SET count = count + 1 RETURNING count`,
      )
      .get(appid, dayInShanghai(now), api);
    const { count } = z.object({ count: z.number() }).parse(row);
    const limit = dailyCalls[api] ?? DOCUMENTED_DAILY_CALLS[api] ?? DEFAULT_DAILY_CALLS;
    if (count > limit) throw new WeChatError(45009);
  },
});
