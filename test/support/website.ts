import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { digestOf } from '../../activities/digest.ts';
import { newReleaseKey, sealObject } from '../../activities/releases/sealed-staging.ts';
import type { Catalogue } from '../../activities/rendering/website/catalogue.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { request } from '../../infra/http/request.ts';
import { openWebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { BundleId } from '../../schemas/bundle.ts';
import { ReceiptEvent, ReleaseEvent } from '../../schemas/events.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { createAnswer } from '../../services/website/answer.ts';
import { createHandler } from '../../services/website/handler.ts';
import { createInspection } from '../../services/website/inspection.ts';
import { createPublicView } from '../../services/website/public-view.ts';
import { createReadBack } from '../../services/website/read-back.ts';
import { createReceipts } from '../../services/website/receipts.ts';
import { startSite } from '../../services/website/server.ts';

export const site = { name: '云麓市青禾区人民政府网站', domain: 'www.qinghe.example', idCode: '9900010001' };

/** Words that nobody outside may read before T0. */
export const secrets = {
  title: '青禾区夜间照明管理办法',
  number: '青禾政发〔2026〕7号',
  text: '路灯应当在日落后十五分钟内开启',
};

const page = (body: string) =>
  `<!doctype html><html><head><meta name="PubDate" content="{{PubDate}}"/></head><body><div id="later-acts">{{LaterActs}}</div><span id="validity">{{Validity}}</span>${body}<time id="published-on">{{PublishedOn}}</time></body></html>`;

/** A release as the core would stage it: three files, sealed with one key, and the events that carry it. */
export function sampleRelease(bundleId = BundleId.parse(randomUUID())) {
  const releaseId = ReleaseId.parse(randomUUID());
  const key = newReleaseKey();
  const catalogue: Catalogue = {
    catalogueVersion: 1,
    title: secrets.title,
    documentNumber: secrets.number,
    issuingBody: '青禾区人民政府',
    issuedOn: '2026-03-12',
    policyKind: 'normative-document',
    effectiveFrom: null,
    effectiveUntil: null,
    interpretations: [{ item: 'qa', title: '办法问答', form: 'qa', path: 'interpretation/qa/index.html' }],
  };
  const files = [
    { path: 'index.html', mediaType: 'text/html', plain: Buffer.from(page(`<p>${secrets.text}</p>`)) },
    { path: 'interpretation/qa/index.html', mediaType: 'text/html', plain: Buffer.from(page('<p>问答</p>')) },
    { path: 'catalogue.json', mediaType: 'application/json', plain: Buffer.from(JSON.stringify(catalogue)) },
  ].map((file) => ({ ...file, sealed: sealObject(key, { releaseId, path: file.path }, file.plain) }));
  const event = (type: ReleaseEvent['type'], data: object): ReleaseEvent =>
    ReleaseEvent.parse({
      specversion: '1.0',
      id: randomUUID(),
      source: 'test',
      type,
      subject: bundleId,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { releaseId, ...data },
    });
  const seal = 'a'.repeat(64);
  return { bundleId, releaseId, key, files, seal, event };
}
export type SampleRelease = ReturnType<typeof sampleRelease>;

/** Some machines have no IPv6 loopback; there the second listener is left out. */
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** One instance of the website service on a real database, with its bus taken away: `receipts` is what it published. */
export async function startWebsite(databaseUrl: string, directory?: string) {
  const stagingDir = directory ?? (await mkdtemp(join(tmpdir(), 'lockstep-site-')));
  const database = await openWebsiteDatabase(databaseUrl);
  const staging = createFileBlobStore(stagingDir);
  const log = pino({ level: 'silent' });
  const published: ReceiptEvent[] = [];
  let failures = 0;
  const view = createPublicView({ reads: database.reads });
  const server = await startSite(
    { answer: createAnswer({ site, view, publicUrl: 'http://site.example' }), notReady: async () => [], log },
    hasIpv6 ? ['127.0.0.1:0', '[::1]:0'] : ['127.0.0.1:0'],
  );
  const publicUrls = ['127.0.0.1', '[::1]'].flatMap((host, at) => {
    const port = server.ports[at];
    return port === undefined ? [] : [`http://${host}:${port}`];
  });
  const publish = async (events: ReceiptEvent[]) => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('event bus is away');
    }
    published.push(...events.map((event) => ReceiptEvent.parse(event)));
  };
  const receipts = createReceipts({
    records: database.records,
    publicUrl: publicUrls[0] ?? '',
    publish,
  });
  const read = (url: string) => request({ url, timeoutMs: 5_000 });
  const readBack = createReadBack({
    records: database.records,
    receipts,
    read,
    publicUrls,
    tries: 2,
    pause: async () => {},
    quiet: async () => {},
    log,
  });
  let verified = Promise.resolve();
  const handle = createHandler({
    inbox: database.inbox,
    site: database.writes,
    staging,
    receipts,
    inspect: createInspection({
      records: database.records,
      read,
      publicUrl: publicUrls[0] ?? '',
      publish,
      now: () => new Date().toISOString(),
      log,
    }),
    remember: (releases) => void view.remember(releases),
    onLive: () => {
      verified = readBack.wake();
    },
    log,
  });
  return {
    publicUrls,
    stagingDir,
    handle,
    published,
    failNextPublish: () => {
      failures += 1;
    },
    settled: () => verified,
    get: (path: string, family = 0) => read(`${publicUrls[family]}${path}`),
    async prepare(release: SampleRelease, attempt = 1) {
      const objects = await Promise.all(
        release.files.map(async ({ path, mediaType, plain, sealed }) => ({
          path,
          mediaType,
          sha256: digestOf(plain),
          bytes: plain.byteLength,
          ciphertext: { sha256: await staging.put(sealed), bytes: sealed.byteLength },
        })),
      );
      const event = release.event('release.prepare.v1', {
        seal: release.seal,
        channels: [{ channel: 'website', objects }],
        attempt,
      });
      await handle(event);
      return event;
    },
    async go(
      release: SampleRelease,
      key: Uint8Array = release.key,
      committedAt = '2026-03-16T01:00:00.000Z',
      group: SampleRelease[] = [],
      attempt = 1,
    ) {
      const event = release.event('release.go.v1', {
        seal: release.seal,
        committedAt,
        channels: ['website'],
        key: Buffer.from(key).toString('base64'),
        group: group.map(({ releaseId }) => releaseId),
        attempt,
      });
      await handle(event);
      return event;
    },
    async stop() {
      await server.close();
      await database.close();
      if (!directory) await rm(stagingDir, { recursive: true, force: true });
    },
  };
}
