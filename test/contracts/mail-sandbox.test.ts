import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startMailSandbox } from '../../infra/sandbox/index.ts';

let dataDir: string;
let host: Awaited<ReturnType<typeof startMailSandbox>>;
const start = async (mailHost = {}) => {
  host = await startMailSandbox({ dataDir, mailHost });
};
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mail-'));
});
afterEach(async () => {
  await host.close();
  await rm(dataDir, { recursive: true });
});

const send = (changes: SendMailOptions = {}, auth?: { user: string; pass: string }) => {
  const transport = createTransport({ ...host.smtp, ...(auth ? { auth } : {}) });
  return transport.sendMail({
    messageId: '<press-1@qinghe.example>',
    from: 'press@qinghe.example',
    to: 'desk@yunlu.example',
    subject: '新闻通稿',
    text: '正文',
    ...changes,
  });
};
type Shown = {
  id: number;
  mailbox: string;
  subject: string;
  suppressed: number;
  attachments: { filename: string; sha256: string; path: string }[];
};
const mailbox = async (address = '') => {
  const answer = await fetch(`${host.url}/api/messages${address && `?mailbox=${address}`}`);
  return ((await answer.json()) as { messages: Shown[] }).messages;
};
/** Speaks SMTP by hand and returns the reply to the message. */
const raw = (message: string) =>
  new Promise<string>((resolve, reject) => {
    const lines = ['EHLO a.example', 'MAIL FROM:<a@a.example>', 'RCPT TO:<b@b.example>', 'DATA', `${message}\r\n.`];
    const socket = connect(host.smtp.port, host.smtp.host);
    let heard = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      heard += chunk;
      if (!/^\d{3} .*\r\n$/m.test(heard.split('\r\n').slice(-2).join('\r\n'))) return;
      const next = lines.shift();
      if (next === undefined) {
        socket.end();
        return resolve(heard);
      }
      heard = '';
      socket.write(`${next}\r\n`);
    });
  });

test('keeps one copy per mailbox and counts what it suppressed, also after a restart', async () => {
  await start();
  const recipients = { to: ['desk@yunlu.example', 'EDITOR@yunlu.example'] };
  await send(recipients);
  await host.close();
  await start();
  await send(recipients);
  await send({ ...recipients, messageId: '<press-2@qinghe.example>' });
  expect((await mailbox('desk@yunlu.example')).map(({ suppressed }) => suppressed)).toEqual([0, 1]);
  expect(await mailbox('editor@yunlu.example')).toHaveLength(2);
});

test('shows attachments with their digest and hands them out as downloads', async () => {
  await start();
  const content = Buffer.from('zip');
  await send({ attachments: [{ filename: '发布 材料包.zip', content }] });
  const [mail] = await mailbox();
  expect(mail?.attachments).toMatchObject([
    { filename: '发布 材料包.zip', sha256: createHash('sha256').update(content).digest('hex') },
  ]);
  const file = await fetch(`${host.url}${mail?.attachments[0]?.path}`);
  expect([await file.text(), file.headers.get('content-disposition')]).toEqual([
    'zip',
    `attachment; filename*=UTF-8''${encodeURIComponent('发布 材料包.zip')}`,
  ]);
});

test("a mail's HTML is shown only inside a frame that may do nothing", async () => {
  await start();
  await send({ subject: '<script>1</script>', html: '<p>正文</p><script>alert(1)</script>' });
  const [mail] = await mailbox();
  const page = await (await fetch(`${host.url}/messages/${mail?.id}`)).text();
  expect(page).toMatch(/<iframe[^>]* sandbox(?:="")?[ >]/);
  expect(page).not.toContain('<script>');
  const frame = await fetch(`${host.url}/messages/${mail?.id}/html`);
  expect(frame.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
});

test('refuses what is malformed, and keeps nothing of it', async () => {
  await start();
  expect(await raw('Subject: no sender\r\nDate: Mon, 02 Mar 2026 10:00:00 +0800\r\n\r\nx')).toMatch(/^554 .*from/m);
  expect(await raw('From: a@a.example\r\n\r\nno date')).toMatch(/^554 .*date/m);
  expect(await raw('just words')).toMatch(/^554 /m);
  expect(await mailbox()).toEqual([]);
});

test('refuses what is too large, foreign domains, and strangers, each with its SMTP code', async () => {
  await start({ sizeLimit: 2000, domains: ['yunlu.example'], users: { press: 'secret' } });
  const auth = { user: 'press', pass: 'secret' };
  await expect(send({}, { ...auth, pass: 'wrong' })).rejects.toMatchObject({ responseCode: 535 });
  await expect(send()).rejects.toMatchObject({ responseCode: 530 });
  await expect(send({ to: 'a@elsewhere.example' }, auth)).rejects.toMatchObject({ responseCode: 550 });
  await expect(send({ text: 'x'.repeat(3000) }, auth)).rejects.toMatchObject({ responseCode: 552 });
  await send({}, auth);
  expect(await mailbox()).toHaveLength(1);
});
