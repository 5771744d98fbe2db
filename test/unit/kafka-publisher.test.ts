import { expect, test } from 'vitest';
import type { EventRecord } from '../../activities/ports/event-bus.ts';
import { inSends } from '../../infra/kafka/kafkajs-publisher.ts';

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
