import type { EachBatchPayload } from 'kafkajs';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { ReceivedRecord } from '../../activities/ports/event-bus.ts';
import { createLanes } from '../../infra/kafka/kafkajs-lanes.ts';

/** One batch of a partition with records of these keys, and a `deliver` whose outcomes the test decides. */
function lanesWith(keys: string[], atOnce: number) {
  const resolved: string[] = [];
  const begun: string[] = [];
  const ends = new Map<string, (outcome: 'done' | 'abandoned') => void>();
  const lanes = createLanes({
    deliver: ({ offset }: ReceivedRecord) => {
      begun.push(String(offset));
      return new Promise((resolve) => ends.set(String(offset), resolve));
    },
    atOnce,
    patienceMs: 60_000,
    log: pino({ level: 'silent' }),
  });
  const messages = keys.map((key, offset) => ({
    ...{ key: Buffer.from(key), value: Buffer.from(''), headers: {}, offset: String(offset), timestamp: '0' },
  }));
  const payload = {
    batch: { topic: 't', partition: 0, messages },
    isRunning: () => true,
    resolveOffset: (offset: string) => void resolved.push(offset),
    pause: () => () => {},
  };
  const batch = lanes.eachBatch(payload as unknown as EachBatchPayload);
  const end = async (offset: string, outcome: 'done' | 'abandoned' = 'done') => {
    ends.get(offset)?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, resolved, end, batch };
}

test('records of different keys are in hand together; one of a key that is in hand waits', async () => {
  const { begun, resolved, end, batch } = lanesWith(['a', 'b', 'c', 'a', 'd'], 50);
  expect(begun).toEqual(['0', '1', '2']);
  await end('2');
  await end('0');
  expect(begun).toHaveLength(3);
  expect(resolved).toEqual([]); // what is committed must be whole up to there
  await end('1');
  expect(resolved).toEqual(['0', '1', '2']);
  expect(begun).toEqual(['0', '1', '2', '3', '4']);
  for (const offset of ['3', '4']) await end(offset);
  await batch;
  expect(resolved).toEqual(['0', '1', '2', '3', '4']);
});

test('no more than asked for are in hand, by default one', async () => {
  const two = lanesWith(['a', 'b', 'c'], 2);
  expect(two.begun).toEqual(['0', '1']);
  const one = lanesWith(['a', 'b'], 1);
  expect(one.begun).toEqual(['0']);
});

test('nothing from one on that was not handled is committed, though those beside it were', async () => {
  const { begun, resolved, end, batch } = lanesWith(['a', 'b', 'c', 'd', 'a'], 50);
  for (const offset of ['0', '2', '3']) await end(offset);
  await end('1', 'abandoned');
  await batch;
  expect(resolved).toEqual(['0']);
  expect(begun).toHaveLength(4);
});
