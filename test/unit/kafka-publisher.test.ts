import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kafka, ProducerBatch } from 'kafkajs';
import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { type EventRecord, TransientFailure } from '../../activities/ports/event-bus.ts';
import { createKafkajsPublisher, inSends } from '../../infra/kafka/kafkajs-publisher.ts';

const record = (name: string, kilobytes: number): EventRecord => ({
  topic: 't',
  key: name,
  headers: {},
  value: new Uint8Array(kilobytes * 1024),
});
const names = (sends: EventRecord[][]) => sends.map((send) => send.map(({ key }) => key).join(''));

test('records that are small together travel together', () => {
  expect(names(inSends([record('a', 1), record('b', 1), record('c', 1)]))).toEqual(['abc']);
});

test('a batch is cut before it grows over the size of a record batch, in its order', () => {
  expect(names(inSends([record('a', 300), record('b', 300), record('c', 100), record('d', 300)]))).toEqual([
    'a',
    'bc',
    'd',
  ]);
});

test('a record above the limit travels alone', () => {
  expect(names(inSends([record('a', 1), record('b', 1024), record('c', 1)]))).toEqual(['a', 'b', 'c']);
});

test('an empty batch is no send', () => {
  expect(inSends([])).toEqual([]);
});

const publisherOn = (sendBatch: (batch: ProducerBatch) => Promise<unknown[]>) => {
  const client = { producer: () => ({ connect: async () => undefined, sendBatch }) } as unknown as Kafka;
  return createKafkajsPublisher({ client, log: pino({ level: 'silent' }), deadlineMs: 20 });
};

test('a batch whose caller has given up is not sent later: the repeat would be overtaken by it', async () => {
  const stalled = Promise.withResolvers<unknown[]>();
  const sendBatch = vi.fn((_: ProducerBatch) => stalled.promise);
  const { publish } = publisherOn(sendBatch);
  const [first, second] = [publish([record('a', 1)]), publish([record('b', 1)])];
  await expect(first).rejects.toBeInstanceOf(TransientFailure);
  await expect(second).rejects.toBeInstanceOf(TransientFailure);
  sendBatch.mockImplementation(async () => []);
  stalled.resolve([]);
  await publish([record('c', 1)]);
  const sent = sendBatch.mock.calls.map(([batch]) => String(batch.topicMessages?.[0]?.messages[0]?.key));
  expect(sent).toEqual(['a', 'c']);
});

const stored = (batch: ProducerBatch) =>
  (batch.topicMessages ?? []).map(({ topic }) => ({ topicName: topic, partition: 0, errorCode: 0, baseOffset: '7' }));
const keysOf = ({ topicMessages }: ProducerBatch) =>
  (topicMessages ?? []).flatMap(({ messages }) => messages.map(({ key }) => String(key))).join('');

test('calls of one turn, and calls that come while one is on its way, travel together, and each gets its own answer', async () => {
  const onItsWay = Promise.withResolvers<void>();
  const sendBatch = vi.fn(async (batch: ProducerBatch) => {
    await onItsWay.promise;
    return stored(batch);
  });
  const { publish } = publisherOn(sendBatch);
  const publishAll = (names: string[]) =>
    names.map((name) => publish(name === 'c' ? [record('c', 1), record('e', 1)] : [record(name, 1)]));
  const first = publishAll(['a', 'b']);
  await nextTurn();
  expect(sendBatch).toHaveBeenCalledTimes(1);
  const next = publishAll(['c', 'd']);
  onItsWay.resolve();
  const answers = await Promise.all([...first, ...next]);
  expect(sendBatch.mock.calls.map(([batch]) => keysOf(batch))).toEqual(['ab', 'ced']);
  expect(answers.map((positions) => positions.length)).toEqual([1, 1, 2, 1]);
});

test('calls together stay below the size of a record batch', async () => {
  const sendBatch = vi.fn(async (batch: ProducerBatch) => stored(batch));
  const { publish } = publisherOn(sendBatch);
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => publish([record(name, 200)])));
  expect(sendBatch.mock.calls.map(([batch]) => keysOf(batch))).toEqual(['ab', 'cd']);
});

test('a record that the broker refuses fails its own call only', async () => {
  const refused = Object.assign(new Error('too large'), { retriable: false, type: 'MESSAGE_TOO_LARGE' });
  const { publish } = publisherOn(async (batch) => {
    if (keysOf(batch).includes('c')) throw refused;
    return stored(batch);
  });
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => publish([record(name, 1)])));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
});

test('what time may cure is a TransientFailure, a refusal is not', async () => {
  const lost = Object.assign(new Error('connection lost'), { retriable: true });
  const wrapped = Object.assign(new Error('retries exceeded', { cause: lost }), { retriable: false });
  const refused = Object.assign(new Error('too large'), { retriable: false, type: 'MESSAGE_TOO_LARGE' });
  await expect(publisherOn(() => Promise.reject(lost)).publish([record('a', 1)])).rejects.toBeInstanceOf(
    TransientFailure,
  );
  await expect(publisherOn(() => Promise.reject(wrapped)).publish([record('a', 1)])).rejects.toBeInstanceOf(
    TransientFailure,
  );
  await expect(publisherOn(() => Promise.reject(refused)).publish([record('a', 1)])).rejects.toBe(refused);
});
