import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Intake } from '../../activities/bundles/intake.ts';
import { digestOf } from '../../activities/digest.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createSignIn } from '../../infra/config/people-tokens.ts';
import { ErrorAnswer, SubmitAnswer } from '../../schemas/api.ts';
import type { Channel } from '../../schemas/bundle.ts';
import type { Finding, Obligations } from '../../schemas/finding.ts';
import type { BoardStatus } from '../../schemas/release.ts';
import { notRunning, Refusal } from '../../services/api/refusal.ts';
import type { Releases } from '../../services/api/releases.ts';
import { createApi } from '../../services/api/server.ts';
import { createSubmissions } from '../../services/api/submissions.ts';
import type { Submission } from '../../workflows/policy-release/messages.ts';
import { memoryDesk } from '../support/memory-desk.ts';
import { noDeadLetters } from '../support/no-dead-letters.ts';
import { digest, manifestOf, newBundleId } from '../support/release-fixture.ts';
import { releaseStatus } from '../support/release-status.ts';

const office = await loadOfficeConfig();
const people = office.people.people;
const bundleId = newBundleId();
const status = releaseStatus({ bundleId, seal: digest('seal') }) satisfies BoardStatus;

let stored: string[];
let acts: string[];
let findings: Finding[];
let intake: Intake;
let databaseDown: boolean;
let state: BoardStatus['state'];
let lastState: BoardStatus['state'] | null;
let running: BoardStatus | null;
let colleagues: typeof people;
let gates: typeof office.gates;
let obligations: Obligations | undefined;
beforeEach(() => {
  gates = office.gates;
  obligations = undefined;
  colleagues = people;
  lastState = null;
  running = null;
  stored = [];
  acts = [];
  findings = [];
  databaseDown = false;
  state = 'in-review';
  intake = { manifest: manifestOf(bundleId), parts: [], findings: [] };
});

class DatabaseDown extends Error {}

function api() {
  const blobs: BlobStore = {
    async put(bytes) {
      stored.push('blob');
      return digestOf(bytes);
    },
    get: () => Promise.reject(new RangeError('not needed')),
    has: async () => false,
  };
  const store = {
    async addRevision(revision: Parameters<CoreStore['addRevision']>[0]) {
      if (databaseDown) throw new DatabaseDown();
      obligations = revision.obligations;
      stored.push('revision');
      return 1;
    },
    underReview: async () => null,
    bundleIds: async () => [bundleId],
    lastState: async () => lastState,
    receipts: async () => [],
    editors: async () => ['meng-chunhe'],
    revision: async () => ({ content: { manifest: manifestOf(bundleId) } }),
    heading: async () => manifestOf(bundleId),
    now: async () => new Date().toISOString(),
  } as unknown as CoreStore;
  const act = (name: string) => async (_id: string, argument?: unknown) => {
    acts.push(`${name} ${JSON.stringify(argument ?? null)}`);
    return status;
  };
  const releases = {
    submit: async (_id: string, submission: Submission, isNew: boolean) => {
      if (!isNew && !running) throw notRunning;
      acts.push(`submit to ${submission.channels.map(({ channel }) => channel).join(' ')}`);
      return status;
    },
    running: async () => running,
    status: async (id: string) => {
      if (id !== bundleId) throw new Refusal('NotFound', { zh: '没有', en: 'none' });
      return { ...status, state };
    },
    decide: act('decide'),
    arm: act('arm'),
    hold: act('hold'),
    resume: act('resume'),
    withdraw: act('withdraw'),
    compensate: act('compensate'),
    declareEmergency: act('emergency'),
    requestOverride: act('request override'),
    confirmOverride: act('confirm override'),
    retryChannel: act('retry'),
    settleChannel: act('settle'),
  } as unknown as Releases;
  const tokens = Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]));
  return createApi({
    releases,
    store,
    audit: { recordRefusal: async () => {} } as unknown as AuditStore, // see audit/api-audit.test.ts
    submissions: createSubmissions({
      store,
      blobs,
      check: async () => ({ findings, ruleSet: '1' }),
      gates,
      overridable: new Set(),
      changes: memoryDesk().deps.changes,
      readDocument: () => Promise.reject(new RangeError('not needed')),
      channels: office.channels,
      people: colleagues,
    }),
    readZip: async () => intake,
    signIn: createSignIn(people, tokens),
    ...memoryDesk().deps,
    deadLetters: noDeadLetters,
    isDependencyDown: (error) => error instanceof DatabaseDown,
    log: pino({ level: 'silent' }),
  });
}

async function send(as: string | null, method: 'GET' | 'POST', url: string, body?: object) {
  const zip = url.startsWith('/v1/bundles?') || (method === 'POST' && url === '/v1/bundles');
  const response = await api().inject({
    method,
    url,
    headers: {
      ...(as && { authorization: `Bearer token-of-${as}` }),
      ...(method === 'POST' && { 'content-type': zip ? 'application/zip' : 'application/json' }),
    },
    ...(method === 'POST' && { payload: zip ? Buffer.from('PK') : JSON.stringify(body ?? {}) }),
  });
  return { status: response.statusCode, body: response.json() };
}
const refusal = (body: unknown) => ErrorAnswer.parse(body).error;
const seal = digest('seal');
const path = `/v1/bundles/${bundleId}`;

describe('who may do what', () => {
  const t0 = new Date(Date.now() + 60_000).toISOString();
  const allowed: [string, string, string, object][] = [
    ['meng-chunhe', '/v1/bundles', 'drafter', {}],
    ['reviewer-legal', `${path}/gates/legal/sign`, 'reviewer', { seal }],
    ['reviewer-legal', `${path}/gates/legal/return`, 'reviewer', { seal, reason: '依据不足' }],
    ['leader', `${path}/arm`, 'leader', { seal, t0 }],
    ['leader', `${path}/hold`, 'leader', { reason: '等待' }],
    ['leader', `${path}/resume`, 'leader', {}],
    ['leader', `${path}/withdraw`, 'leader', { reason: '有误' }],
    ['leader', `${path}/compensate`, 'leader', { reason: '渠道失败' }],
    ['leader', `${path}/emergency`, 'leader', { reason: '汛情' }],
    ['operator', `${path}/channels/wechat/retry`, 'operator', {}],
    ['operator', `${path}/channels/wechat/settle`, 'operator', { state: 'verified', evidence: '后台已见' }],
  ];
  test.each(allowed)('%s may POST %s; nobody without the role %s may', async (person, url, role, body) => {
    expect((await send(person, 'POST', url, body)).status).toBe(200);
    acts = [];
    for (const other of people.filter(({ roles }) => !(roles as string[]).includes(role))) {
      const answer = await send(other.id, 'POST', url, body);
      expect([other.id, answer.status, refusal(answer.body).type]).toEqual([other.id, 403, 'NotAllowed']);
    }
    expect(acts).toEqual([]);
  });

  test('a reviewer signs at the own gate only, and always under the own name', async () => {
    const foreign = await send('reviewer-legal', 'POST', `${path}/gates/secrecy/sign`, { seal });
    expect(foreign.status).toBe(403);
    await send('reviewer-legal', 'POST', `${path}/gates/legal/sign`, { seal });
    expect(acts[0]).toContain('"reviewerId":"reviewer-legal"');
    const forged = await send('reviewer-legal', 'POST', `${path}/gates/legal/sign`, {
      seal,
      reviewerId: 'reviewer-secrecy',
    });
    expect(forged.status).toBe(400);
  });

  test.each([null, 'nobody'])('without a good token (%s) nothing can be read or done', async (person) => {
    for (const url of ['/v1/me', '/v1/bundles', path, `${path}/receipts`]) {
      expect((await send(person, 'GET', url)).status).toBe(401);
    }
    expect((await send(person, 'POST', '/v1/bundles')).status).toBe(401);
  });
});

test('a status carries the title from the row: Temporal does not know it', async () => {
  const { body } = await send('auditor', 'GET', path);
  expect(body).toMatchObject({ bundleId, title: manifestOf(bundleId).title });
});

describe('submission', () => {
  const channels = (...names: Channel[]) => {
    intake = { ...intake, manifest: { ...manifestOf(bundleId), channels: names } };
  };
  const finding = (gate: string, severity: Finding['severity'], code = 'INT-PLAN-ABSENT'): Finding => ({
    code,
    gate,
    severity,
    item: 'bundle',
    location: { where: 'manifest', quote: '' },
    message: { zh: '政策包中没有解读方案', en: 'no interpretation plan' },
    source: '国办发〔2016〕80号',
  });

  test('answers with revision, seal and state', async () => {
    const { body } = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect(SubmitAnswer.parse(body)).toMatchObject({ bundleId, revision: 1, state: 'in-review' });
  });

  test.each([
    ['its workflow has ended', { state: 'withdrawn', lastState: null }],
    ['Temporal has forgotten it', { state: 'in-review', lastState: 'withdrawn' }],
  ] as const)(
    'again after the bundle was withdrawn is refused, and says that it takes a new id: %s',
    async (_, ended) => {
      ({ state, lastState } = ended);
      const { status: code, body } = await send('meng-chunhe', 'POST', '/v1/bundles');
      expect(code).toBe(409);
      expect(refusal(body)).toMatchObject({ type: 'WrongPhase', where: 'manifest.json: bundleId' });
    },
  );

  test('again is answered with where the bundle is now', async () => {
    state = 'armed';
    const { body } = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect(SubmitAnswer.parse(body).state).toBe('armed');
  });

  test('is refused with the reason and stores nothing when the plan is missing', async () => {
    findings = [finding('intake', 'error')];
    const answer = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect(answer.status).toBe(422);
    expect(refusal(answer.body)).toMatchObject({
      type: 'BundleIncomplete',
      message: { zh: expect.stringContaining('没有解读方案') },
    });
    expect([stored, acts]).toEqual([[], []]);
  });

  test('goes to the gates with a gate’s error, which that gate then cannot sign', async () => {
    findings = [finding('secrecy', 'error', 'SEC-MARK')];
    expect((await send('meng-chunhe', 'POST', '/v1/bundles')).status).toBe(200);
  });

  test('that passes not every gate asks for no answer that nobody could give, and is refused what nobody could let by', async () => {
    const withoutLegal = office.gates.gates.map((gate) => ({ ...gate, reviewsNotices: gate.id !== 'legal' }));
    gates = { ...office.gates, gates: withoutLegal };
    intake = { ...intake, manifest: { ...manifestOf(bundleId), policyKind: 'release-notice' } };
    findings = [finding('legal', 'warning', 'LEG-CITE'), finding('wording', 'warning', 'WRD-TYPO')];
    expect((await send('meng-chunhe', 'POST', '/v1/bundles')).status).toBe(200);
    expect(obligations?.warnings.map(({ gate }) => gate)).toEqual(['wording']);

    stored = [];
    findings = [finding('legal', 'error', 'LEG-CITE')];
    const answer = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect([answer.status, refusal(answer.body).findings.map(({ code }) => code)]).toEqual([422, ['LEG-CITE']]);
    expect(stored).toEqual([]);
    gates = office.gates; // where the gate reviews it, it is the gate's own matter
    expect((await send('meng-chunhe', 'POST', '/v1/bundles')).status).toBe(200);
  });

  test('refuses a channel that is not installed, names it, and says what to send instead', async () => {
    channels('website', 'app', 'gazette');
    const answer = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect(refusal(answer.body)).toMatchObject({
      type: 'ChannelNotInstalled',
      message: { zh: expect.stringContaining('app、gazette') },
      mend: { en: expect.stringContaining('--channels website') },
    });
    expect(stored).toEqual([]);
    expect((await send('meng-chunhe', 'POST', '/v1/bundles?channels=website')).status).toBe(200);
    expect(acts).toEqual(['submit to website']);
  });

  test('under the policy compensate takes two leaders: the second one confirms it', async () => {
    const compensate = '/v1/bundles?policy=compensate';
    colleagues = people.filter(({ id }) => id !== 'second-leader');
    const answer = await send('meng-chunhe', 'POST', compensate);
    expect([answer.status, stored, acts]).toEqual([403, [], []]);
    expect(refusal(answer.body)).toMatchObject({ where: 'policy', mend: { en: expect.stringContaining('hold-all') } });
    expect((await send('meng-chunhe', 'POST', '/v1/bundles?policy=hold-all')).status).toBe(200);
    colleagues = people; // the shipped office can keep what each policy promises
    expect((await send('meng-chunhe', 'POST', compensate)).status).toBe(200);
  });

  test('refuses a document that is not to be disclosed', async () => {
    intake = { ...intake, manifest: { ...manifestOf(bundleId), disclosure: 'on-request' } };
    expect((await send('meng-chunhe', 'POST', '/v1/bundles')).status).toBe(403);
    expect(stored).toEqual([]);
  });

  test('hands no revision to a workflow that would know nothing of the bundle: its own was lost, and reconcile brings it back', async () => {
    lastState = 'released';
    const answer = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect([answer.status, refusal(answer.body).type]).toEqual([503, 'DependencyDown']);
    expect(refusal(answer.body).mend?.en).toContain('lockstep reconcile --repair');
    expect(acts).toEqual([]);
    running = { ...status, state: 'released' };
    expect((await send('meng-chunhe', 'POST', '/v1/bundles')).status).toBe(200);
  });

  test('says that the database is away, and that nothing was submitted', async () => {
    databaseDown = true;
    const answer = await send('meng-chunhe', 'POST', '/v1/bundles');
    expect([answer.status, refusal(answer.body).type]).toEqual([503, 'DependencyDown']);
    expect(acts).toEqual([]);
  });
});

describe('bad requests say what and where', () => {
  test.each([
    ['a bundle id that is none', '/v1/bundles/42/arm', 'bundleId'],
    ['a seal that is none', `${path}/arm`, 'seal'],
  ])('%s', async (_what, url, where) => {
    const answer = await send('leader', 'POST', url, { seal: 'x', t0: new Date().toISOString() });
    expect(answer.status).toBe(400);
    expect(refusal(answer.body).where).toContain(where);
  });

  test('an unknown bundle and an unknown address are 404, broken JSON is 400', async () => {
    expect((await send('leader', 'GET', `/v1/bundles/${randomUUID()}`)).status).toBe(404);
    expect((await send('leader', 'GET', '/v2/bundles')).status).toBe(404);
    const broken = await api().inject({
      method: 'POST',
      url: `${path}/hold`,
      headers: { authorization: 'Bearer token-of-leader', 'content-type': 'application/json' },
      payload: '{',
    });
    expect(broken.statusCode).toBe(400);
    expect(refusal(broken.json()).type).toBe('BadRequest');
  });
});
