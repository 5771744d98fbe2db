import type { FastifyInstance } from 'fastify';
import { simpleParser } from 'mailparser';
import { z } from 'zod';
import { secured, sendPage, shanghaiTime } from '../page.tsx';
import type { MailStore, StoredMail } from './store.ts';

const Id = z.coerce.number().int().positive();
const Place = z.object({ id: Id, at: z.coerce.number().int().min(0) });

const people = (list: StoredMail['from']) =>
  list.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join('、');

/** A mail as the JSON API shows it. */
const shown = (mail: StoredMail) => ({
  ...mail,
  attachments: mail.attachments.map((attachment, at) => ({
    ...attachment,
    path: `/messages/${mail.id}/attachments/${at}`,
  })),
});

/** The web mail of the host: a list, each mail with its attachments, and the same as JSON under `/api/messages`. */
export function mailboxPages(app: FastifyInstance, store: MailStore): void {
  const find = (id: unknown) => {
    const parsed = Id.safeParse(id);
    return parsed.success ? store.find(parsed.data) : undefined;
  };

  app.get('/api/messages', async (request) => {
    const { mailbox } = z.object({ mailbox: z.string().toLowerCase().optional() }).parse(request.query);
    return { messages: store.list(mailbox).map(shown) };
  });
  app.get<{ Params: { id: string } }>('/api/messages/:id', async (request, reply) => {
    const mail = find(request.params.id);
    return mail ? shown(mail) : reply.code(404).send({ error: 'not found' });
  });

  app.get('/', async (_request, reply) => {
    const messages = store.list();
    return sendPage(
      reply,
      '收到的邮件',
      <main class="wide">
        <h1>收到的邮件</h1>
        <p class="quiet">邮件服务器的本地替身：寄出的邮件都到这里，不会离开本机。</p>
        {messages.length === 0 ? (
          <p>还没有邮件。</p>
        ) : (
          <table class="list">
            <thead>
              <tr>
                {['主题', '收件箱', '发件人', '收到', '附件', '重复投递'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {messages.map((mail) => (
                <tr key={mail.id}>
                  <td>
                    <a href={`/messages/${mail.id}`}>{mail.subject || '（无主题）'}</a>
                  </td>
                  <td>{mail.mailbox}</td>
                  <td>{people(mail.from)}</td>
                  <td>{shanghaiTime(Date.parse(mail.receivedAt))}</td>
                  <td>{mail.attachments.length}</td>
                  <td>{mail.suppressed}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </main>,
    );
  });

  app.get<{ Params: { id: string } }>('/messages/:id', async (request, reply) => {
    const found = find(request.params.id);
    if (!found) return sendPage(reply, '没有这封邮件', <main class="wide">没有这封邮件。</main>, 404);
    const { attachments, from, to, subject, mailbox, receivedAt, id, html, text, messageId } = shown(found);
    const facts = [
      ['发件人', people(from)],
      ['收件人', people(to)],
      ['收件箱', mailbox],
      ['收到', shanghaiTime(Date.parse(receivedAt))],
      ['Message-ID', messageId],
    ];
    return sendPage(
      reply,
      subject || '（无主题）',
      <main class="wide">
        <p>
          <a href="/">返回列表</a>
        </p>
        <h1>{subject || '（无主题）'}</h1>
        <dl>{facts.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}</dl>
        {attachments.length > 0 && <h2>附件</h2>}
        <ul>
          {attachments.map(({ path, filename, size }) => (
            <li key={path}>
              <a href={path} download={filename}>
                {filename}
              </a>{' '}
              <span class="quiet">{size} 字节</span>
            </li>
          ))}
        </ul>
        {html ? <iframe title="邮件正文" sandbox="" src={`/messages/${id}/html`} /> : <pre class="content">{text}</pre>}
        <p>
          <a href={`/messages/${id}/source`}>查看原文</a>
        </p>
      </main>,
    );
  });

  // A mail's HTML is a stranger's: it gets no script, no form, no net, and an origin of its own.
  app.get<{ Params: { id: string } }>('/messages/:id/html', async (request, reply) => {
    const found = find(request.params.id);
    if (!found) return reply.code(404).send();
    return secured(reply, "sandbox; img-src data:; style-src 'unsafe-inline'")
      .type('text/html; charset=utf-8')
      .send(found.html ?? '');
  });
  app.get<{ Params: { id: string } }>('/messages/:id/source', async (request, reply) => {
    const id = Id.safeParse(request.params.id);
    const raw = id.success ? store.source(id.data) : undefined;
    if (!raw) return reply.code(404).send();
    return secured(reply, 'sandbox').type('text/plain; charset=utf-8').send(Buffer.from(raw));
  });
  app.get('/messages/:id/attachments/:at', async (request, reply) => {
    const place = Place.safeParse(request.params);
    const raw = place.success ? store.source(place.data.id) : undefined;
    const attachment =
      place.success && raw ? (await simpleParser(Buffer.from(raw))).attachments[place.data.at] : undefined;
    if (!attachment) return reply.code(404).send();
    const name = encodeURIComponent(attachment.filename ?? 'attachment').replace(
      /['()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16)}`,
    );
    return secured(reply, 'sandbox')
      .type('application/octet-stream')
      .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
      .send(attachment.content);
  });
}
