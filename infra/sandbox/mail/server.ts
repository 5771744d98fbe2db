import fastify from 'fastify';
import type { z } from 'zod';
import { listening, type RunningServer } from '../listen.ts';
import { mailboxPages } from './mailbox.tsx';
import { createSmtpServer, MailHost } from './smtp.ts';
import { openMailStore } from './store.ts';

export type MailSandboxOptions = {
  dataDir: string;
  mailHost?: z.input<typeof MailHost>;
  /** Where the mailboxes are shown. Port 0 takes a free one. */
  http?: { host: string; port: number };
  smtp?: { host: string; port: number };
  clock?: () => number;
  log?: (message: string) => void;
};

const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** Starts the stand-in for the mail hosts of every recipient: SMTP in, web mail and JSON out. */
export async function startMailSandbox(
  options: MailSandboxOptions,
): Promise<RunningServer & { smtp: { host: string; port: number } }> {
  const { http = LOOPBACK, smtp = LOOPBACK, clock = Date.now, log = () => {} } = options;
  const store = openMailStore(options.dataDir);
  const app = fastify({ forceCloseConnections: true });
  mailboxPages(app, store);
  const server = createSmtpServer(MailHost.parse(options.mailHost ?? {}), store, clock, log);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(smtp.port, smtp.host, resolve);
  });
  const bound = server.server.address();
  const port = typeof bound === 'object' && bound ? bound.port : smtp.port;
  app.addHook('onClose', async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    store.close();
  });
  return { ...(await listening(app, http.host, http.port)), smtp: { host: smtp.host, port } };
}
