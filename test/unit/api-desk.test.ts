import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EmergencyRows } from '../../activities/ports/desk-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Role } from '../../schemas/configuration.ts';
import { AccessAnswer, EmergenciesAnswer, GroupAnswer, InboxAnswer } from '../../schemas/desk.ts';
import { type BoardStatus, GroupId, ReleaseStatus } from '../../schemas/release.ts';
import { skewOf, warningOf } from '../../services/api/arming.ts';
import { createReads } from '../../services/api/reads.ts';
import { Refusal } from '../../services/api/refusal.ts';
import type { Releases } from '../../services/api/releases.ts';
import { deskApi, people, refusal } from '../support/desk-api.ts';
import { memoryDesk } from '../support/memory-desk.ts';
import { digest, newBundleId } from '../support/release-fixture.ts';
import { releaseStatus } from '../support/release-status.ts';

const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('who may do what', () => {
  const everybody: Role[] = ['drafter', 'reviewer', 'leader', 'operator', 'auditor'];
  const routes: [string, string, Role[], object | null][] = [
    ['GET', 'BUNDLE/findings', everybody, null],
    ['GET', 'BUNDLE/access', ['auditor'], null],
    ['GET', '/v1/inbox', everybody, null],
    ['GET', '/v1/delegations', everybody, null],
    ['GET', '/v1/emergencies?year=2026', everybody, null],
    ['POST', 'BUNDLE/arm', ['leader'], { seal: digest('revision 1'), t0: ahead(60_000) }],
    ['POST', 'BUNDLE/hold', ['leader'], { reason: '等待' }],
    ['POST', 'BUNDLE/resume', ['leader'], {}],
    ['POST', 'BUNDLE/withdraw', ['leader'], { reason: '有误' }],
    ['POST', 'BUNDLE/compensate', ['leader'], { reason: '渠道失败' }],
    ['POST', 'BUNDLE/emergency', ['leader'], { reason: '汛情' }],
    ['POST', 'BUNDLE/channels/wechat/retry', ['operator'], {}],
    ['POST', 'BUNDLE/channels/wechat/settle', ['operator'], { state: 'verified', evidence: '后台可见' }],
    ['POST', '/v1/groups', ['leader'], { members: [], t0: ahead(60_000) }],
    ['POST', '/v1/gates/legal/delegations', ['reviewer', 'leader'], {}],
    [
      'POST',
      '/v1/delegations/7f1c9a52-0f3e-4c5a-9d43-3f6f4a6f1b11/revoke',
      ['reviewer', 'leader'],
      { reason: '回来了' },
    ],
  ];
  test.each(routes)('%s %s is for %j', async (method, url, roles, body) => {
    for (const person of people) {
      const api = deskApi();
      const place = url.replace('BUNDLE', api.path);
      const send = (who: string) => (method === 'GET' ? api.get(who, place) : api.post(who, place, body ?? {}));
      const { status } = await send(person.id);
      const allowed = person.roles.some((role) => roles.includes(role));
      // An empty group and an unknown delegation are refused too, for what they are.
      expect([person.id, status === 403], `${status}`).toEqual([person.id, !allowed]);
      if (!allowed) expect(api.acts).toEqual([]);
      expect((await send('stranger')).status).toBe(401);
    }
  });
});

describe('reading what is not public is written down', () => {
  const kinds = [
    ['status', ''],
    ['findings', '/findings'],
    ['receipts', '/receipts'],
    ['changes', '/changes'],
    ['evidence', '/evidence'],
  ] as const;
  test.each(kinds)('%s', async (what, place) => {
    const api = deskApi();
    const exposure = { bundleId: api.bundleId, revision: 1, isPublic: false };
    api.rows.exposures = [exposure];
    for (let time = 0; time < 3; time++) await api.get('auditor', `${api.path}${place}`);
    expect(api.rows.reads).toEqual([{ bundleId: api.bundleId, revision: 1, personId: 'auditor', what }]);
    exposure.revision = 2;
    await api.get('auditor', `${api.path}${place}`);
    await api.get('leader', `${api.path}${what === 'evidence' ? '' : place}`);
    expect(api.rows.reads.map(({ personId, revision }) => `${personId} ${revision}`)).toEqual([
      'auditor 1',
      'auditor 2',
      'leader 2',
    ]);
  });

  test('the list and the inbox name titles, so they are a read of each bundle', async () => {
    const api = deskApi();
    api.rows.exposures = [{ bundleId: api.bundleId, revision: 1, isPublic: false }];
    api.rows.unfinished = [api.bundleId];
    await api.get('leader', '/v1/bundles');
    await api.get('reviewer-legal', '/v1/inbox');
    await api.get('operator', '/v1/inbox'); // nothing waits for him, so he has seen no title
    expect(api.rows.reads.map(({ personId, what }) => `${personId} ${what}`)).toEqual([
      'leader list',
      'reviewer-legal list',
    ]);
  });

  test('a bundle that is public is not recorded', async () => {
    const api = deskApi();
    api.rows.exposures = [{ bundleId: api.bundleId, revision: 1, isPublic: true }];
    await api.get('leader', api.path);
    expect(api.rows.reads).toEqual([]);
  });

  test('who polls writes once a day, by the day in Beijing', async () => {
    const { rows, deps } = memoryDesk();
    const bundleId = newBundleId();
    rows.exposures = [{ bundleId, revision: 1, isPublic: false }];
    let now = Date.parse('2026-11-24T15:59:00Z');
    const read = createReads(deps.access, () => now);
    const [person] = people;
    if (!person) throw new RangeError('nobody');
    for (let time = 0; time < 100; time++) await read(person, 'status', bundleId);
    expect(rows.reads).toHaveLength(1);
    now = Date.parse('2026-11-24T16:00:00Z');
    await read(person, 'status', bundleId);
    expect(rows.reads).toHaveLength(2);
  });

  test('what cannot be written down is not shown', async () => {
    const { rows, deps } = memoryDesk();
    const bundleId = newBundleId();
    rows.exposures = [{ bundleId, revision: 1, isPublic: false }];
    const read = createReads({ ...deps.access, record: () => Promise.reject(new Error('away')) });
    const [person] = people;
    if (!person) throw new RangeError('nobody');
    for (let time = 0; time < 2; time++) await expect(read(person, 'status', bundleId)).rejects.toThrow('away');
  });

  test('the auditor sees who read it', async () => {
    const api = deskApi();
    api.rows.exposures = [{ bundleId: api.bundleId, revision: 1, isPublic: false }];
    await api.get('leader', api.path);
    const { reads } = AccessAnswer.parse((await api.get('auditor', `${api.path}/access`)).body);
    expect(reads).toMatchObject([{ personId: 'leader', what: 'status', revision: 1 }]);
  });
});

describe('arming looks at the clocks', () => {
  test('only a difference that is certain counts: the question itself may have taken the time', () => {
    const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
    expect(skewOf(1_000_000, at(100), 1_000_200)).toBe(0);
    expect(skewOf(1_000_000, at(3_000), 1_000_000)).toBe(3_000);
    expect(skewOf(1_000_000, at(3_000), 1_002_000)).toBe(1_000);
    expect(skewOf(1_000_000, at(-3_000), 1_000_000)).toBe(-3_000);
  });

  test.each([
    [0, 'silent'],
    [500, 'silent'],
    [501, 'warned'],
    [-1_999, 'warned'],
    [2_000, 'warned'],
    [2_001, 'refused'],
    [-600_000, 'refused'],
  ])('%i ms: %s', (skewMs, outcome) => {
    const said = (() => {
      try {
        return warningOf(skewMs).length > 0 ? 'warned' : 'silent';
      } catch (error) {
        return error instanceof Refusal && error.answer.error.type === 'ClockSkewed' ? 'refused' : 'broken';
      }
    })();
    expect(said).toBe(outcome);
  });

  const arm = (api: ReturnType<typeof deskApi>, t0: string) =>
    api.post('leader', `${api.path}/arm`, { seal: api.seal, t0 });

  test.each(['arm', 'resume'])('%s warns in its answer, and refuses by the clock of the database', async (verb) => {
    const off = (ms: number) => deskApi({ now: () => new Date(Date.now() + ms) });
    const body = (api: ReturnType<typeof deskApi>) =>
      verb === 'arm' ? { seal: api.seal, t0: ahead(60_000) } : { t0: ahead(60_000) };
    const warned = off(1_000);
    const answer = await warned.post('leader', `${warned.path}/${verb}`, body(warned));
    expect(ReleaseStatus.parse(answer.body).warnings).toHaveLength(1);
    const refused = off(-10_000);
    expect(refusal((await refused.post('leader', `${refused.path}/${verb}`, body(refused))).body).type).toBe(
      'ClockSkewed',
    );
    expect(refused.acts).toEqual([]);
  });

  test('the lead time is kept', async () => {
    const api = deskApi();
    expect(refusal((await arm(api, ahead(200))).body)).toMatchObject({ type: 'T0Invalid', where: 't0' });
    expect(api.acts).toEqual([]);
    expect((await arm(api, ahead(5_000))).status).toBe(200);
  });
});

describe('同批: a group goes together or not at all', () => {
  type Member = BoardStatus & { refuses?: boolean };
  function groupApi(members: Member[]) {
    const find = (id: BundleId) => {
      const found = members.find(({ bundleId }) => bundleId === id);
      if (!found) throw new RangeError(id);
      return found;
    };
    const calls: string[] = [];
    const at = (id: BundleId) => members.findIndex(({ bundleId }) => bundleId === id) + 1;
    const answers = {
      status: async (id: BundleId) => find(id),
      arm: async (id: BundleId, { t0, group }: Parameters<Releases['arm']>[1]) => {
        calls.push(`arm ${at(id)}`);
        if (find(id).refuses) throw new Refusal('GatesNotPassed', { zh: '尚未审签', en: 'not signed' });
        return Object.assign(find(id), { state: 'armed', group, plan: { t0, policy: 'publish-rest' } });
      },
      hold: async (id: BundleId) => {
        calls.push(`hold ${at(id)}`);
        return Object.assign(find(id), { state: 'held' });
      },
      resume: async (id: BundleId, { group }: Parameters<Releases['resume']>[1]) => {
        calls.push(`resume ${at(id)}`);
        return Object.assign(find(id), find(id).plan ? { state: 'armed', group } : { state: 'prepared' });
      },
    } as unknown as Partial<Releases>;
    return { ...deskApi({ answers }), calls };
  }
  const member = (more: Partial<Member> = {}): Member => ({
    ...releaseStatus({ bundleId: newBundleId(), state: 'prepared' }),
    ...more,
  });
  const bodyOf = (members: Member[], t0 = ahead(60_000)) => ({
    members: members.map(({ bundleId, seal }) => ({ bundleId, seal })),
    t0,
  });

  test('each is armed under one group id, which its members and seals give it', async () => {
    const members = [member(), member(), member()];
    const api = groupApi(members);
    const answer = GroupAnswer.parse((await api.post('leader', '/v1/groups', bodyOf(members))).body);
    expect(api.calls).toEqual(['arm 1', 'arm 2', 'arm 3']);
    expect(new Set(members.map(({ group }) => group?.groupId))).toEqual(new Set([answer.groupId]));
    expect(answer.members.map(({ state }) => state)).toEqual(['armed', 'armed', 'armed']);
    expect(api.groups).toEqual([members.map(({ bundleId }) => bundleId).sort()]);
  });

  test('where one is not ready, those armed before it are held, and it is named', async () => {
    const members = [member(), member(), member({ refuses: true }), member()];
    const api = groupApi(members);
    const { error } = (await api.post('leader', '/v1/groups', bodyOf(members))).body;
    expect(api.calls).toEqual(['arm 1', 'arm 2', 'arm 3', 'hold 1', 'hold 2']);
    expect(error).toMatchObject({ type: 'GatesNotPassed', where: members[2]?.bundleId });
    expect(error.message.en).toContain(members[0]?.bundleId);
    expect(error.mend?.en).toMatch(/same command again/);
  });

  test('a second try goes on from there: who is held is resumed, who is armed is left', async () => {
    const members = [member(), member({ refuses: true }), member()];
    const api = groupApi(members);
    await api.post('leader', '/v1/groups', bodyOf(members));
    Object.assign(members[1] ?? {}, { refuses: false });
    const t0 = ahead(90_000);
    expect((await api.post('leader', '/v1/groups', bodyOf(members, t0))).status).toBe(200);
    expect(api.calls).toEqual(['arm 1', 'arm 2', 'hold 1', 'resume 1', 'arm 2', 'arm 3']);
  });

  test('a member that is held joins, whoever held it, and one that was held before it was armed is armed', async () => {
    const gone = { groupId: GroupId.parse(randomUUID()), members: [newBundleId(), newBundleId()] };
    const plan = { t0: ahead(-60_000), policy: 'publish-rest' as const };
    const members = [member({ state: 'held', group: gone, plan }), member({ state: 'held' }), member()];
    const api = groupApi(members);
    const { groupId } = GroupAnswer.parse((await api.post('leader', '/v1/groups', bodyOf(members))).body);
    expect(api.calls).toEqual(['resume 1', 'resume 2', 'arm 2', 'arm 3']);
    expect(members.map(({ state, group }) => [state, group?.groupId])).toEqual(members.map(() => ['armed', groupId]));
  });

  test('a held member of a group may go on alone', async () => {
    const resumed: unknown[] = [];
    const answers = {
      resume: async (_: BundleId, { group }: Parameters<Releases['resume']>[1]) => {
        resumed.push(group);
        return releaseStatus({ state: 'armed' });
      },
    } as Partial<Releases>;
    const api = deskApi({ answers });
    for (const body of [{ alone: true }, {}]) await api.post('leader', `/v1/bundles/${newBundleId()}/resume`, body);
    expect(resumed).toEqual([null, undefined]);
  });

  test('one bundle is no group, and a bundle is in it once', async () => {
    const one = member();
    const api = groupApi([one]);
    expect((await api.post('leader', '/v1/groups', bodyOf([one]))).status).toBe(400);
    expect((await api.post('leader', '/v1/groups', bodyOf([one, one]))).status).toBe(400);
    expect(api.calls).toEqual([]);
  });
});

describe('应急: the report is owed until it is there', () => {
  const emergency = (bundleId: BundleId, more: Partial<EmergencyRows> = {}): EmergencyRows => ({
    bundleId,
    documentNumber: '青政发〔2026〕12号',
    reason: '汛情',
    declaredBy: 'leader',
    declaredAt: '2026-09-28T01:00:00.000Z',
    submittedAt: '2026-09-28T00:00:00.000Z',
    gates: [],
    releasedAt: '2026-09-28T06:00:00.000Z',
    report: null,
    ...more,
  });
  function declared(now: string, more: Partial<EmergencyRows> = {}) {
    const api = deskApi({ now: () => new Date(now) });
    api.board.emergency = { declaredBy: 'leader', at: '2026-09-28T01:00:00.000Z' };
    api.rows.emergencies = [emergency(api.bundleId, more)];
    api.rows.unfinished = [api.bundleId];
    return api;
  }
  // Ten working days after 09-28: 09-29, 30, 10-08, 09, 10 (worked), 12, 13, 14, 15, 16.
  const due = '2026-10-16T15:59:59.999Z';

  test.each([
    ['2026-10-16T15:59:00Z', {}, 'due'],
    ['2026-10-17T00:00:00Z', {}, 'overdue'],
    ['2026-10-17T00:00:00Z', { releasedAt: null }, 'not-released'],
    ['2026-10-17T00:00:00Z', { report: { text: '已报', by: 'leader', at: due } }, 'reported'],
  ] as const)('at %s with %j it is %s, in the status, the yearly data and the inbox', async (now, more, state) => {
    const api = declared(now, more as Partial<EmergencyRows>);
    const { emergencyReport } = ReleaseStatus.parse((await api.get('leader', api.path)).body);
    expect(emergencyReport?.state).toBe(state);
    const answer = EmergenciesAnswer.parse((await api.get('auditor', '/v1/emergencies?year=2026')).body);
    expect(answer).toMatchObject({
      calendarVersion: 1,
      emergencies: [{ state, declaredBy: 'leader', reason: '汛情' }],
    });
    for (const person of ['leader', 'meng-chunhe']) {
      const { items } = InboxAnswer.parse((await api.get(person, '/v1/inbox')).body);
      const owed = items.filter(({ kind }) => kind === 'emergency-report');
      expect(owed.map(({ overdue, dueAt }) => ({ overdue, dueAt }))).toEqual(
        state === 'due' || state === 'overdue' ? [{ overdue: state === 'overdue', dueAt: due }] : [],
      );
    }
  });

  test('the leader or the drafter reports, once, after the release', async () => {
    const report = { text: '事后补充：各关均已审签。' };
    const api = declared('2026-10-08T00:00:00Z');
    expect((await api.post('reviewer-legal', `${api.path}/emergency/report`, report)).status).toBe(403);
    expect((await api.post('meng-chunhe', `${api.path}/emergency/report`, report)).status).toBe(200);
    expect(refusal((await api.post('leader', `${api.path}/emergency/report`, report)).body).type).toBe('WrongPhase');
    const early = declared('2026-10-08T00:00:00Z', { releasedAt: null });
    expect(refusal((await early.post('leader', `${early.path}/emergency/report`, report)).body).type).toBe(
      'WrongPhase',
    );
    const none = deskApi();
    expect(refusal((await none.post('leader', `${none.path}/emergency/report`, report)).body).type).toBe('WrongPhase');
  });

  test('a year that the calendar lacks leaves it due, and says which notice is missing', async () => {
    const api = declared('2027-03-01T00:00:00Z', { releasedAt: '2026-12-28T00:00:00.000Z' });
    const { emergencies } = EmergenciesAnswer.parse((await api.get('auditor', '/v1/emergencies?year=2026')).body);
    expect(emergencies).toMatchObject([{ state: 'due', problem: { zh: expect.stringContaining('2027') } }]);
  });
});

test('公告未送达 leaves the inbox once the bundle has heard of it, or was withdrawn', async () => {
  const api = deskApi();
  const [target, releaseId, targetReleaseId] = [newBundleId(), randomUUID(), randomUUID()];
  api.revision.content.manifest.acts = [{ act: 'abolish', bundleId: target, on: '2026-11-24', reason: '已有新规定' }];
  api.rows.unfinished = [api.bundleId];
  const { bundleId } = api;
  api.rows.notices = [
    {
      ...{ noticeId: newBundleId(), kind: 'act-lost', bundleId, revision: 1, gate: null },
      ...{ detail: null, at: '2026-11-24T01:00:00.000Z' },
    },
  ];
  const rows = { heard: [] as object[], state: 'released' };
  Object.assign(api.store, {
    releases: async (id: BundleId) => [{ revision: 1, releaseId: id === target ? targetReleaseId : releaseId }],
    amendments: async (id: string) => (id === targetReleaseId ? rows.heard : []),
    lastState: async () => rows.state,
  });
  const lost = async () => {
    const { items } = InboxAnswer.parse((await api.get('operator', '/v1/inbox')).body);
    return items.map(({ kind }) => kind);
  };
  expect(await lost()).toEqual(['act-lost']);
  rows.heard = [{ act: 'amend', byReleaseId: releaseId }];
  expect(await lost()).toEqual(['act-lost']); // another act of the same bundle
  rows.heard = [{ act: 'abolish', byReleaseId: releaseId }];
  expect(await lost()).toEqual([]);
  Object.assign(rows, { heard: [], state: 'withdrawn' });
  expect(await lost()).toEqual([]);
});
