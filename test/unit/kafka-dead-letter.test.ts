import { describe, expect, test } from 'vitest';
import { Poison, type ReceivedRecord } from '../../activities/ports/event-bus.ts';
import {
  describeWithoutPayload,
  fromDeadLetter,
  type ParkedRecord,
  toDeadLetter,
} from '../../infra/kafka/dead-letter.ts';

const value = new TextEncoder().encode('{"标题":"x"}');
const record: ReceivedRecord = {
  topic: 'lockstep.releases.v1',
  key: '政策-1',
  headers: { 'content-type': 'application/cloudevents+json' },
  value,
  partition: 3,
  offset: 2n ** 60n, // more than a number holds
  timestamp: 1,
};
const parked: ParkedRecord = {
  group: 'website',
  topic: record.topic,
  partition: 3,
  offset: record.offset,
  key: record.key,
  reason: 'handler',
  error: 'TypeError: x',
  firstFailedAt: new Date('2026-11-24T01:00:00Z'),
  parkedAt: new Date('2026-11-24T01:00:01Z'),
  tries: 3,
};

test('a dead letter gives back what was parked, and the record to publish again', () => {
  const letter = toDeadLetter(record, parked, 'lockstep.website.dead.v1');
  expect(letter).toMatchObject({ topic: 'lockstep.website.dead.v1', key: record.key, value });
  const { topic, key, headers } = record;
  expect(fromDeadLetter(letter)).toEqual({ parked, original: { topic, key, headers, value } });
});

test('a replayed record that fails again is described by its last failure alone', () => {
  const once = fromDeadLetter(toDeadLetter(record, parked, 'd')).original;
  const again = { ...record, ...once };
  const letter = toDeadLetter(again, { ...parked, tries: 1, reason: 'poison' }, 'd');
  expect(fromDeadLetter(letter)).toMatchObject({ parked: { tries: 1, reason: 'poison' }, original: once });
});

test('a record that is no dead letter is poison to whoever reads them', () => {
  expect(() => fromDeadLetter(record)).toThrow(Poison);
});

describe('no payload in the description of a failure', () => {
  const parse = (text: string) => {
    try {
      return JSON.parse(text);
    } catch (error) {
      return error;
    }
  };
  test.each([
    ['what JSON.parse quotes', parse('{"标题": 机密内容')],
    ['what JSON.parse quotes from a long text', parse(`${'机密内容'.repeat(40)}`)],
    ['a quoted value', new Error('invalid title "机密内容"')],
    ['a value in Chinese quotation marks', new Error('标题「机密内容」过长')],
    ['a quotation that was cut off', new Error('invalid title "机密内容 and no end')],
    ['an object', new Error('unexpected {title: 机密内容}')],
    ['a string that was thrown', '机密内容'],
  ])('%s', (_, error) => {
    expect(describeWithoutPayload(error)).not.toContain('机密');
  });
});

test("a Poison's message is kept: it was written to be shown", () => {
  expect(describeWithoutPayload(new Poison('not a valid event: data."seal"'))).toBe(
    'Poison: not a valid event: data."seal"',
  );
});
