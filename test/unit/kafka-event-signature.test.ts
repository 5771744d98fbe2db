import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receiptEvent } from '../../activities/delivery/receipt-event.ts';
import { type EventRecord, Poison, TransientFailure } from '../../activities/ports/event-bus.ts';
import { encodeEvent } from '../../infra/kafka/event-codec.ts';
import {
  addEventKeys,
  EventKeyFailure,
  ensureEventKeys,
  eventKeyFiles,
  openEventCodec,
  type ProducerName,
} from '../../infra/kafka/event-keys.ts';
import { signatureHeaders } from '../../infra/kafka/event-signature.ts';
import { type LockstepEvent, ReleaseEvent, Topic } from '../../schemas/events.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { ownEventKeys } from '../support/event-keys.ts';
import { newBundleId, receipt } from '../support/release-fixture.ts';

const { codecs, signers } = await ownEventKeys();
const { decode } = codecs.website;

const order = (reason = '网站读回不一致', subject = newBundleId()): ReleaseEvent =>
  ReleaseEvent.parse({
    ...{
      specversion: '1.0',
      source: 'core',
      subject,
      time: '2026-11-24T01:00:00Z',
      datacontenttype: 'application/json',
    },
    ...{ id: randomUUID(), type: 'release.rolled-back.v1', data: { releaseId: randomUUID(), reason } },
  });
const answer = (channel: 'website' | 'wechat') =>
  receiptEvent(receipt(newBundleId(), ReleaseId.parse(randomUUID()), channel, 'verified'), '/test');
const poison = (record: EventRecord) => {
  try {
    decode(record);
  } catch (error) {
    if (error instanceof Poison) return error.message;
    throw error;
  }
  return 'believed';
};
const withHeader = (record: EventRecord, name: string, value: string): EventRecord => ({
  ...record,
  headers: { ...record.headers, [name]: value },
});

test('what its producer signed is believed, by everybody who has the public keys', () => {
  const event = order();
  for (const { decode } of Object.values(codecs)) expect(decode(codecs.core.encode(event))).toEqual(event);
  const receipt = answer('wechat');
  expect(codecs.core.decode(codecs['new-media'].encode(receipt))).toEqual(receipt);
});

test('the same event has the same signature in every resend', () => {
  const event = order();
  expect(codecs.core.encode(event)).toEqual(codecs.core.encode(event));
});

describe('no effect but a parked record', () => {
  const event = order();
  const record = codecs.core.encode(event);
  const other = codecs.core.encode(order('机密', event.subject));
  const flipped = Uint8Array.from(record.value);
  flipped[flipped.length - 5] = (flipped[flipped.length - 5] ?? 0) ^ 1;
  const { [signatureHeaders.signature]: signature = '' } = record.headers;

  test.each<[string, EventRecord, RegExp]>([
    ['nobody signed it', encodeEvent(event), /not signed/],
    ['a bit of it was changed', { ...record, value: flipped }, /signature/],
    ['another value under a good signature', { ...record, value: other.value }, /signature/],
    ['under the key of another bundle', { ...record, key: newBundleId() }, /signature/],
    ['on another topic', { ...record, topic: Topic.receipts }, /signature/],
    ['with another event id in its header', withHeader(record, 'ce_id', randomUUID()), /signature/],
    ['with another type in its header', withHeader(record, 'ce_type', 'release.go.v1'), /signature/],
    [
      'a byte of its type moved over to its value',
      {
        ...withHeader(record, 'ce_type', event.type.slice(0, -1)),
        value: Buffer.concat([Buffer.from(event.type.slice(-1)), record.value]),
      },
      /signature/,
    ],
    [
      'signed for another',
      withHeader(record, signatureHeaders.signature, `${other.headers[signatureHeaders.signature]}`),
      /signature/,
    ],
    ['a signature cut short', withHeader(record, signatureHeaders.signature, signature.slice(0, 40)), /signature/],
    ['a signature that is no base64', withHeader(record, signatureHeaders.signature, '机密'), /signature/],
    ['an unknown key', withHeader(record, signatureHeaders.keyId, 'f'.repeat(64)), /not in event-keys\.json/],
    [
      'the key id of another producer',
      withHeader(record, signatureHeaders.keyId, `${codecs.press.encode(event).headers[signatureHeaders.keyId]}`),
      /press/,
    ],
    ['an order by a channel', codecs.website.encode(event), /website may not say release\.rolled-back\.v1/],
    ['an answer by the core', codecs.core.encode(answer('website')), /core may not say channel\.receipt\.v1/],
    [
      'an answer for another channel',
      codecs.press.encode(answer('wechat')),
      /press may not speak for the channel wechat/,
    ],
    ['signed, but no event', signers.core({ ...encodeEvent(event), value: Buffer.from('{"机密') }), /not JSON/],
  ])('%s', (_, forged, why) => {
    expect(poison(forged)).toMatch(why);
    expect(poison(forged)).not.toContain('机密');
  });
});

// I12: duplicates and forgeries, in any order, leave what the genuine events leave.
test('a multiset of signed events, with forgeries among them, equals its set', () => {
  const genuine = [order('一'), order('二'), order('三'), answer('website')];
  const signed = genuine.map((event) =>
    (event.type.startsWith('channel.') ? codecs.website : codecs.core).encode(event),
  );
  const attempts = fc.record({
    which: fc.nat(signed.length - 1),
    change: fc.constantFrom('none', 'value', 'key', 'topic', 'id', 'signature', 'foreign'),
    at: fc.nat(),
  });
  const altered = (record: EventRecord, change: string, at: number): EventRecord => {
    switch (change) {
      case 'value': {
        const value = Uint8Array.from(record.value);
        value[at % value.length] = (value[at % value.length] ?? 0) ^ (1 + (at % 255));
        return { ...record, value };
      }
      case 'key':
        return { ...record, key: newBundleId() };
      case 'topic':
        return { ...record, topic: Topic.audit };
      case 'id':
        return withHeader(record, 'ce_id', randomUUID());
      case 'signature':
        return withHeader(record, signatureHeaders.signature, Buffer.alloc(64, at).toString('base64'));
      case 'foreign':
        return signers.press(record);
      default:
        return record;
    }
  };
  fc.assert(
    fc.property(fc.array(attempts, { maxLength: 40 }), (stream) => {
      const effects = new Map<string, LockstepEvent>();
      const allowed = new Set<string>();
      for (const { which, change, at } of stream) {
        const record = signed[which];
        if (!record) continue;
        if (change === 'none') allowed.add(`${genuine[which]?.id}`);
        try {
          const event = decode(altered(record, change, at));
          effects.set(event.id, event); // what an inbox does
        } catch (error) {
          if (!(error instanceof Poison)) throw error;
        }
      }
      expect(effects).toEqual(new Map(genuine.filter(({ id }) => allowed.has(id)).map((event) => [event.id, event])));
    }),
  );
});

describe('keys', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lockstep-event-keys-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const open = (producer: ProducerName, at = dir) =>
    openEventCodec(eventKeyFiles(at).privateKey(producer), eventKeyFiles(at).publicKeys);

  test('one step makes all of them; again, nothing changes; only the owner reads the private ones', async () => {
    await ensureEventKeys(dir);
    const { publicKeys, privateKey } = eventKeyFiles(dir);
    const made = await readFile(publicKeys, 'utf8');
    await ensureEventKeys(dir);
    expect(await readFile(publicKeys, 'utf8')).toBe(made);
    expect(made).not.toContain('PRIVATE');
    for (const name of ['core', 'website', 'new-media', 'press'] as const)
      expect((await stat(privateKey(name))).mode & 0o777).toBe(0o600);
  });

  test('after a rotation the new key is believed, and what the old one signed stays readable', async () => {
    await ensureEventKeys(dir);
    const [before, old] = [order(), await open('core')];
    await rm(eventKeyFiles(dir).privateKey('core'));
    await ensureEventKeys(dir);
    const after = await open('core');
    const record = after.encode(before);
    expect(record.headers[signatureHeaders.keyId]).not.toBe(old.encode(before).headers[signatureHeaders.keyId]);
    const website = await open('website');
    for (const each of [record, old.encode(before)]) expect(website.decode(each)).toEqual(before);
  });

  test('a key that is added or taken out counts from the next event on: nobody is started anew', async () => {
    await ensureEventKeys(dir);
    const { publicKeys, privateKey } = eventKeyFiles(dir);
    const [event, old, website] = [order(), await open('core'), await open('website')];
    const record = old.encode(event);
    const stolen = record.headers[signatureHeaders.keyId] ?? '';
    expect(website.decode(record)).toEqual(event);
    await rm(privateKey('core'));
    await ensureEventKeys(dir);
    const rotated = (await open('core')).encode(event);
    for (const each of [rotated, record]) expect(website.decode(each)).toEqual(event);
    const file = JSON.parse(await readFile(publicKeys, 'utf8'));
    delete file.producers.core.keys[stolen];
    await writeFile(publicKeys, JSON.stringify(file));
    expect(() => website.decode(record)).toThrow(/not in event-keys\.json/);
    expect(website.decode(rotated)).toEqual(event);
  });

  test('while the file cannot be read what was known counts, and what was not waits instead of being parked', async () => {
    await ensureEventKeys(dir);
    const { publicKeys, privateKey } = eventKeyFiles(dir);
    const [event, old, website] = [order(), await open('core'), await open('website')];
    await rm(privateKey('core'));
    await ensureEventKeys(dir);
    const rotated = (await open('core')).encode(event);
    const file = await readFile(publicKeys, 'utf8');
    await writeFile(publicKeys, file.slice(0, 60));
    expect(website.decode(old.encode(event))).toEqual(event);
    expect(() => website.decode(rotated)).toThrow(TransientFailure);
    await rm(publicKeys);
    expect(() => website.decode(rotated)).toThrow(TransientFailure);
    await writeFile(publicKeys, file);
    expect(website.decode(rotated)).toEqual(event);
  });

  test('keys of a backup are added to those of this machine', async () => {
    const backup = join(dir, 'backup');
    await ensureEventKeys(backup);
    await ensureEventKeys(dir);
    const [event, backedUp] = [order(), await open('core', backup)];
    await addEventKeys(eventKeyFiles(backup).publicKeys, dir);
    expect((await open('press')).decode(backedUp.encode(event))).toEqual(event);
    expect((await open('press')).decode((await open('core')).encode(event))).toEqual(event);
    await addEventKeys(join(dir, 'a backup from before there were any'), dir);
  });

  const says = /npm start .*LOCKSTEP_EVENT_KEYS_FILE[\s\S]*npm start makes/;
  test('a missing or foreign key is an error that says how to mend it, and quotes no key', async () => {
    const { publicKeys, privateKey } = eventKeyFiles(dir);
    await expect(open('core')).rejects.toThrow(EventKeyFailure);
    await ensureEventKeys(dir);
    const [all, core] = [await readFile(publicKeys, 'utf8'), await readFile(privateKey('core'), 'utf8')];
    await rm(publicKeys);
    await expect(open('core')).rejects.toThrow(says);
    await writeFile(publicKeys, all);
    await rm(privateKey('core'));
    await expect(open('core')).rejects.toThrow(says);
    await ensureEventKeys(dir);
    await writeFile(publicKeys, all); // as if only the private key had been changed
    await expect(open('core')).rejects.toThrow(/lacks the public key/);
    await writeFile(privateKey('core'), core.slice(0, 60));
    await expect(open('core')).rejects.toThrow(/^(?![\s\S]*BEGIN)[\s\S]*cannot be read/);
  });

  test('a key under another id, or under two names, is refused', async () => {
    await ensureEventKeys(dir);
    const { publicKeys, privateKey } = eventKeyFiles(dir);
    const file = JSON.parse(await readFile(publicKeys, 'utf8'));
    expect(createPrivateKey(await readFile(privateKey('core'))).asymmetricKeyType).toBe('ed25519');
    const [core] = Object.values(file.producers.core.keys);
    const swapped = structuredClone(file);
    for (const id of Object.keys(file.producers.press.keys)) swapped.producers.press.keys[id] = core;
    await writeFile(publicKeys, JSON.stringify(swapped));
    await expect(open('core')).rejects.toThrow(/of press is not the one of this id/);
    Object.assign(file.producers.press.keys, file.producers.core.keys);
    await writeFile(publicKeys, JSON.stringify(file));
    await expect(open('core')).rejects.toThrow(/two producers/);
  });
});
