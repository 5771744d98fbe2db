import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { WeChatAccount } from './account.ts';
import type { Drafts } from './drafts.ts';
import { WeChatError } from './errors.ts';
import { jsonBody } from './json-body.ts';
import type { Materials, UploadedFile } from './materials.ts';
import type { Publishing } from './publishing.ts';
import type { createQuota } from './quota.ts';
import type { createTokens } from './tokens.ts';

type Parts = {
  account: WeChatAccount;
  clock: () => number;
  tokens: ReturnType<typeof createTokens>;
  quota: ReturnType<typeof createQuota>;
  materials: Materials;
  drafts: Drafts;
  publishing: Publishing;
};

const Query = z.object({ access_token: z.unknown().optional(), type: z.unknown().optional() });

/** The calls of the platform that this project may make. Any other address is answered with 40066. */
export function apiRoutes(app: FastifyInstance, parts: Parts): void {
  const { account, clock, tokens, quota, materials, drafts, publishing } = parts;
  const calls: Record<string, (body: unknown, now: number) => object> = {
    '/cgi-bin/draft/add': drafts.add,
    '/cgi-bin/draft/update': drafts.update,
    '/cgi-bin/draft/get': drafts.get,
    '/cgi-bin/draft/batchget': drafts.batchget,
    '/cgi-bin/draft/delete': drafts.delete,
    '/cgi-bin/freepublish/submit': publishing.submit,
    '/cgi-bin/freepublish/get': publishing.get,
    '/cgi-bin/freepublish/delete': publishing.delete,
    '/cgi-bin/freepublish/getarticle': publishing.getarticle,
    '/cgi-bin/freepublish/batchget': publishing.batchget,
  };

  /** The order of the platform's checks: caller's address, token, quota, right of the account; then the body. */
  const admit = (request: FastifyRequest, path: string) => {
    requireKnownAddress(request, account);
    tokens.check(Query.parse(request.query).access_token, clock());
    quota.count(path, clock());
    if (!account.verified && path.startsWith('/cgi-bin/freepublish/')) throw new WeChatError(48001);
  };
  const post = (path: string, answer: (request: FastifyRequest) => object | Promise<object>) =>
    app.all(path, async (request, reply) => {
      if (request.method !== 'POST') throw new WeChatError(43002);
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(await answer(request)));
    });

  post('/cgi-bin/stable_token', (request) => {
    requireKnownAddress(request, account);
    quota.count('/cgi-bin/stable_token', clock());
    return tokens.stableToken(jsonBody(request.body), clock());
  });
  for (const [path, call] of Object.entries(calls)) {
    post(path, (request) => {
      admit(request, path);
      return call(jsonBody(request.body), clock());
    });
  }
  // The only call without a body; the platform serves it to GET as well.
  app.all('/cgi-bin/draft/count', async (request) => {
    admit(request, '/cgi-bin/draft/count');
    return drafts.count(clock());
  });
  post('/cgi-bin/media/uploadimg', async (request) => {
    admit(request, '/cgi-bin/media/uploadimg');
    return materials.uploadImage(await uploaded(request));
  });
  post('/cgi-bin/material/add_material', async (request) => {
    admit(request, '/cgi-bin/material/add_material');
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

function requireKnownAddress({ ip }: FastifyRequest, { ipWhitelist }: WeChatAccount): void {
  const plain = ip.replace(/^::ffff:/, '');
  if (!ipWhitelist.includes(plain)) throw new WeChatError(40164, `${plain} ipv6 ::ffff:${plain}, not in whitelist`);
}
