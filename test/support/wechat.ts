import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../activities/digest.ts';
import { LOCAL_ACCOUNT, startWeChatSandbox, type WeChatSandboxOptions } from '../../infra/sandbox/index.ts';
import type { Digest } from '../../schemas/text.ts';
import { type WeChatArticle, WeChatPost } from '../../schemas/wechat.ts';
import { createWeChatClient } from '../../services/new-media/wechat/client.ts';
import { createWeChatDelivery } from '../../services/new-media/wechat/delivery.ts';
import type {
  DeliveryDeps,
  PublishRecord,
  Submission,
  Upload,
  UploadLedger,
} from '../../services/new-media/wechat/ports.ts';

/** The smallest PNG; the suffix makes pictures that differ. */
export const png = (suffix = ''): Uint8Array =>
  Buffer.concat([
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
    Buffer.from(suffix),
  ]);

const pictures = [png(), png('figure')];
const [coverDigest, figureDigest] = pictures.map((picture) => digestOf(picture)) as [Digest, Digest];

/** A document and its interpretation as two articles of one post; the interpretation has a picture. */
export const samplePost = (changes: Partial<WeChatArticle> = {}): WeChatPost =>
  WeChatPost.parse({
    articles: [
      {
        title: '青禾区惠企若干措施',
        author: '区政府办公室',
        content: '<section><h2>一、总体要求</h2><p>支持企业发展 &amp; 稳就业。</p></section>',
        contentSourceUrl: 'https://www.qinghe.example/policies/1',
        coverDigest,
        ...changes,
      },
      {
        title: '一图读懂惠企若干措施',
        content: `<p>怎么申报？</p><p><img src="lockstep-image:${figureDigest}" alt="流程图"></p>`,
        contentSourceUrl: 'https://www.qinghe.example/policies/1/interpretation',
        coverDigest,
      },
    ],
    images: [
      { digest: coverDigest, mediaType: 'image/png' },
      { digest: figureDigest, mediaType: 'image/png' },
    ],
  });

export type PlatformOptions = Partial<WeChatSandboxOptions> & { account?: object };

/** Starts the platform in a directory of its own, with one account unless `accounts` says otherwise. */
export async function platform({ account, ...options }: PlatformOptions = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'wechat-'));
  const accounts = [{ ...LOCAL_ACCOUNT, publishMilliseconds: 0, ...account }];
  const server = await startWeChatSandbox({ dataDir, accounts, ...options });
  return {
    url: server.url,
    dataDir,
    close: async () => {
      await server.close();
      if (!options.dataDir) await rm(dataDir, { recursive: true });
    },
  };
}

export const memoryUploads = (): UploadLedger => {
  const rows = new Map<string, Upload>();
  return {
    find: async (use, digest) => rows.get(`${use}/${digest}`),
    save: async (use, digest, upload) => void rows.set(`${use}/${digest}`, upload),
  };
};

export const memoryRecord = (): PublishRecord & {
  rows: Map<string, { intendedAt: number; confirmed?: Submission }>;
} => {
  const rows = new Map<string, { intendedAt: number; confirmed?: Submission }>();
  return {
    rows,
    find: async (key) => rows.get(key),
    intended: async (key, at) => void (rows.has(key) || rows.set(key, { intendedAt: at })),
    confirmed: async (key, confirmed) => void rows.set(key, { intendedAt: rows.get(key)?.intendedAt ?? 0, confirmed }),
    refused: async (key) => void rows.delete(key),
  };
};

/** The real adapter against `apiUrl`; articles are read at `pagesUrl` (the platform itself where `apiUrl` is a proxy). */
export function adapter(
  apiUrl: string,
  {
    pagesUrl = apiUrl,
    timeoutMs = 5000,
    account: { appid, secret } = LOCAL_ACCOUNT,
    ...changes
  }: Partial<DeliveryDeps> & {
    pagesUrl?: string;
    timeoutMs?: number;
    account?: { appid: string; secret: string };
  } = {},
) {
  const client = createWeChatClient({ apiUrl, appId: appid, secret, timeoutMs });
  const deps: DeliveryDeps = {
    client,
    blobs: {
      get: async (digest) => {
        const bytes = pictures.find((picture) => digestOf(picture) === digest);
        if (!bytes) throw new Error(`No picture ${digest}`);
        return bytes;
      },
    },
    uploads: memoryUploads(),
    now: Date.now,
    pause: async () => {},
    settle: { asks: 2, everyMs: 1 },
    articleOrigins: [pagesUrl],
    ...changes,
  };
  return { client, deps, delivery: createWeChatDelivery(deps) };
}
