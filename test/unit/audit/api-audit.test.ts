import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { AuditStore, RefusedCommand } from '../../../activities/ports/audit-store.ts';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { createSignIn } from '../../../infra/config/people-tokens.ts';
import { AuditAnswer } from '../../../schemas/api.ts';
import { Refusal } from '../../../services/api/refusal.ts';
import type { Releases } from '../../../services/api/releases.ts';
import { createApi } from '../../../services/api/server.ts';
import { chainOf } from '../../support/audit-chain.ts';
import { memoryDesk } from '../../support/memory-desk.ts';
import { noDeadLetters } from '../../support/no-dead-letters.ts';
import { digest, newBundleId } from '../../support/release-fixture.ts';

const { people } = (await loadOfficeConfig()).people;
const chain = chainOf(5);
const bundleId = newBundleId();
const seal = digest('seal');
const secret = '青禾区支持企业绿色改造若干措施';
let refused: RefusedCommand[];
let asked: unknown[];
let fails: Error | null;
beforeEach(() => {
  refused = [];
  asked = [];
  fails = null;
});

async function send(as: string | null, method: 'GET' | 'POST', url: string, body: object | string = {}) {
  const audit: AuditStore = {
    rows: async (page) => {
      asked.push(page);
      return chain.filter(({ seq }) => seq > page.after);
    },
    head: async () => ({ size: 5, head: chain[4]?.hash ?? seal, at: new Date().toISOString() }),
    evidence: async () => null,
    async recordRefusal(command) {
      if (fails) throw fails;
      refused.push(command);
    },
  };
  const decide = async () => {
    throw new Refusal('SealStale', { zh: `${secret}已有新版本`, en: 'There is a newer revision' });
  };
  const api = createApi({
    audit,
    releases: { decide } as unknown as Releases,
    store: { now: async () => new Date().toISOString(), underReview: async () => null } as unknown as CoreStore,
    submissions: async () => {
      const finding = { code: 'SEC-MARK', gate: 'intake', severity: 'error', item: 'a', source: 's' } as const;
      const message = { zh: `含有${secret}`, en: 'has a mark' };
      const location = { where: 'body', quote: secret };
      throw new Refusal('FindingsBlock', message, { findings: [{ ...finding, location, message }] });
    },
    readZip: async () => ({ manifest: null, parts: [], findings: [] }),
    signIn: createSignIn(people, Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]))),
    ...memoryDesk().deps,
    deadLetters: noDeadLetters,
    isDependencyDown: () => false,
    log: pino({ level: 'silent' }),
  });
  const zip = typeof body === 'string';
  const response = await api.inject({
    method,
    url,
    headers: {
      ...(as && { authorization: `Bearer token-of-${as}` }),
      ...(method === 'POST' && { 'content-type': zip ? 'application/zip' : 'application/json' }),
    },
    ...(method === 'POST' && { payload: zip ? body : JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json() };
}

test('only the auditor reads the chain and the evidence', async () => {
  for (const url of ['/v1/audit', `/v1/bundles/${bundleId}/evidence`]) {
    for (const { id, roles } of people.filter((person) => !person.roles.includes('auditor')))
      expect([id, roles, (await send(id, 'GET', url)).status]).toEqual([id, roles, 403]);
    expect((await send(null, 'GET', url)).status).toBe(401);
  }
  expect((await send('auditor', 'GET', `/v1/bundles/${bundleId}/evidence`)).status).toBe(404);
  const page = AuditAnswer.parse((await send('auditor', 'GET', `/v1/audit?after=3&bundle=${bundleId}`)).body);
  expect(page.rows.map(({ seq }) => seq)).toEqual([4, 5]);
  expect(page.head?.size).toBe(5);
  expect(asked).toEqual([{ after: 3, bundleId, limit: 1_000 }]);
  for (const wrong of ['after=-1', 'after=x', 'after=1e3', 'bundle=all', 'limit=9'])
    expect((await send('auditor', 'GET', `/v1/audit?${wrong}`)).status).toBe(400);
});

test('a refused command is recorded with who, what and why, and with no word of the bundle', async () => {
  const path = `/v1/bundles/${bundleId}/gates/legal/sign`;
  expect((await send('reviewer-legal', 'POST', path, { seal, opinion: secret })).status).toBe(409);
  expect((await send('leader', 'POST', path, { seal })).status).toBe(403);
  expect((await send('meng-chunhe', 'POST', '/v1/bundles', secret)).status).toBe(422);
  const sign = 'POST /v1/bundles/:bundleId/gates/:gate/sign';
  expect(refused).toMatchObject([
    { actorId: 'reviewer-legal', command: sign, bundleId, gate: 'legal', seal, type: 'SealStale', codes: [] },
    { actorId: 'leader', command: sign, bundleId, gate: 'legal', seal, type: 'NotAllowed' },
    {
      ...{ actorId: 'meng-chunhe', command: 'POST /v1/bundles', bundleId: null, type: 'FindingsBlock' },
      ...{ bodySha256: digest(secret), codes: ['SEC-MARK'] },
    },
  ]);
  expect(JSON.stringify(refused)).not.toContain(secret);
});

test('what somebody typed into an address does not get into the chain', async () => {
  const typed = encodeURIComponent(secret);
  await send('leader', 'POST', `/v1/bundles/${typed}/hold`, { reason: secret });
  await send('reviewer-legal', 'POST', `/v1/bundles/${bundleId}/gates/${typed}/sign`, { seal: secret });
  await send('leader', 'GET', `/v1/audit?${typed}`);
  expect(refused.map(({ type, gate, seal: given }) => ({ type, gate, given }))).toEqual([
    { type: 'BadRequest', gate: null, given: null },
    { type: 'BadRequest', gate: null, given: null },
    { type: 'NotAllowed', gate: null, given: null },
  ]);
  expect(JSON.stringify(refused)).not.toMatch(new RegExp(`${secret}|${typed}`));
});

test('reading what is not there, or without a name, is no refused command', async () => {
  await send('leader', 'GET', '/v1/nothing');
  await send('auditor', 'GET', `/v1/bundles/${bundleId}/evidence`);
  await send(null, 'POST', `/v1/bundles/${bundleId}/hold`, { reason: 'x' });
  expect(refused).toEqual([]);
});

test('a refusal stays one where it cannot be recorded', async () => {
  fails = new Error('the database went away');
  expect((await send('leader', 'POST', `/v1/bundles/${bundleId}/gates/legal/sign`, { seal })).status).toBe(403);
});
