import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { DeliveryOrder } from '../../activities/delivery/types.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { openNewMediaDatabase } from '../../infra/postgres/new-media/open.ts';
import { LOCAL_ACCOUNT, type WeChatAccount } from '../../infra/sandbox/index.ts';
import { BundleId } from '../../schemas/bundle.ts';
import type { WeChatAccountSetting } from '../../schemas/configuration.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';
import type { WeChatArticle } from '../../schemas/wechat.ts';
import { createNewMediaActivities, type LIMITS } from '../../services/new-media/activities.ts';
import type { DeliveryStore } from '../../services/new-media/delivery-store.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { adapter, type PlatformOptions, platform, png, samplePost } from './wechat.ts';

/** Where a process dies: right before or right after a call on its database, e.g. `before confirmed`. */
export type Death = `${'before' | 'after'} ${keyof DeliveryStore | 'intended' | 'confirmed'}`;

/** The store of a process that is killed at `death`: what it had asked for is done, and nobody hears of it. */
function mortal<T extends object>(target: T, death: Death | undefined): T {
  const die = (moment: string) => {
    if (moment === death) throw new Error(`killed ${moment}`);
  };
  return new Proxy(target, {
    get(owner, name) {
      const method: unknown = Reflect.get(owner, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        die(`before ${String(name)}`);
        const answer: unknown = Reflect.apply(method, owner, args);
        if (!(answer instanceof Promise)) return mortal(answer as object, death); // a part of the store
        return answer.then((value: unknown) => {
          die(`after ${String(name)}`);
          return value;
        });
      };
    },
  });
}

type Setting = Partial<WeChatAccount> & Pick<WeChatAccountSetting, 'id'>;
/** So many accounts, all in good standing. */
const standing = (settings: Setting[]): (Setting & { appid: string; secret: string; name: string })[] =>
  settings.map((setting) => ({
    appid: `wx${randomBytes(8).toString('hex')}`,
    secret: randomBytes(16).toString('hex'),
    name: `公众号 ${setting.id}`,
    publishMilliseconds: 0,
    ...setting,
  }));

/** The platform behind a faulty network, a blob store, and as many processes of the service as a test starts. */
export async function newMedia(
  databaseUrl: string,
  {
    account: settings = {},
    // Each platform is an account of its own to the database, unless a test says that it has met it before.
    id = `a-${randomBytes(8).toString('hex')}`,
    accounts: several = [{ id, ...LOCAL_ACCOUNT, ...settings }],
    ...options
  }: Omit<PlatformOptions, 'accounts'> & { id?: string; accounts?: Setting[] } = {},
) {
  const accounts = standing(several);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'lockstep-wechat-')));
  const startPlatform = (changes: object = {}, port = 0) =>
    platform({
      ...options,
      dataDir,
      port,
      accounts: accounts.map(({ id: _, ...setting }) => ({ ...setting, ...changes })),
    });
  let wechat = await startPlatform();
  const proxy = await startFaultProxy(wechat.url);
  const blobDir = await mkdtemp(join(tmpdir(), 'lockstep-blobs-'));
  const blobs = createFileBlobStore(blobDir);
  const stops: (() => Promise<void>)[] = [];
  const main = accounts[0] ?? LOCAL_ACCOUNT;
  const sql = async (statement: string, ...values: string[]) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(statement, values);
    await client.end();
  };

  return {
    account: accounts[0]?.id ?? '',
    accounts,
    wechat,
    proxy,
    blobDir,
    /** The accounts' settings on the platform's own website are changed; what it holds stays. */
    async reconfigure(changes: object) {
      await wechat.close();
      wechat = await startPlatform(changes, Number(new URL(wechat.url).port));
    },
    /** The service after a start: it remembers what its database remembers. */
    async process({
      death,
      now = Date.now,
      without = [],
      ...limits
    }: { death?: Death; now?: () => number; without?: string[] } & Partial<typeof LIMITS> = {}) {
      const database = await openNewMediaDatabase(databaseUrl);
      stops.push(database.close);
      const store = mortal(database.store, death);
      const connected = accounts
        .filter(({ id: each }) => !without.includes(each))
        .map(({ id: each, name, ...account }) => ({
          id: each,
          name,
          author: `${name}编辑`,
          delivery: adapter(proxy.url, { pagesUrl: wechat.url, blobs, uploads: store.uploads(each), now, account })
            .delivery,
        }));
      return createNewMediaActivities({
        store,
        accounts: connected,
        blobs,
        now,
        limits: { patienceMs: 60_000, appearMs: 0, attemptMs: 0, ...limits },
      });
    },
    /** An order as the core would stage it. */
    async order(changes: Partial<WeChatArticle> = {}, bundleId = BundleId.parse(randomUUID())): Promise<DeliveryOrder> {
      const post = Buffer.from(JSON.stringify(samplePost(changes)));
      const files = [
        { path: 'post.json', mediaType: 'application/json', bytes: post },
        { path: 'images/cover.png', mediaType: 'image/png', bytes: png() },
        { path: 'images/figure.png', mediaType: 'image/png', bytes: png('figure') },
      ];
      const objects = await Promise.all(
        files.map(async ({ bytes, ...file }) => ({
          ...file,
          sha256: await blobs.put(bytes),
          bytes: bytes.length,
          ciphertext: null,
        })),
      );
      return {
        releaseId: ReleaseId.parse(randomUUID()),
        bundleId,
        seal: Digest.parse('a'.repeat(64)),
        channel: 'wechat',
        objects,
        actsOn: [],
      };
    },
    /** Changes what stands as sealed in the service's record. */
    reseal: ({ releaseId }: DeliveryOrder, objects: DeliveryOrder['objects']) =>
      sql('update release set objects = $2 where release_id = $1', releaseId, JSON.stringify(objects)),
    /** The service's record is that of a backup from before everything. */
    async forget() {
      for (const table of ['release', 'delivery', 'upload']) await sql(`delete from ${table}`);
    },
    /** How often the platform was asked for this. */
    calls: (api: string) => proxy.seen.filter((line) => line.includes(`/cgi-bin/${api}?`)).length,
    /** What the platform holds, asked past the proxy. */
    async holds(account: { appid: string; secret: string } = main) {
      const { client } = adapter(wechat.url, { account });
      const published = (await client.listPublished(0)).item;
      const readable = published.filter(({ content }) => content.news_item.some(({ is_deleted }) => !is_deleted));
      return { drafts: (await client.listDrafts(0)).total_count, posts: published.length, readable: readable.length };
    },
    client: (account: { appid: string; secret: string } = main) => adapter(wechat.url, { account }).client,
    async close() {
      for (const stop of stops) await stop();
      await proxy.close();
      await wechat.close();
      for (const directory of [blobDir, dataDir]) await rm(directory, { recursive: true });
    },
  };
}
export type NewMedia = Awaited<ReturnType<typeof newMedia>>;
