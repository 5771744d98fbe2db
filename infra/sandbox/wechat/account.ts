import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * The account as its administrator has set it up on the provider's site: what the real platform knows about an official
 * account (公众号) without being told by an API call. Limits that a test wants to meet are set here, as they would be there.
 */
export const WeChatAccount = z.strictObject({
  appid: z.string().regex(/^wx[0-9a-f]{16}$/, 'Expected wx and 16 hexadecimal digits'),
  secret: z.string().regex(/^[0-9a-f]{32}$/, 'Expected 32 hexadecimal digits'),
  /** Shown above every article. */
  name: z.string().min(1).default('未命名公众号'),
  /** IP addresses that may call (IP 白名单); an IPv4 address also matches its IPv6-mapped form. */
  ipWhitelist: z.array(z.string().min(1)).default(['127.0.0.1', '::1']),
  /** Since July 2025 an unverified account may not call freepublish (48001). */
  verified: z.boolean().default(true),
  /** Calls a day (Asia/Shanghai) by API path; what is not listed has the default. */
  dailyCalls: z.record(z.string(), z.int().min(0)).default({}),
  /** Whether publishing by API is open, or an administrator has to act on the website first (53504, 53505). */
  publishing: z.enum(['api', 'website-only', 'save-on-website-first']).default('api'),
  /** How long a publish job stays in state 1 (发布中), in milliseconds. */
  publishMilliseconds: z.int().min(0).default(800),
  /** Words the platform objects to, and at which of its three checks. */
  objections: z
    .strictObject({
      /** Refused by freepublish/submit itself: 53503. */
      beforePublishing: z.array(z.string().min(1)).default([]),
      /** Accepted, then publish_status 2 (原创声明失败). */
      originality: z.array(z.string().min(1)).default([]),
      /** Accepted, then publish_status 4 (平台审核不通过). */
      review: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** 服务器配置: where events are pushed, and the token that signs them. */
  callback: z.strictObject({ url: z.url(), token: z.string().min(3) }).optional(),
});
export type WeChatAccount = z.infer<typeof WeChatAccount>;

/** An account of the local start, with every right. Its secret opens nothing but this stand-in. */
export const localAccount = ({ appId, name }: { appId: string; name: string }) => ({
  appid: appId,
  name,
  secret: createHash('sha256').update(`stand-in ${appId}`).digest('hex').slice(0, 32),
});
export const LOCAL_ACCOUNT = localAccount({ appId: 'wx5a4d0b0c0de51ac0', name: '青禾发布' });

/** Every account has its own AppID. */
export const WeChatAccounts = z
  .array(WeChatAccount)
  .min(1)
  .refine(
    (accounts) => new Set(accounts.map(({ appid }) => appid)).size === accounts.length,
    'An appid is given twice',
  );
