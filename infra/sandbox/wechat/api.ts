import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { WeChatError } from './errors.ts';
import { jsonBody } from './json-body.ts';
import type { UploadedFile } from './materials.ts';
import type { PlatformAccount } from './official-account.ts';
import { type createTokens, tokenRequest } from './tokens.ts';

type Parts = {
  accounts: ReadonlyMap<string, PlatformAccount>;
  clock: () => number;
  tokens: ReturnType<typeof createTokens>;
};

const Query = z.object({ access_token: z.unknown().optional(), type: z.unknown().optional() });

const CALLS: Record<string, (account: PlatformAccount, body: unknown, now: number) => object> = {
  '/cgi-bin/draft/add': ({ drafts }, body, now) => drafts.add(body, now),
  '/cgi-bin/draft/update': ({ drafts }, body, now) => drafts.update(body, now),
  '/cgi-bin/draft/get': ({ drafts }, body, now) => drafts.get(body, now),
  '/cgi-bin/draft/batchget': ({ drafts }, body, now) => drafts.batchget(body, now),
  '/cgi-bin/draft/delete': ({ drafts }, body, now) => drafts.delete(body, now),
  '/cgi-bin/freepublish/submit': ({ publishing }, body, now) => publishing.submit(body, now),
  '/cgi-bin/freepublish/get': ({ publishing }, body, now) => publishing.get(body, now),
  '/cgi-bin/freepublish/delete': ({ publishing }, body, now) => publishing.delete(body, now),
  '/cgi-bin/freepublish/getarticle': ({ publishing }, body, now) => publishing.getarticle(body, now),
  '/cgi-bin/freepublish/batchget': ({ publishing }, body, now) => publishing.batchget(body, now),
};

/** The calls of the platform that this project may make. Any other address is answered with 40066. */
export function apiRoutes(app: FastifyInstance, { accounts, clock, tokens }: Parts): void {
  /** The order of the platform's checks: token, caller's address, quota, right of the account; then the body. */
  const admit = (request: FastifyRequest, path: string): PlatformAccount => {
    const account = accounts.get(tokens.check(Query.parse(request.query).access_token, clock()));
    if (!account) throw new WeChatError(40001); // it was taken off the platform since
    requireKnownAddress(request, account.setting);
    account.quota.count(path, clock());
    if (!account.setting.verified && path.startsWith('/cgi-bin/freepublish/')) throw new WeChatError(48001);
    return account;
  };
  const post = (path: string, answer: (request: FastifyRequest) => object | Promise<object>) =>
    app.all(path, async (request, reply) => {
      if (request.method !== 'POST') throw new WeChatError(43002);
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(await answer(request)));
    });

  post('/cgi-bin/stable_token', (request) => {
    const { appid, secret, force_refresh } = tokenRequest(jsonBody(request.body));
    const account = accounts.get(appid);
    if (!account) throw new WeChatError(40013);
    requireKnownAddress(request, account.setting);
    account.quota.count('/cgi-bin/stable_token', clock());
    if (secret !== account.setting.secret) throw new WeChatError(40125);
    return tokens.give(appid, force_refresh, clock());
  });
  for (const [path, call] of Object.entries(CALLS)) {
    post(path, (request) => {
      const account = admit(request, path);
      return call(account, jsonBody(request.body), clock());
    });
  }
  // The only call without a body; the platform serves it to GET as well.
  app.all('/cgi-bin/draft/count', async (request) => admit(request, '/cgi-bin/draft/count').drafts.count(clock()));
  post('/cgi-bin/media/uploadimg', async (request) => {
    const { materials } = admit(request, '/cgi-bin/media/uploadimg');
    return materials.uploadImage(await uploaded(request));
  });
  post('/cgi-bin/material/add_material', async (request) => {
    const { materials } = admit(request, '/cgi-bin/material/add_material');
    return materials.addMaterial(Query.parse(request.query).type, await uploaded(request), clock());
  });
}

/** The file of the form field `media`; undefined if the form has none. */
async function uploaded(request: FastifyRequest): Promise<UploadedFile | undefined> {
  if (!request.isMultipart()) throw new WeChatError(41005);
  let found: UploadedFile | undefined;
  for await (const part of request.parts()) {
    if (part.type !== 'file') continue;
    const bytes = await part.toBuffer();
    if (part.fieldname === 'media') found = { filename: part.filename, bytes };
  }
  return found;
}

function requireKnownAddress({ ip }: FastifyRequest, { ipWhitelist }: PlatformAccount['setting']): void {
  const plain = ip.replace(/^::ffff:/, '');
  if (!ipWhitelist.includes(plain)) throw new WeChatError(40164, `${plain} ipv6 ::ffff:${plain}, not in whitelist`);
}
