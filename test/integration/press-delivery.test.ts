import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AccountRef, DeliveryOrder } from '../../activities/delivery/types.ts';
import { digestOf } from '../../activities/digest.ts';
import { newReleaseKey, sealObject } from '../../activities/releases/sealed-staging.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { createMailer } from '../../infra/mail/mailer.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { createPressStore, type PressTables, pressMigrations } from '../../infra/postgres/press/store.ts';
import { startMailSandbox } from '../../infra/sandbox/mail/server.ts';
import { BundleId } from '../../schemas/bundle.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';
import { createPressDelivery } from '../../services/press/delivery.ts';
import type { Mail, Mailer } from '../../services/press/ports.ts';
import { createTestDatabase, type TestDatabase } from '../support/local-services.ts';

const press = {
  from: 'press@qinghe.example',
  contact: '青禾区人民政府办公室，电话：0990-5550126',
  recipients: [
    { name: '云麓日报', address: 'newsroom@yunlu-daily.example' },
    { name: '云麓广播电视台', address: 'desk@yunlu-tv.example' },
  ],
};

let database: TestDatabase;
let db: Kysely<PressTables>;
let sandbox: Awaited<ReturnType<typeof startMailSandbox>>;
let directory: string;
let smtp: ReturnType<typeof createMailer>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase<PressTables>(database.url);
  await migrate(db, pressMigrations);
  directory = await mkdtemp(join(tmpdir(), 'lockstep-press-'));
});
afterAll(async () => {
  await db?.destroy();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  sandbox = await startMailSandbox({ dataDir: await mkdtemp(join(directory, 'mails-')) });
  smtp = createMailer(`smtp://${sandbox.smtp.host}:${sandbox.smtp.port}`);
  return async () => {
    smtp.close();
    await sandbox.close();
  };
});

const staging = () => createFileBlobStore(join(directory, 'staging'));

/** A pack as the core would stage it. */
async function stagedOrder(): Promise<{ order: DeliveryOrder & AccountRef; key: string; pack: Buffer }> {
  const releaseId = ReleaseId.parse(randomUUID());
  const key = newReleaseKey();
  const pack = Buffer.from(`PK ${releaseId}`);
  const mail = Buffer.from(JSON.stringify({ subject: '新闻发布材料：青禾区若干措施', html: '<p>甲</p>', text: '甲' }));
  const objects = await Promise.all(
    [
      { path: 'pack.zip', mediaType: 'application/zip', plain: pack },
      { path: 'mail.json', mediaType: 'application/json', plain: mail },
    ].map(async ({ path, mediaType, plain }) => {
      const sealed = sealObject(key, { releaseId, path }, plain);
      const ciphertext = { sha256: await staging().put(sealed), bytes: sealed.length };
      return { path, mediaType, sha256: digestOf(plain), bytes: plain.length, ciphertext };
    }),
  );
  const bundleId = BundleId.parse(randomUUID());
  const seal = Digest.parse('b'.repeat(64));
  const ref = { releaseId, bundleId, channel: 'press-pack' as const, account: 'press', attempt: 1 };
  const order = { ...ref, seal, objects, actsOn: [] };
  return { order, key: key.toString('base64'), pack };
}

const service = (mailer: Mailer = smtp) =>
  createPressDelivery({ store: createPressStore(db), staging: staging(), mailer, press });

const prepare = async (delivery: ReturnType<typeof service>, order: DeliveryOrder & AccountRef) => {
  await delivery.acceptOrder(order);
  return delivery.prepareDelivery(order);
};

type Received = {
  mailbox: string;
  subject: string;
  messageId: string;
  suppressed: number;
  text: string;
  attachments: { sha256: string }[];
};
const received = async (): Promise<Received[]> => {
  const answer = await fetch(`${sandbox.url}/api/messages`);
  return ((await answer.json()) as { messages: Received[] }).messages;
};

test('every recipient gets one mail with the sealed pack, and only after go', async () => {
  const { order, key, pack } = await stagedOrder();
  const delivery = service();
  await prepare(delivery, order);
  expect(await received()).toEqual([]);
  expect(await delivery.publishDelivery(order, key)).toMatchObject({ state: 'live' });
  const mails = await received();
  expect(mails.map(({ mailbox }) => mailbox).sort()).toEqual(press.recipients.map(({ address }) => address).sort());
  for (const { attachments } of mails) expect(attachments.map(({ sha256 }) => sha256)).toEqual([digestOf(pack)]);
  expect((await delivery.verifyDelivery(order)).digests).toContain(digestOf(pack));
});

test('what acts on a release reaches whoever got that one, though no longer on the list, and each of them once', async () => {
  const former = { name: '青禾区融媒体中心', address: 'editor@qinghe-media.example' };
  const formerly = { ...press, recipients: [former, ...press.recipients.slice(1)] };
  const original = await stagedOrder();
  const then = createPressDelivery({ store: createPressStore(db), staging: staging(), mailer: smtp, press: formerly });
  await prepare(then, original.order);
  await then.publishDelivery(original.order, original.key);
  const before = new Set((await received()).map(({ messageId }) => messageId));

  const { order, key } = await stagedOrder();
  await prepare(service(), { ...order, actsOn: [original.order.releaseId] });
  expect(await service().publishDelivery(order, key)).toMatchObject({ state: 'live' });
  const sent = (await received()).filter(({ messageId }) => !before.has(messageId));
  const mailboxes = sent.map(({ mailbox }) => mailbox);
  expect(mailboxes.sort()).toEqual([former, ...press.recipients].map(({ address }) => address).sort());
});

test('a repeat after everybody has the mail sends nothing', async () => {
  const { order, key } = await stagedOrder();
  await prepare(service(), order);
  const first = await service().publishDelivery(order, key);
  expect(await service().publishDelivery(order, key)).toEqual(first);
  expect((await received()).every(({ suppressed }) => suppressed === 0)).toBe(true);
});

test('a mail whose acceptance was never recorded is sent again as the same mail, and its reader sees one', async () => {
  const { order, key } = await stagedOrder();
  let crashed = false;
  const crashing: Mailer = {
    async send(mail: Mail) {
      const answer = await smtp.send(mail);
      if (!crashed && mail.to.address.startsWith('desk')) {
        crashed = true;
        throw new Error('the process dies between the answer and the row');
      }
      return answer;
    },
  };
  await prepare(service(), order);
  await expect(service(crashing).publishDelivery(order, key)).rejects.toThrow('the process dies');
  expect(await service().publishDelivery(order, key)).toMatchObject({ state: 'live' });
  const mails = await received();
  expect(mails.map(({ mailbox, suppressed }) => `${mailbox} ${suppressed}`).sort()).toEqual([
    'desk@yunlu-tv.example 1',
    'newsroom@yunlu-daily.example 0',
  ]);
});

test('a mail host that is away holds up no other recipient', async () => {
  const { order, key } = await stagedOrder();
  let away = true;
  const partly: Mailer = {
    async send(mail) {
      if (away && mail.to.address.startsWith('newsroom')) throw new Error('connection refused');
      return smtp.send(mail);
    },
  };
  await prepare(service(), order);
  await expect(service(partly).publishDelivery(order, key)).rejects.toThrow('connection refused');
  expect((await received()).map(({ mailbox }) => mailbox)).toEqual(['desk@yunlu-tv.example']);
  expect(await service().pollDelivery(order)).toEqual({ state: 'running' });
  away = false;
  expect(await service(partly).publishDelivery(order, key)).toMatchObject({ state: 'live' });
});

test('a final no is recorded, named, never repeated, and is not called verified', async () => {
  const { order, key } = await stagedOrder();
  let calls = 0;
  const refusing: Mailer = {
    async send(mail) {
      if (!mail.to.address.startsWith('newsroom')) return smtp.send(mail);
      calls += 1;
      return { outcome: 'refused', response: '550 5.1.1 No such user' };
    },
  };
  await prepare(service(), order);
  const step = await service(refusing).publishDelivery(order, key);
  expect(step).toMatchObject({ state: 'live', detail: { zh: expect.stringContaining('550 5.1.1 No such user') } });
  await service(refusing).publishDelivery(order, key);
  expect(calls).toBe(1);
  await expect(service().verifyDelivery(order)).rejects.toSatisfy((error) => isPermanent(error, 'ChannelRefused'));
});

test('a key that does not open the pack sends nothing', async () => {
  const { order } = await stagedOrder();
  await prepare(service(), order);
  await expect(service().publishDelivery(order, Buffer.alloc(32).toString('base64'))).rejects.toSatisfy((error) =>
    isPermanent(error, 'StagingDamaged'),
  );
  expect(await received()).toEqual([]);
});

test('a discarded pack can no longer be sent', async () => {
  const { order, key } = await stagedOrder();
  await prepare(service(), order);
  const discarded = await service().discardDelivery(order);
  expect(await service().discardDelivery(order)).toEqual(discarded);
  expect(await service().publishDelivery(order, key)).toMatchObject({ state: 'refused' });
  expect(await received()).toEqual([]);
});

test('a later try sends to the corrected address, and nothing again to who has the mail', async () => {
  const { order, key } = await stagedOrder();
  const strict: Mailer = {
    send: async (mail) =>
      mail.to.address.startsWith('desk') ? { outcome: 'refused', response: '550 no such user' } : smtp.send(mail),
  };
  await prepare(service(strict), order);
  await service(strict).publishDelivery(order, key);
  await expect(service(strict).verifyDelivery(order)).rejects.toThrow('550 no such user');
  const recipients = press.recipients.map((recipient) => ({
    ...recipient,
    address: recipient.address.replace('desk@', 'news@'),
  }));
  const corrected = createPressDelivery({
    store: createPressStore(db),
    staging: staging(),
    mailer: strict,
    press: { ...press, recipients },
  });
  const second = { ...order, attempt: 2 };
  expect(await corrected.publishDelivery(second, key)).toMatchObject({ state: 'live' });
  await corrected.verifyDelivery(second);
  expect((await received()).map(({ mailbox, suppressed }) => `${mailbox} ${suppressed}`).sort()).toEqual(
    ['newsroom@yunlu-daily.example 0', 'news@yunlu-tv.example 0'].sort(),
  );
});

test('an order that comes after the release was rolled back stages nothing', async () => {
  const { order } = await stagedOrder();
  await service().discardDelivery(order);
  await expect(prepare(service(), order)).rejects.toThrow('已被清除');
  expect(await service().inspectDelivery(order)).toEqual({ state: 'absent', digests: [], detail: null });
});

test('an inspection says what the mail hosts took', async () => {
  const { order, key } = await stagedOrder();
  const digests = order.objects.map(({ sha256 }) => sha256).sort();
  const look = async () => {
    const { state, digests: found } = await service().inspectDelivery(order);
    return [state, [...found].sort()];
  };
  await prepare(service(), order);
  expect(await look()).toEqual(['staged', digests]);
  await service().publishDelivery(order, key);
  expect(await look()).toEqual(['public', digests]);
  await service().withdrawDelivery(order, '附件有误');
  expect(await look()).toEqual(['withdrawn', []]);
});

test('a withdrawal tells everyone who got the pack, once', async () => {
  const { order, key } = await stagedOrder();
  await prepare(service(), order);
  await service().publishDelivery(order, key);
  await service().withdrawDelivery(order, '附件数据有误');
  await service().withdrawDelivery(order, '附件数据有误');
  const recalls = (await received()).filter(({ subject }) => subject.startsWith('撤回通知'));
  expect(recalls.map(({ mailbox }) => mailbox).sort()).toEqual(press.recipients.map(({ address }) => address).sort());
  expect(recalls.every(({ text, suppressed }) => text.includes('附件数据有误') && suppressed === 0)).toBe(true);
});

test('whoever withdraws sees every mail that may be sent: what was about to be is not', async () => {
  const { order, key } = await stagedOrder();
  await prepare(service(), order);
  const store = createPressStore(db);
  const slow: typeof store = {
    ...store,
    async files(releaseId) {
      const files = await store.files(releaseId);
      await service().withdrawDelivery(order, '依据变化'); // it finds no mail of which anybody would have to be told
      return files;
    },
  };
  const going = createPressDelivery({ store: slow, staging: staging(), mailer: smtp, press });
  expect(await going.publishDelivery(order, key)).toMatchObject({ state: 'refused' });
  expect(await received()).toEqual([]);
});

test('the database of a prepared pack holds no word of it', async () => {
  const { order } = await stagedOrder();
  await prepare(service(), order);
  const rows = await db.selectFrom('staged_object').selectAll().where('release_id', '=', order.releaseId).execute();
  expect(rows).toHaveLength(2);
  for (const { ciphertext } of rows) expect(ciphertext.includes('青禾区')).toBe(false);
  expect(await db.selectFrom('mail').selectAll().where('release_id', '=', order.releaseId).execute()).toEqual([]);
});
