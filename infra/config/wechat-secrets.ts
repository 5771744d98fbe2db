import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { WeChatAccountSetting } from '../../schemas/configuration.ts';

const Secrets = z.record(z.string(), z.string().min(1));

type Given = { LOCKSTEP_WECHAT_SECRETS?: string | undefined; LOCKSTEP_WECHAT_SECRETS_FILE?: string | undefined };

/**
 * AppSecrets by AppID, from the environment or from a file that only the service may read. An account without one is an
 * error at the start, not at T0. No message repeats what was read.
 */
export async function loadWeChatSecrets(
  { LOCKSTEP_WECHAT_SECRETS: text, LOCKSTEP_WECHAT_SECRETS_FILE: path }: Given,
  accounts: readonly WeChatAccountSetting[],
): Promise<ReadonlyMap<string, string>> {
  const source = path ?? 'LOCKSTEP_WECHAT_SECRETS';
  const { data } = Secrets.safeParse(parsed(path ? await readFile(path, 'utf8') : (text ?? '{}')));
  if (!data)
    throw new Error(`${source} 不是 AppID 到 AppSecret 的 JSON 对象 is not a JSON object of AppID to AppSecret`);
  const secrets = new Map(Object.entries(data));
  const missing = accounts.filter(({ appId }) => !secrets.has(appId));
  if (missing.length > 0) {
    const names = missing.map(({ name, appId }) => `${name} ${appId}`).join(', ');
    throw new Error(`${source} 缺少这些公众号的 AppSecret lacks the AppSecret of: ${names}`);
  }
  return secrets;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
