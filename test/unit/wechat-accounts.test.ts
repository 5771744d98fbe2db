import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { loadWeChatSecrets } from '../../infra/config/wechat-secrets.ts';
import { ChannelsFile } from '../../schemas/configuration.ts';

const { channels } = await loadOfficeConfig();
const { accounts } = channels.wechat;
const secrets = Object.fromEntries(accounts.map(({ appId }) => [appId, `secret of ${appId}`]));

test('two accounts with one id or one AppID are refused, in words', () => {
  const [first, second] = accounts;
  for (const twin of [
    { ...second, id: first?.id },
    { ...second, appId: first?.appId },
  ]) {
    const { error } = ChannelsFile.safeParse({ ...channels, wechat: { accounts: [first, twin] } });
    expect(error?.message).toMatch(/重复。Two accounts have the same/);
  }
});

test('secrets come from the environment or from a file', async () => {
  const expected = new Map(Object.entries(secrets));
  expect(await loadWeChatSecrets({ LOCKSTEP_WECHAT_SECRETS: JSON.stringify(secrets) }, accounts)).toEqual(expected);
  const directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  const path = join(directory, 'secrets.json');
  await writeFile(path, JSON.stringify(secrets));
  expect(await loadWeChatSecrets({ LOCKSTEP_WECHAT_SECRETS_FILE: path }, accounts)).toEqual(expected);
  await rm(directory, { recursive: true });
});

test('an account without a secret is named at the start, and no message repeats a secret', async () => {
  const [first] = Object.entries(secrets);
  const one = JSON.stringify(Object.fromEntries([first ?? ['', '']]));
  const missing = await loadWeChatSecrets({ LOCKSTEP_WECHAT_SECRETS: one }, accounts).catch(String);
  expect(missing).toContain(accounts[1]?.appId);
  const broken = await loadWeChatSecrets({ LOCKSTEP_WECHAT_SECRETS: `${one}"secret of` }, accounts).catch(String);
  expect(broken).toContain('不是 AppID 到 AppSecret 的 JSON 对象');
  for (const message of [missing, broken]) expect(message).not.toContain('secret of');
});
