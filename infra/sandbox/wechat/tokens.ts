import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { WeChatAccount } from './account.ts';
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
const Row = z.object({ token: z.string(), issued_at: z.number(), expires_at: z.number(), revoked: z.number() });

/** `POST /cgi-bin/stable_token`, and the check that every other call makes of its `access_token`. */
export const createTokens = (db: DatabaseSync, account: WeChatAccount) => {
  const newest = () => {
    const row = db.prepare('SELECT * FROM tokens WHERE revoked = 0 ORDER BY issued_at DESC, rowid DESC LIMIT 1').get();
    return row && Row.parse(row);
  };

  const issue = (now: number) => {
    const token = `${randomBytes(2).readUInt16BE() % 100}_${randomBytes(96).toString('base64url')}`;
    db.prepare('INSERT INTO tokens (token, issued_at, expires_at) VALUES (?, ?, ?)').run(token, now, now + LIFETIME_MS);
    return { access_token: token, expires_in: LIFETIME_MS / 1000 };
  };

  const force = (now: number) => {
    const times = z
      .array(z.object({ at: z.number() }))
      .parse(db.prepare('SELECT at FROM forced_refreshes ORDER BY at DESC LIMIT ?').all(FORCED_A_DAY));
    if (times.filter(({ at }) => dayInShanghai(at) === dayInShanghai(now)).length >= FORCED_A_DAY)
      throw new WeChatError(45009);
    if (times.some(({ at }) => now - at < FORCED_APART_MS)) throw new WeChatError(45011);
    db.prepare('INSERT INTO forced_refreshes (at) VALUES (?)').run(now);
    db.exec('UPDATE tokens SET revoked = 1');
    return issue(now);
  };

  return {
    /** A repeat in normal mode returns the same token with what is left of its life. */
    stableToken(body: unknown, now: number): { access_token: string; expires_in: number } {
      const request = Request.safeParse(body);
      if (!request.success) throw new WeChatError(47001);
      const { grant_type, appid, secret, force_refresh } = request.data;
      if (grant_type !== 'client_credential') throw new WeChatError(40002);
      if (!appid) throw new WeChatError(41002);
      if (!secret) throw new WeChatError(41004);
      if (appid !== account.appid) throw new WeChatError(40013);
      if (secret !== account.secret) throw new WeChatError(40125);
      return transaction(db, () => {
        if (force_refresh) return force(now);
        const current = newest();
        if (!current || current.expires_at - now < OVERLAP_MS) return issue(now);
        return { access_token: current.token, expires_in: Math.floor((current.expires_at - now) / 1000) };
      });
    },

    /** Throws 41001, 40014, 40001 or 42001 unless `token` is one that is still valid. */
    check(token: unknown, now: number): void {
      if (token === undefined || token === '') throw new WeChatError(41001);
      if (typeof token !== 'string' || !/^[\w-]{20,512}$/.test(token)) throw new WeChatError(40014);
      const found = db.prepare('SELECT * FROM tokens WHERE token = ?').get(token);
      const row = found && Row.parse(found);
      if (!row || row.revoked === 1) throw new WeChatError(40001);
      if (row.expires_at <= now) throw new WeChatError(42001);
    },
  };
};
