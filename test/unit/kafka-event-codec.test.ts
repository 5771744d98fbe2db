import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Poison } from '../../activities/ports/event-bus.ts';
import { decodeEvent, encodeEvent } from '../../infra/kafka/event-codec.ts';
import { LockstepEvent } from '../../schemas/events.ts';

const seal = 'a'.repeat(64);
const subject = randomUUID();
const envelope = {
  specversion: '1.0',
  source: 'core',
  subject,
  time: '2026-11-24T01:00:00Z',
  datacontenttype: 'application/json',
};
const transitioned = {
  ...envelope,
  id: randomUUID(),
  type: 'bundle.transitioned.v1',
  data: { revision: 1, seal, state: 'draft', transition: 0 },
};
const rolledBack = {
  ...envelope,
  id: randomUUID(),
  type: 'release.rolled-back.v1',
  data: { releaseId: randomUUID(), reason: '网站读回不一致' },
};
const bytes = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));

test('an event travels as a structured CloudEvent, keyed by its bundle, on the topic of its type', () => {
  const event = LockstepEvent.parse(transitioned);
  const record = encodeEvent(event);
  expect(record).toMatchObject({
    topic: 'lockstep.bundles.v1',
    key: subject,
    headers: {
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      ce_id: event.id,
      ce_type: 'bundle.transitioned.v1',
    },
  });
  expect(JSON.parse(new TextDecoder().decode(record.value))).toEqual(transitioned);
  expect(decodeEvent(record)).toEqual(event);
});

test('orders to channels have a topic of their own, which is kept for ever', () => {
  const event = LockstepEvent.parse(rolledBack);
  const record = encodeEvent(event);
  expect(record.topic).toBe('lockstep.releases.v1');
  expect(decodeEvent(record)).toEqual(event);
});

test('an event that is not valid is never published', () => {
  const broken = { ...transitioned, id: 'not-a-uuid' } as unknown as LockstepEvent;
  expect(() => encodeEvent(broken)).toThrow();
});

describe('what cannot be read is poison, and the reason quotes none of it', () => {
  test.each([
    ['no JSON', new TextEncoder().encode('{"机密')],
    ['no UTF-8', Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['nothing', new Uint8Array()],
    ['a list', bytes(['机密'])],
    ['an unknown type', bytes({ ...transitioned, type: 'bundle.机密.v9' })],
    ['a field too many', bytes({ ...transitioned, 机密: 1 })],
    ['a value of the wrong kind', bytes({ ...transitioned, data: { ...transitioned.data, seal: '机密' } })],
    ['another version of CloudEvents', bytes({ ...transitioned, specversion: '0.3' })],
  ])('%s', (_, value) => {
    const decode = () => decodeEvent({ key: subject, value });
    expect(decode).toThrow(Poison);
    expect(decode).not.toThrow(/机密/);
  });

  test('an event under the key of another bundle: it could overtake its own', () => {
    expect(() => decodeEvent({ key: randomUUID(), value: bytes(transitioned) })).toThrow(Poison);
  });
});
