import type { DatabaseSync } from 'node:sqlite';
import type { WeChatAccount } from './account.ts';
import { createDrafts } from './drafts.ts';
import { createMaterials } from './materials.ts';
import { createPublishing } from './publishing.ts';
import { createQuota } from './quota.ts';

/** 公众号 on the platform: its own quotas, pictures, drafts and posts. What belongs to another is unknown to it. */
export function openAccount(db: DatabaseSync, setting: WeChatAccount, origin: () => string) {
  const materials = createMaterials(db, setting.appid, origin);
  const drafts = createDrafts(db, setting.appid, materials);
  const publishing = createPublishing(db, setting, drafts, materials, origin);
  return { setting, quota: createQuota(db, setting), materials, drafts, publishing };
}
export type PlatformAccount = ReturnType<typeof openAccount>;
