import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DeliveryOrder } from '../../activities/delivery/types.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { decodeEvent } from '../../infra/kafka/event-codec.ts';
import { ensureEventKeys, eventKeyFiles, openEventCodec } from '../../infra/kafka/event-keys.ts';
import type { EventCodec } from '../../infra/kafka/event-signature.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { topics } from '../../infra/kafka/topics.ts';
import { repositoryRoot } from '../../infra/local/layout.ts';
import { localAccount } from '../../infra/sandbox/index.ts';
import { ReleaseEvent, Topic } from '../../schemas/events.ts';
import type { ChannelInspection, ChannelReceipt } from '../../schemas/receipt.ts';
import { patiently } from '../support/kafka-bench.ts';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';
import { type NewMedia, newMedia } from '../support/new-media.ts';

let database: TestDatabase;
let media: NewMedia;
let scratch: string;
let bus: ReturnType<typeof createKafkajsEventBus>;
let core: EventCodec;
/** Releases of this run: on a shared broker there may be receipts of others, under keys that are not ours. */
const ours = new Set<string>();
const receipts: ChannelReceipt[] = [];
const inspections: ChannelInspection[] = [];
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createTestDatabase();
  // The accounts of the shipped channels.yaml, which is all that the process is configured with.
  const { wechat } = (await loadOfficeConfig()).channels;
  const accounts = wechat.accounts.map((account) => ({ id: account.id, ...localAccount(account) }));
  media = await newMedia(database.url, { accounts });
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-new-media-'));
  await ensureEventKeys(scratch);
  core = await openEventCodec(eventKeyFiles(scratch).privateKey('core'), eventKeyFiles(scratch).publicKeys);
  const { brokers } = testServices().kafka;
  bus = createKafkajsEventBus({ brokers, clientId: 'test', log: pino({ level: 'silent' }) });
  await patiently(() => bus.ensureTopics(topics)); // a busy broker may not host yet what it has just made
  await bus.subscribe({
    group: `test-${randomUUID()}`,
    topics: [Topic.receipts],
    async handler(record) {
      const { data } = decodeEvent(record);
      if (!('releaseId' in data) || !ours.has(data.releaseId)) return;
      const event = core.decode(record);
      if (event.type === 'channel.receipt.v1') receipts.push(event.data);
      if (event.type === 'channel.inspected.v1') inspections.push(event.data);
    },
  });
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await bus?.close();
  await media?.close();
  await rm(scratch, { recursive: true, force: true });
  await database?.drop();
});

/** The process as it is started in earnest; its settings are all it knows. */
function start(wechatUrl = media.wechat.url): ChildProcess {
  const { temporal, kafka } = testServices();
  const child = spawn(process.execPath, ['services/new-media/main.ts'], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env.PATH,
      LOCKSTEP_TEMPORAL_ADDRESS: temporal.address,
      LOCKSTEP_TEMPORAL_NAMESPACE: temporal.namespace,
      LOCKSTEP_KAFKA_BROKERS: kafka.brokers.join(','),
      LOCKSTEP_EVENT_PRIVATE_KEY_FILE: eventKeyFiles(scratch).privateKey('new-media'),
      LOCKSTEP_EVENT_KEYS_FILE: eventKeyFiles(scratch).publicKeys,
      LOCKSTEP_NEW_MEDIA_DATABASE_URL: database.url,
      LOCKSTEP_BLOB_DIR: media.blobDir,
      LOCKSTEP_WECHAT_API_URL: wechatUrl,
      LOCKSTEP_WECHAT_SECRETS: JSON.stringify(
        Object.fromEntries(media.accounts.map((each) => [each.appid, each.secret])),
      ),
      LOCKSTEP_HEALTH_LISTEN: '127.0.0.1:0',
      LOCKSTEP_WORKFLOW_BUNDLE: join(scratch, 'workflows.js'),
      LOCKSTEP_LOG_LEVEL: 'error',
    },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const event = ({ bundleId, releaseId }: DeliveryOrder, type: ReleaseEvent['type'], data: object): ReleaseEvent =>
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
const send = (...events: ReleaseEvent[]) => {
  for (const { data } of events) ours.add(data.releaseId);
  return bus.publish(events.map(core.encode));
};
const received = (order: DeliveryOrder, state: ChannelReceipt['state']) =>
  vi.waitFor(
    () => {
      const ours = receipts.filter(({ releaseId }) => releaseId === order.releaseId);
      const found = ours.find((receipt) => receipt.state === state);
      if (!found) throw new Error(`No ${state} yet, only ${JSON.stringify(ours)}`);
      return found;
    },
    { timeout: 90_000, interval: 100 },
  );

test('a release goes from prepare to go to withdrawal over Kafka and Temporal, though the process is killed between', async () => {
  const order = await media.order();
  const { seal, objects } = order;
  const digests = objects.map(({ sha256 }) => sha256);
  const prepare = event(order, 'release.prepare.v1', { seal, channels: [{ channel: 'wechat', objects }] });
  const first = start();
  await send(prepare, prepare); // Kafka delivers at least once
  expect(await received(order, 'ready')).toMatchObject({ channel: 'wechat', digests, url: null });
  expect(await media.holds()).toEqual({ drafts: 1, posts: 0, readable: 0 });

  first.kill('SIGKILL');
  const go = { seal, committedAt: new Date().toISOString(), channels: ['wechat'], key: '' };
  await send(event(order, 'release.go.v1', go));
  const second = start();
  const verified = await received(order, 'verified');
  expect(verified).toMatchObject({ digests, url: (await received(order, 'live')).url });
  expect(await (await fetch(verified.url ?? '')).text()).toContain('支持企业发展');
  for (const account of media.accounts)
    expect(await media.holds(account)).toEqual({ drafts: 0, posts: 1, readable: 1 });

  const inspectionId = randomUUID();
  const inspect = event(order, 'release.inspect.v1', { inspectionId, channels: ['wechat'] });
  await send(inspect, inspect);
  await vi.waitFor(() => expect(inspections).toMatchObject([{ inspectionId, state: 'public', digests }]), 90_000);

  const withdrawnAt = new Date().toISOString();
  await send(event(order, 'release.withdrawn.v1', { reason: '附件数据有误', withdrawnAt }));
  await received(order, 'withdrawn');
  for (const account of media.accounts)
    expect(await media.holds(account)).toEqual({ drafts: 0, posts: 1, readable: 0 });

  const ended = new Promise((resolve) => second.once('exit', resolve));
  second.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(receipts.filter(({ state }) => state === 'refused' || state === 'unknown')).toEqual([]);
}, 240_000);

test('a release that is rolled back leaves no draft', async () => {
  const child = start();
  const order = await media.order();
  const { seal, objects } = order;
  await send(event(order, 'release.prepare.v1', { seal, channels: [{ channel: 'wechat', objects }] }));
  await received(order, 'ready');
  await send(event(order, 'release.rolled-back.v1', { reason: 'superseded by revision 2' }));
  await received(order, 'discarded');
  expect((await media.holds()).drafts).toBe(0);
  child.kill('SIGKILL');
}, 240_000);

test('I16: poison on the topic, and a post whose platform call hangs, hold up no other bundle', async () => {
  const [hanging, other] = [await media.order({ content: `<p>${'长'.repeat(3_000)}</p>` }), await media.order()];
  const long = (head: string) => /\/draft\/add/.test(head) && Number(/content-length: (\d+)/i.exec(head)?.[1]) > 5_000;
  media.proxy.fault((head) => (long(head) ? 'stall' : 'pass'));
  const child = start(media.proxy.url);
  const prepare = (order: DeliveryOrder) =>
    event(order, 'release.prepare.v1', {
      ...{ seal: order.seal, channels: [{ channel: 'wechat', objects: order.objects }] },
    });
  await send(prepare(hanging));
  await vi.waitFor(() => expect(media.calls('draft/add')).toBeGreaterThan(0), { timeout: 90_000 }); // it hangs now
  const poison = (key: string) => ({ topic: Topic.releases, key, headers: {}, value: Buffer.from('{"no event') });
  await bus.publish([hanging.bundleId, other.bundleId, randomUUID()].map(poison));
  await send(prepare(other));
  await received(other, 'ready');
  const go = { seal: other.seal, committedAt: new Date().toISOString(), channels: ['wechat'], key: '' };
  await send(event(other, 'release.go.v1', go));
  await received(other, 'live'); // its pages are on the platform's own host, which is not the proxy's

  expect(receipts.filter(({ releaseId, state }) => releaseId === hanging.releaseId && state === 'ready')).toEqual([]);
  media.proxy.fault(() => 'pass'); // only now does the platform answer
  await received(hanging, 'ready');
  child.kill('SIGKILL');
}, 400_000);
