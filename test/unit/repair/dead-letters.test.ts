import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import { type EventRecord, TransientFailure } from '../../../activities/ports/event-bus.ts';
import { consumers } from '../../../infra/kafka/topics.ts';
import { CliDoctor } from '../../../schemas/cli.ts';
import { DeadLetter, DeadLettersAnswer } from '../../../schemas/dead-letters.ts';
import { deadTopic, Topic } from '../../../schemas/events.ts';
import { lagCheck, letterCheck } from '../../../services/cli/dead-letters-check.ts';
import { commandLine } from '../../support/command-line.ts';
import { apiOfLetters, createMemoryDeadLetterStore, park, people } from '../../support/dead-letters.ts';
import { createMemoryEventBus } from '../../support/memory-event-bus.ts';

const secret = '青禾区支持企业绿色改造若干措施';
let bus: ReturnType<typeof createMemoryEventBus>;
let kept: ReturnType<typeof createMemoryDeadLetterStore>;
let api: ReturnType<typeof apiOfLetters>;
beforeEach(() => {
  bus = createMemoryEventBus();
  kept = createMemoryDeadLetterStore();
  api = apiOfLetters({ bus, store: kept.store, consumers, people });
});

async function send(as: string | null, method: 'GET' | 'POST', path = '', body: object = {}) {
  const response = await api.inject({
    method,
    url: `/v1/dead-letters${path}`,
    headers: {
      ...(as && { authorization: `Bearer token-of-${as}` }),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(method === 'POST' && { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json(), text: response.body };
}
const list = async () => DeadLettersAnswer.parse((await send('auditor', 'GET')).body);
const first = async (): Promise<DeadLetter> => DeadLetter.parse((await list()).letters[0]);
const act = (id: string, verb: string, body: object = { reason: '已核对' }) =>
  send('operator', 'POST', `/${id}/${verb}`, body);

async function recordsOf(topic: string): Promise<EventRecord[]> {
  const records: EventRecord[] = [];
  await bus.read({
    topics: [topic],
    each: ({ topic, key, headers, value }) => void records.push({ topic, key, headers, value }),
  });
  return records;
}

describe('who', () => {
  test('operators act, auditors look, nobody else does either', async () => {
    await park(bus);
    const { id } = await first();
    for (const person of people) {
      const may = (role: 'operator' | 'auditor') => person.roles.includes(role);
      for (const path of ['', `/${id}`])
        expect([person.id, (await send(person.id, 'GET', path)).status]).toEqual([
          person.id,
          may('operator') || may('auditor') ? 200 : 403,
        ]);
      if (!may('operator'))
        for (const verb of ['retry', 'park', 'discard'])
          expect((await send(person.id, 'POST', `/${id}/${verb}`, { reason: 'x' })).status).toBe(403);
    }
    expect((await send(null, 'GET')).status).toBe(401);
    expect(kept.rows).toEqual([]);
  });

  test('nothing is decided without a reason, nor given to somebody who is not there', async () => {
    await park(bus);
    const { id } = await first();
    for (const verb of ['retry', 'park', 'discard'])
      for (const body of [{}, { reason: ' ' }, { reason: 'x', by: 'me' }])
        expect((await act(id, verb, body)).status).toBe(400);
    expect((await act(id, 'park', { reason: 'x', owner: 'nobody' })).status).toBe(400);
    expect((await act('website.0123456789ab', 'retry')).status).toBe(404);
    expect((await first()).state).toBe('open');
  });
});

describe('what is shown', () => {
  test('no word of the payload, no key of a release, and no header that could carry either', async () => {
    const key = randomBytes(32).toString('base64');
    const secretName = randomBytes(20).toString('hex');
    const event = { id: randomUUID(), type: 'release.go.v1', subject: randomUUID(), data: { key, title: secret } };
    const record = await park(bus, { content: JSON.stringify(event) });
    const [letter] = await recordsOf(deadTopic('website'));
    if (!letter) throw new Error('nothing was parked');
    const stranger = {
      ...letter.headers,
      'x-title': encodeURIComponent(secret),
      [secretName]: key, // even a name could carry something
      toString: 'x',
      'dead-offset': '8',
    };
    await bus.publish([{ ...letter, headers: stranger }]);
    const shown = await send('operator', 'GET');
    expect(shown.status).toBe(200);
    for (const hidden of [secret, encodeURIComponent(secret), key, secretName])
      expect(shown.text).not.toContain(hidden);
    const { letters } = await list();
    expect(letters).toHaveLength(2);
    expect(letters[0]).toMatchObject({
      ...{ consumer: 'website', cause: 'handler', error: 'TypeError: x is not a function', tries: 3, state: 'open' },
      event: { id: event.id, type: event.type, bundleId: event.subject },
      bytes: record.value.byteLength,
      record: { topic: Topic.releases, partition: 3, offset: '7' },
    });
    expect(letters[1]?.headers.map(({ name }) => name).filter((name) => !name.startsWith('('))).toEqual([
      'content-type',
    ]);
  });

  test.each(['not json 机密', '{"id":"机密","type":"release.go.v1"}', '{"type":"机密"}', ''])(
    'of %j nothing is believed',
    async (content) => {
      await park(bus, { content });
      expect((await first()).event).toBeNull();
      expect((await send('auditor', 'GET')).text).not.toContain('机密');
    },
  );

  test('open letters come first, the oldest of them first; what is done with comes last', async () => {
    for (const [offset, day] of [
      [1n, '05'],
      [2n, '03'],
      [3n, '04'],
      [4n, '02'],
    ] as const)
      await park(bus, { offset, firstFailedAt: `2026-03-${day}T01:00:00.000Z` });
    const idOf = async (offset: string) =>
      (await list()).letters.find(({ record }) => record.offset === offset)?.id ?? '';
    await act(await idOf('4'), 'discard');
    await act(await idOf('2'), 'park', { reason: '等厂家', owner: 'auditor' });
    expect((await list()).letters.map(({ record, state }) => `${record.offset} ${state}`)).toEqual([
      '3 open',
      '1 open',
      '2 kept',
      '4 discarded',
    ]);
  });

  test('how far every consumer is behind', async () => {
    await bus.publish([{ topic: Topic.receipts, key: 'k', headers: {}, value: new Uint8Array() }]);
    expect((await list()).lag).toEqual([
      { consumer: 'website', records: 0 },
      { consumer: 'new-media', records: 0 },
      { consumer: 'press', records: 0 },
      { consumer: 'core', records: 1 },
    ]);
  });
});

describe('what is done', () => {
  test('a retry publishes the original again, byte for byte, and twice is harmless', async () => {
    const record = await park(bus, { content: `{"标题":"${secret}"}` });
    const { id } = await first();
    expect((await act(id, 'retry')).body).toMatchObject({ state: 'retried' });
    expect((await act(id, 'retry')).body).toMatchObject({ state: 'retried' });
    expect(await recordsOf(Topic.releases)).toEqual([record, record]); // same event id: consumers drop the second
    expect((await first()).decisions).toMatchObject([
      { act: 'retry', actorId: 'operator', reason: '已核对' },
      { act: 'retry', actorId: 'operator' },
    ]);
  });

  test('a retry that Kafka did not confirm has its name, and stays open', async () => {
    await park(bus);
    const down = { read: bus.read, lag: bus.lag, publish: () => Promise.reject(new TransientFailure('no answer')) };
    api = apiOfLetters({ bus: down, store: kept.store, consumers, people });
    const { id } = await first();
    expect((await act(id, 'retry')).status).toBe(503);
    expect(await first()).toMatchObject({
      state: 'open',
      decisions: [{ act: 'retry', actorId: 'operator', sentAt: null }],
    });
  });

  test('parking keeps it with an owner; discarding sends nothing; each may follow the other', async () => {
    await park(bus);
    const { id } = await first();
    expect((await act(id, 'park', { reason: '等新版本', owner: 'auditor' })).body).toMatchObject({ state: 'kept' });
    expect((await act(id, 'park', { reason: '我来跟' })).body.decisions[1]).toMatchObject({ owner: 'operator' });
    expect((await act(id, 'discard')).body).toMatchObject({ state: 'discarded' });
    expect(await recordsOf(Topic.releases)).toEqual([]);
    expect((await act(id, 'retry')).body).toMatchObject({ state: 'retried' });
  });

  test('a record that is parked again after a decision is open again; one whose parking was repeated is one letter', async () => {
    await park(bus, { firstFailedAt: '2026-03-02T01:00:00.000Z' });
    await park(bus, { firstFailedAt: '2026-03-02T01:00:00.000Z', parkedAt: '2026-03-02T01:00:05.000Z' });
    const { letters } = await list();
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({
      firstFailedAt: '2026-03-02T01:00:00.000Z',
      lastParkedAt: '2026-03-02T01:00:05.000Z',
    });
    await act(letters[0]?.id ?? '', 'discard');
    expect((await first()).state).toBe('discarded');
    await park(bus, { firstFailedAt: '2026-03-09T01:00:00.000Z' });
    expect(await first()).toMatchObject({ state: 'open', decisions: [{ act: 'discard' }] });
  });

  test('a forged letter cannot make us publish on a topic of its choice', async () => {
    await park(bus);
    const [letter] = await recordsOf(deadTopic('website'));
    if (!letter) throw new Error('nothing was parked');
    const { 'dead-reason': _, ...incomplete } = letter.headers;
    const forged = [
      { ...letter.headers, 'dead-topic': Topic.receipts },
      { ...letter.headers, 'dead-group': 'core', 'dead-topic': Topic.receipts },
      { ...letter.headers, 'dead-parked-at': 'now' },
      incomplete,
    ];
    await bus.publish(forged.map((headers) => ({ ...letter, headers })));
    const { letters, foreign } = await list();
    expect([letters.length, foreign]).toEqual([1, forged.length]);
  });
});

test('on the command line: list, show, park, discard, retry, with stable JSON and no payload', async () => {
  await park(bus, { content: `{"标题":"${secret}"}` });
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  await using cli = await commandLine(`http://127.0.0.1:${port}`);
  const { id } = await first();
  const listed = await cli.run('deadletters', 'list', '--json');
  expect(DeadLettersAnswer.parse(JSON.parse(listed.out)).letters.map((letter) => letter.id)).toEqual([id]);
  const seen = await cli.run('deadletters', 'list');
  expect(seen.out).toMatch(/未处理 open.*天 d/);
  expect((await cli.run('deadletters', 'discard', id, '--reason', 'x')).code).toBe(2); // nobody was named
  expect((await cli.run('--as', 'auditor', 'deadletters', 'discard', id, '--reason', 'x')).code).toBe(3);
  expect((await cli.run('--as', 'operator', 'deadletters', 'park', id)).code).toBe(2); // no reason
  const parked = await cli.run(
    '--as',
    'operator',
    '--json',
    'deadletters',
    'park',
    id,
    '--reason',
    '等',
    '--owner',
    'leader',
  );
  expect(DeadLetter.parse(JSON.parse(parked.out))).toMatchObject({ state: 'kept', decisions: [{ owner: 'leader' }] });
  expect((await cli.run('--as', 'operator', 'deadletters', 'retry', id, '--reason', '已修复')).out).toContain('已重投');
  const shown = await cli.run('deadletters', 'show', id);
  expect(shown.out).toContain('已修复');
  for (const { out } of [listed, seen, parked, shown]) expect(out).not.toContain(secret);
  await api.close();
});

test('doctor warns of open letters with their number and age, and tells the lag', async () => {
  for (const offset of [1n, 2n, 3n]) await park(bus, { offset, firstFailedAt: `2026-03-0${offset}T01:00:00.000Z` });
  await act((await first()).id, 'park', { reason: '等' });
  const answer = await list();
  const warned = letterCheck(answer, new Date('2026-03-05T03:00:00.000Z'));
  expect(warned).toMatchObject({
    status: 'warn',
    message: { en: '2 open, the oldest for 3 天 d 2 小时 h; of unknown origin: 0' },
  });
  for (const { id, state } of answer.letters) if (state === 'open') await act(id, 'discard');
  expect(letterCheck(await list(), new Date())).toMatchObject({
    status: 'ok',
    message: { en: 'none is open, 1 kept' },
  });
  expect(lagCheck({ lag: [{ consumer: 'press', records: 1_001 }] }).status).toBe('warn');

  await api.listen({ host: '127.0.0.1', port: 0 });
  await using cli = await commandLine(`http://127.0.0.1:${(api.server.address() as AddressInfo).port}`);
  const names = CliDoctor.parse(JSON.parse((await cli.run('doctor', '--json')).out)).checks.map(({ name }) => name);
  expect(names.slice(-2)).toEqual(['dead letters', 'consumers']);
  await api.close();
});
