import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type { z } from 'zod';
import { listening, type RunningServer } from '../listen.ts';
import { WeChatAccount } from './account.ts';
import { apiRoutes } from './api.ts';
import { startCallbacks } from './callback.ts';
import { createDrafts } from './drafts.ts';
import { WeChatError } from './errors.ts';
import { followersPages } from './followers.tsx';
import { createMaterials } from './materials.ts';
import { createPublishing } from './publishing.ts';
import { createQuota } from './quota.ts';
import { openStore } from './store.ts';
import { createTokens } from './tokens.ts';

export type WeChatSandboxOptions = {
  dataDir: string;
  account: z.input<typeof WeChatAccount>;
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
 * Starts the stand-in for the official-account platform (公众平台): one account, its API, and what its followers see.
 * Every error is HTTP 200 with `errcode`, as there.
 */
export async function startWeChatSandbox(options: WeChatSandboxOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 0, clock = Date.now, log = () => {} } = options;
  const account = WeChatAccount.parse(options.account);
  const app = fastify({ bodyLimit: 4 * 1024 * 1024, forceCloseConnections: true });
  const db = openStore(options.dataDir);
  const listener = { url: '' }; // addresses are made while requests are served, so the port is known by then
  const origin = () => options.publicUrl ?? listener.url;
  const tokens = createTokens(db, account);
  const quota = createQuota(db, account.dailyCalls);
  const materials = createMaterials(db, origin);
  const drafts = createDrafts(db, materials);
  const publishing = createPublishing(db, account, drafts, materials, origin);
  const callbacks = startCallbacks(account, publishing, clock);
  app.addHook('onClose', async () => {
    await callbacks.stop(); // before the store it writes to
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
  apiRoutes(app, { account, clock, tokens, quota, materials, drafts, publishing });
  followersPages(app, { account, clock, materials, publishing });

  const running = await listening(app, host, port);
  listener.url = running.url;
  return running;
}
