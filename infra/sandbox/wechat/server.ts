import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { z } from 'zod';
import { listening, type RunningServer } from '../listen.ts';
import { type WeChatAccount, WeChatAccounts } from './account.ts';
import { apiRoutes } from './api.ts';
import { startCallbacks } from './callback.ts';
import { WeChatError } from './errors.ts';
import { followersPages } from './followers.tsx';
import { pictureAt } from './materials.ts';
import { openAccount } from './official-account.ts';
import { publisherOf } from './publishing.ts';
import { openStore } from './store.ts';
import { createTokens } from './tokens.ts';

export type WeChatSandboxOptions = {
  dataDir: string;
  /** The first is the one that `/followers` shows. */
  accounts: z.input<typeof WeChatAccount>[];
  host?: string;
  /** 0 takes a free port. */
  port?: number;
  /** Origin of article and picture addresses (it stands for mp.weixin.qq.com and mmbiz.qpic.cn); default: the listener. */
  publicUrl?: string;
  /** Milliseconds since 1970. */
  clock?: () => number;
  log?: (message: string) => void;
};

/** Above the largest documented upload (10 MB), so that a larger one is answered with 40009 and not with a cut connection. */
const UPLOAD_LIMIT = 12 * 1024 * 1024;

/**
 * Starts the stand-in for the official-account platform (公众平台): its accounts, their API, and what followers see.
 * Every error is HTTP 200 with `errcode`, as there.
 */
export async function startWeChatSandbox(options: WeChatSandboxOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 0, clock = Date.now, log = () => {} } = options;
  const app = fastify({ bodyLimit: 4 * 1024 * 1024, forceCloseConnections: true });
  const db = openStore(options.dataDir);
  const listener = { url: '' }; // addresses are made while requests are served, so the port is known by then
  const origin = () => options.publicUrl ?? listener.url;
  const settings = WeChatAccounts.parse(options.accounts);
  const accounts = new Map(settings.map((setting) => [setting.appid, openAccount(db, setting, origin)]));
  const callbacks = [...accounts.values()].map(({ setting, publishing }) => startCallbacks(setting, publishing, clock));
  app.addHook('onClose', async () => {
    await Promise.all(callbacks.map(({ stop }) => stop())); // before the store they write to
    db.close();
  });

  await app.register(multipart, { limits: { fileSize: UPLOAD_LIMIT, files: 1 }, throwFileSizeLimit: false });
  // The platform reads a body as JSON whatever type it is declared to have.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof WeChatError) {
      log(`${request.method} ${request.url.split('?')[0]} ${error.errcode} ${error.message}`);
      return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(error));
    }
    const tooLarge = error instanceof Error && 'statusCode' in error && error.statusCode === 413;
    if (!tooLarge)
      log(`${request.method} ${request.url.split('?')[0]} ${error instanceof Error ? error.stack : String(error)}`);
    const answer = tooLarge ? new WeChatError(45001) : { errcode: -1, errmsg: 'system error' };
    return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(answer));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(200)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(new WeChatError(40066))),
  );
  app.get('/', (_request, reply) => reply.redirect('/followers'));
  apiRoutes(app, { accounts, clock, tokens: createTokens(db) });
  followersPages(app, {
    accounts,
    publisherOf: (sn) => publisherOf(db, sn),
    picture: (key) => pictureAt(db, key),
    clock,
  });

  const running = await listening(app, host, port);
  listener.url = running.url;
  return running;
}
