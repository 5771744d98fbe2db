import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { WeChatError } from './errors.ts';
import { dayInShanghai } from './quota.ts';
import { transaction } from './store.ts';

const LIFETIME_MS = 7200_000;
/** In normal mode the same token is given until so little of its life is left; then old and new are both valid. */
const OVERLAP_MS = 300_000;
const FORCED_A_DAY = 20;
const FORCED_APART_MS = 30_000;

const Request = z.object({
  grant_type: z.unknown().optional(),
  appid: z.string().min(1).optional(),
  secret: z.string().min(1).optional(),
  force_refresh: z.boolean().default(false),
});
const Row = z.object({
  token: z.string(),
  appid: z.string(),
  issued_at: z.number(),
  expires_at: z.number(),
  revoked: z.number(),
});

export type TokenRequest = { appid: string; secret: string; force_refresh: boolean };

/** The body of `POST /cgi-bin/stable_token`, as far as it can be judged without knowing the account. */
export function tokenRequest(body: unknown): TokenRequest {
  const request = Request.safeParse(body);
  if (!request.success) throw new WeChatError(47001);
  const { grant_type, appid, secret, force_refresh } = request.data;
  if (grant_type !== 'client_credential') throw new WeChatError(40002);
  if (!appid) throw new WeChatError(41002);
  if (!secret) throw new WeChatError(41004);
  return { appid, secret, force_refresh };
}

/** Access tokens of every account: each opens its own account and no other. */
export const createTokens = (db: DatabaseSync) => {
  const newest = (appid: string) => {
    const row = db
      .prepare('SELECT * FROM tokens WHERE appid = ? AND revoked = 0 ORDER BY issued_at DESC, rowid DESC LIMIT 1')
      .get(appid);
    return row && Row.parse(row);
  };

  const issue = (appid: string, now: number) => {
    const token = `${randomBytes(2).readUInt16BE() % 100}_${randomBytes(96).toString('base64url')}`;
    db.prepare('INSERT INTO tokens (token, appid, issued_at, expires_at) VALUES (?, ?, ?, ?)').run(
      token,
      appid,
      now,
      now + LIFETIME_MS,
    );
    return { access_token: token, expires_in: LIFETIME_MS / 1000 };
  };

  const force = (appid: string, now: number) => {
    const times = z
      .array(z.object({ at: z.number() }))
      .parse(
        db.prepare('SELECT at FROM forced_refreshes WHERE appid = ? ORDER BY at DESC LIMIT ?').all(appid, FORCED_A_DAY),
      );
    if (times.filter(({ at }) => dayInShanghai(at) === dayInShanghai(now)).length >= FORCED_A_DAY)
      throw new WeChatError(45009);
    if (times.some(({ at }) => now - at < FORCED_APART_MS)) throw new WeChatError(45011);
    db.prepare('INSERT INTO forced_refreshes (appid, at) VALUES (?, ?)').run(appid, now);
    db.prepare('UPDATE tokens SET revoked = 1 WHERE appid = ?').run(appid);
    return issue(appid, now);
  };

  return {
    /** A repeat in normal mode returns the same token with what is left of its life. */
    give(appid: string, forced: boolean, now: number): { access_token: string; expires_in: number } {
      return transaction(db, () => {
        if (forced) return force(appid, now);
        const current = newest(appid);
        if (!current || current.expires_at - now < OVERLAP_MS) return issue(appid, now);
        return { access_token: current.token, expires_in: Math.floor((current.expires_at - now) / 1000) };
      });
    },

    /** @returns the AppID of its account. Throws 41001, 40014, 40001 or 42001 unless `token` is one that is still valid. */
    check(token: unknown, now: number): string {
      if (token === undefined || token === '') throw new WeChatError(41001);
      if (typeof token !== 'string' || !/^[\w-]{20,512}$/.test(token)) throw new WeChatError(40014);
      const found = db.prepare('SELECT * FROM tokens WHERE token = ?').get(token);
      const row = found && Row.parse(found);
      if (!row || row.revoked === 1) throw new WeChatError(40001);
      if (row.expires_at <= now) throw new WeChatError(42001);
      return row.appid;
    },
  };
};
