import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_ACCOUNT } from '../../infra/sandbox/index.ts';
import { adapter, memoryRecord, samplePost } from '../support/wechat.ts';

// The stand-ins as a process: what was acknowledged survives kill -9, and SIGTERM ends it in order.
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true });
});

async function start(settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', './infra/jsx.ts', 'infra/sandbox/main.ts'], {
    env: {
      PATH: process.env.PATH,
      LOCKSTEP_SANDBOX_DATA_DIR: dataDir,
      LOCKSTEP_SANDBOX_WECHAT_LISTEN: '127.0.0.1:0',
      LOCKSTEP_SANDBOX_MAIL_LISTEN: '127.0.0.1:0',
      LOCKSTEP_SMTP_LISTEN: '127.0.0.1:0',
      LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS: JSON.stringify([{ ...LOCAL_ACCOUNT, publishMilliseconds: 0 }]),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (/SMTP \S+\n/.test(output)) resolve();
    });
    child.stdout.on('end', resolve);
  });
  return {
    child,
    output,
    wechat: /WeChat platform (\S+)/.exec(output)?.[1] ?? '',
    mail: /mail host (\S+),/.exec(output)?.[1] ?? '',
  };
}

test('what WeChat acknowledged is there after kill -9', async () => {
  const first = await start();
  for (const url of [first.wechat, first.mail]) expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const before = adapter(first.wechat).delivery;
  const draft = await before.prepareDraft(samplePost());
  await before.publishDraft(draft, memoryRecord());
  const second = await adapter(first.wechat).delivery.prepareDraft(samplePost({ title: '第二份' }));
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const { client } = adapter((await start()).wechat);
  expect(await client.listPublished(0)).toMatchObject({ total_count: 1, item: [{ content: { news_item: [{}, {}] } }] });
  expect(await client.getDraft(second.mediaId)).toMatchObject([{ title: '第二份' }, {}]);
});

test('SIGTERM ends it with 0', async () => {
  const { child } = await start();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('every wrong setting is named, and nothing is started', async () => {
  const { child, output } = await start({
    LOCKSTEP_SMTP_LISTEN: 'nowhere',
    LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS: '[{"appid":"x"}]',
  });
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(1);
  expect(output).toContain('LOCKSTEP_SMTP_LISTEN');
  expect(output).toContain('LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS');
});
