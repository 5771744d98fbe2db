import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiptEvent } from '../../activities/delivery/receipt-event.ts';
import type { EventBus, EventRecord } from '../../activities/ports/event-bus.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { fromDeadLetter } from '../../infra/kafka/dead-letter.ts';
import { encodeEvent } from '../../infra/kafka/event-codec.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { createReceiptConsumer } from '../../services/worker/receipts.ts';
import { ownEventKeys } from '../support/event-keys.ts';
import { ownTopics, patiently } from '../support/kafka-bench.ts';
import { createTestDatabase, type TestDatabase, testServices } from '../support/local-services.ts';
import { newBundleId, receipt } from '../support/release-fixture.ts';
import { eventsOf } from '../support/site-bus.ts';
import { sampleRelease, startWebsite } from '../support/website.ts';

const { brokers } = testServices().kafka;
const { codecs, signers } = await ownEventKeys();
let bus: EventBus;
/** Whoever may write to the broker, past every line of ours. */
let intruder: Producer;
let database: TestDatabase;
let directory: string;

beforeAll(async () => {
  bus = createKafkajsEventBus({ brokers, clientId: 'forgery-test', log: pino({ level: 'silent' }) });
  intruder = new Kafka({ brokers, clientId: 'intruder', logLevel: logLevel.NOTHING }).producer();
  await intruder.connect();
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'lockstep-forged-'));
});
afterAll(async () => {
  await intruder?.disconnect();
  await bus?.close();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

const write = ({ topic, key, headers, value }: EventRecord) =>
  intruder.send({ topic, messages: [{ key, headers, value: Buffer.from(value) }] });

/** A topic of one test's own, and what was parked of it. */
async function ownChannel() {
  const names = await patiently(() => ownTopics(bus));
  const parked = async () => {
    const errors: string[] = [];
    await bus.read({
      topics: [names.dead],
      each: (letter) => {
        const { reason, error } = fromDeadLetter(letter).parked;
        errors.push(`${reason}: ${error}`);
      },
    });
    return errors.sort();
  };
  return { ...names, parked };
}

test('a forged go has no effect on the website but a dead letter, and the genuine one after it goes live', async () => {
  const { topic, dead, group, parked } = await ownChannel();
  const site = await startWebsite(database.url, directory);
  const subscription = await bus.subscribe({
    ...{ group, topics: [topic], deadLetterTopic: dead },
    handler: (record) => site.handle(codecs.website.decode(record)),
  });
  const release = sampleRelease();
  const { prepare, go } = await eventsOf(release, createFileBlobStore(directory));
  const onTopic = (event: ReleaseEvent): EventRecord => ({ ...encodeEvent(event), topic });
  const status = async () => (await site.get(`/policies/${release.bundleId}/`)).status;
  const caughtUp = () => patiently(async () => expect(await subscription.lag()).toBe(0n));

  await bus.publish([signers.core(onTopic(prepare))]);
  await write(onTopic(go)); // unsigned
  await write(signers.press(onTopic({ ...go, id: randomUUID() }))); // by a channel, whose key was stolen
  await write({ ...onTopic(go), headers: signers.core(onTopic(prepare)).headers }); // under the signature of the prepare
  await caughtUp();
  expect(await status()).toBe(404);
  expect(await parked()).toEqual([
    'poison: Poison: press may not say release.go.v1',
    'poison: Poison: the event is not signed',
    'poison: Poison: the signature is not that of core under this record',
  ]);

  const signed = signers.core(onTopic(go));
  await bus.publish([signed]);
  await write(signed); // a copy of what is genuine is a duplicate
  await caughtUp();
  expect(await status()).toBe(200);
  expect(await parked()).toHaveLength(3);
  await subscription.stop();
  await site.stop();
});

test('a forged receipt reaches neither a row nor the workflow', async () => {
  const { topic, dead, group, parked } = await ownChannel();
  const stored: ChannelReceipt[] = [];
  const signalled: unknown[] = [];
  const signal = async (_: unknown, data: unknown) => void signalled.push(data);
  const handle = createReceiptConsumer({
    store: { addReceipt: async (_, data) => void stored.push(data) },
    inspections: { addInspection: async () => {} },
    client: { workflow: { getHandle: () => ({ signal }) } } as never,
  });
  const subscription = await bus.subscribe({
    ...{ group, topics: [topic], deadLetterTopic: dead },
    handler: (record) => handle(codecs.core.decode(record)),
  });
  const verified = receipt(newBundleId(), ReleaseId.parse(randomUUID()), 'website', 'verified');
  const onTopic: EventRecord = { ...encodeEvent(receiptEvent(verified, '/test')), topic };

  await write(onTopic);
  await write(signers.press(onTopic)); // a channel for another
  await write(signers.core(onTopic));
  await bus.publish([signers.website(onTopic)]);
  await patiently(async () => expect(await subscription.lag()).toBe(0n));
  expect([stored, signalled]).toEqual([[verified], [verified]]);
  expect(await parked()).toEqual([
    'poison: Poison: core may not say channel.receipt.v1',
    'poison: Poison: press may not speak for the channel website',
    'poison: Poison: the event is not signed',
  ]);
  await subscription.stop();
});
