import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import { emergencyUse } from '../../activities/notices/emergency-report.ts';
import type { Sealed } from '../../activities/releases/types.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createAccessStore } from '../../infra/postgres/core/access.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { createDelegationStore } from '../../infra/postgres/core/delegations.ts';
import { createDeskStore } from '../../infra/postgres/core/desk.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { FindingKey } from '../../schemas/finding.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import { ownCore } from '../support/own-core.ts';
import { fourGates, manifestOf, newBundleId } from '../support/release-fixture.ts';

const { db, store } = await ownCore();

async function submitted(bundleId: BundleId = newBundleId(), drafterId = 'drafter', ruleSet = '1'): Promise<Sealed> {
  const manifest = manifestOf(bundleId);
  const content = sealedContent({ manifest, parts: [], channels: ['website'], policy: 'publish-rest', ruleSet });
  const seal = sealOf(content);
  const revision = await store.addRevision({
    bundleId,
    seal,
    content,
    gates: fourGates,
    findings: [],
    obligations: { errors: [], warnings: [] },
    gateInputs: gateInputs(content, fourGates, []),
    drafterId,
  });
  return { bundleId, revision, seal };
}
let transitions = 0;
const enters = (sealed: Sealed, state: ReleaseState) =>
  store.addTransition({ ...sealed, transition: transitions++, state, actorId: 'system', detail: null });
/** A release row of its own making: what it takes to commit is the matter of core-store.test.ts. */
async function released({ bundleId, revision, seal }: Sealed, at = sql<string>`clock_timestamp()`) {
  const releaseId = randomUUID();
  await sql`insert into staging (release_id, bundle_id, revision, key, channels)
    values (${releaseId}, ${bundleId}, ${revision}, ${Buffer.alloc(32)}, '[]')`.execute(db);
  await sql`insert into release (release_id, bundle_id, revision, seal, t0, committed_at)
    values (${releaseId}, ${bundleId}, ${revision}, ${seal}, ${at}, ${at})`.execute(db);
}
const auditOf = async (bundleId: BundleId, kind: string) =>
  (await createAuditStore(db).rows({ after: 0, limit: 10_000, bundleId })).filter((row) => row.kind === kind);

describe('delegations', () => {
  const delegation = (changes: object = {}) => ({
    delegationId: randomUUID(),
    gate: 'legal',
    from: 'reviewer-legal',
    to: `deputy-${randomUUID().slice(0, 8)}`,
    startsAt: '2020-01-01T00:00:00.000Z',
    endsAt: '2099-01-01T00:00:00.000Z',
    reason: '出差',
    recordedBy: 'leader',
    ...changes,
  });

  test('hold from their start to their end by the clock of the database, and until they are revoked', async () => {
    const delegations = createDelegationStore(db);
    const valid = delegation();
    const cases = {
      valid,
      upcoming: delegation({ startsAt: '2098-01-01T00:00:00.000Z' }),
      ended: delegation({ endsAt: '2021-01-01T00:00:00.000Z' }),
      revoked: delegation(),
    };
    for (const each of Object.values(cases)) await delegations.add(each);
    for (let time = 0; time < 2; time++)
      await delegations.revoke(cases.revoked.delegationId, { personId: 'leader', reason: '回来了' });
    await delegations.add({ ...valid, to: 'somebody-else' }); // a repeat changes nothing
    const all = await delegations.all();
    for (const [state, { delegationId, to }] of Object.entries(cases)) {
      expect(all.find((each) => each.delegationId === delegationId)).toMatchObject({ state, to });
      expect(await delegations.heldBy(to, 'legal')).toEqual(state === 'valid' ? ['reviewer-legal'] : []);
    }
    expect(await delegations.heldBy(valid.to, 'secrecy')).toEqual([]);
    expect(all.find(({ state }) => state === 'revoked')?.revoked).toMatchObject({ by: 'leader', reason: '回来了' });
  });

  test('each has its row in the chain, with the reason as a digest', async () => {
    const delegations = createDelegationStore(db);
    const recorded = delegation({ reason: '理由本身不进审计链' });
    await delegations.add(recorded);
    await delegations.revoke(recorded.delegationId, { personId: 'leader', reason: '同上' });
    const rows = (await createAuditStore(db).rows({ after: 0, limit: 10_000 })).filter(
      ({ payload }) => payload.delegationId === recorded.delegationId,
    );
    expect(rows.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'delegation.recorded leader',
      'delegation.revoked leader',
    ]);
    expect(JSON.stringify(rows)).not.toContain('理由本身不进审计链');
  });

  test('the database keeps a delegate from a second gate, and a drafter from having somebody sign for him', async () => {
    const sealed = await submitted();
    const decide = (gate: string, reviewerId: string, actingFor?: string) =>
      store.addDecision(sealed, {
        decision: 'signed',
        gate,
        seal: sealed.seal,
        reviewerId,
        ...(actingFor && { actingFor }),
      } as GateDecision);
    const notAllowed = (error: unknown) => isPermanent(error, 'NotAllowed');
    await decide('legal', 'deputy', 'reviewer-legal');
    await expect(decide('secrecy', 'deputy')).rejects.toSatisfy(notAllowed);
    await expect(decide('secrecy', 'other', 'reviewer-legal')).rejects.toSatisfy(notAllowed);
    await expect(decide('secrecy', 'other', 'drafter')).rejects.toSatisfy(notAllowed);
    await expect(decide('secrecy', 'drafter', 'other')).rejects.toSatisfy(notAllowed);
    await decide('secrecy', 'other', 'reviewer-secrecy');
  });
});

describe('reads of what is not public (I24)', () => {
  test('one row and one line of the chain a person, revision, day and kind; polling writes nothing', async () => {
    const access = createAccessStore(db);
    const sealed = await submitted();
    for (let time = 0; time < 5; time++) await access.record('leader', 'status', [sealed]);
    await access.record('leader', 'findings', [sealed]);
    await access.record('operator', 'status', [sealed]);
    const reads = await access.of(sealed.bundleId);
    expect(reads.map(({ personId, what }) => `${personId} ${what}`)).toEqual([
      'leader status',
      'leader findings',
      'operator status',
    ]);
    expect(
      (await auditOf(sealed.bundleId, 'bundle.read')).map(({ actor, payload }) => `${actor} ${payload.what}`),
    ).toEqual(['leader status', 'leader findings', 'operator status']);
  });

  test('what is exposed is the revision that the workflow accepted last; public is what was released and not taken back', async () => {
    const access = createAccessStore(db);
    const of = async ({ bundleId }: Sealed) => (await access.exposures([bundleId]))[0];
    const first = await submitted();
    expect(await of(first)).toMatchObject({ revision: 1, isPublic: false });
    await enters(first, 'in-review');
    const tried = await submitted(first.bundleId, 'drafter', '2');
    expect(await of(first)).toMatchObject({ revision: 1 });
    await enters(tried, 'in-review');
    expect(await of(first)).toMatchObject({ revision: 2, isPublic: false });
    await released(tried);
    for (const [state, isPublic] of [
      ['releasing', true],
      ['released', true],
      ['withdrawn', false],
    ] as const) {
      await enters(tried, state);
      expect(await of(tried), state).toEqual({ bundleId: tried.bundleId, revision: 2, isPublic });
    }
    expect(await access.exposures([newBundleId()])).toEqual([]);
    expect(await access.exposures([])).toEqual([]);
  });
});

describe('the desk', () => {
  test('knows the answers and overrides of a revision', async () => {
    const sealed = await submitted();
    const desk = createDeskStore(db);
    const finding = FindingKey.parse('SEC-COMMENT.0123abcd');
    const answer = FindingKey.parse('SEC-PROPERTY.0123abcd');
    const step = { finding, gate: 'secrecy', reason: '引用' };
    await store.addOverride(sealed, { ...step, step: 'requested', personId: 'reviewer-secrecy' });
    await store.addOverride(sealed, { ...step, step: 'confirmed', personId: 'leader' });
    await store.addDecision(sealed, {
      decision: 'signed',
      gate: 'secrecy',
      seal: sealed.seal,
      reviewerId: 'reviewer-secrecy',
      answers: [{ finding: answer, answer: '已核对' }],
    });
    expect(await desk.review(sealed)).toMatchObject({
      answers: [{ finding: answer, text: '已核对', by: 'reviewer-secrecy' }],
      overrides: [
        { finding, step: 'requested', by: 'reviewer-secrecy', reason: '引用' },
        { finding, step: 'confirmed', by: 'leader', reason: '引用' },
      ],
    });
  });

  test('leaves out what is finished, but not while a report or a lost act is open', async () => {
    const desk = createDeskStore(db);
    const at = async (state: ReleaseState) => {
      const sealed = await submitted();
      if (state !== 'in-review') await enters(sealed, 'in-review');
      await enters(sealed, state);
      return sealed;
    };
    const [open, done, owed, lost] = [
      await at('in-review'),
      await at('released'),
      await at('released'),
      await at('released'),
    ];
    await store.addEmergency(owed, { reason: '汛情', declaredBy: 'leader' });
    await store.addNotice(randomUUID(), lost, {
      kind: 'act-lost',
      gate: null,
      after: 0,
      detail: { zh: '未送达', en: 'lost' },
    });
    const ids = [open, done, owed, lost].map(({ bundleId }) => bundleId);
    const listed = async () => (await desk.unfinished()).filter((id) => ids.includes(id));
    expect(await listed()).toEqual([open.bundleId, owed.bundleId, lost.bundleId]);
    await desk.addEmergencyReport(owed.bundleId, { text: '已报', by: 'leader' });
    expect(await listed()).toEqual([open.bundleId, lost.bundleId]);
    expect(await desk.notices([open.bundleId, lost.bundleId])).toMatchObject([
      { kind: 'act-lost', bundleId: lost.bundleId, detail: { en: 'lost' } },
    ]);
    expect(await desk.notices([])).toEqual([]);
  });

  test('lists the uses of the emergency lane by the year in Beijing, with every gate, and keeps the first report', async () => {
    const desk = createDeskStore(db);
    const sealed = await submitted();
    await enters(sealed, 'in-review');
    await store.addEmergency(sealed, { reason: '汛情', declaredBy: 'leader' });
    // 2031-01-01 in Beijing is still 2030 in UTC.
    await sql`update emergency set declared_at = '2030-12-31T16:30:00Z' where bundle_id = ${sealed.bundleId}`.execute(
      db,
    );
    for (const { id } of fourGates)
      await store.addDecision(sealed, {
        decision: 'signed',
        gate: id,
        seal: sealed.seal,
        reviewerId: `reviewer-${id}`,
      });
    expect(await desk.emergencies({ year: 2030 })).toEqual([]);
    const [use] = await desk.emergencies({ year: 2031 });
    expect(use).toMatchObject({
      bundleId: sealed.bundleId,
      reason: '汛情',
      declaredBy: 'leader',
      releasedAt: null,
      report: null,
    });
    expect(use?.gates.map(({ gate }) => gate).sort()).toEqual(fourGates.map(({ id }) => id).sort());
    await released(sealed);
    for (const text of ['第一份', '第二份']) await desk.addEmergencyReport(sealed.bundleId, { text, by: 'leader' });
    expect(await desk.emergencies({ bundleId: sealed.bundleId })).toMatchObject([
      { releasedAt: expect.any(String), report: { text: '第一份', by: 'leader' } },
    ]);
    expect(await auditOf(sealed.bundleId, 'emergency.reported')).toHaveLength(1);
  });

  test('I26: a released emergency owes its report, is flagged once that is late, and stays so until somebody reports', async () => {
    const desk = createDeskStore(db);
    const { calendar } = await loadOfficeConfig();
    const sealed = await submitted();
    await enters(sealed, 'in-review');
    await store.addEmergency(sealed, { reason: '汛情', declaredBy: 'leader' });
    const flag = async (now: string) => {
      const [rows] = await desk.emergencies({ year: 2026 }).then((all) => all.filter(isThis));
      if (!rows) throw new Error('not in the yearly data');
      const { state, reportDueAt } = emergencyUse(rows, { calendar, workingDays: 5, now });
      return { state, due: reportDueAt?.slice(0, 10) ?? null };
    };
    const isThis = ({ bundleId }: { bundleId: BundleId }) => bundleId === sealed.bundleId;
    await sql`update emergency set declared_at = '2026-03-02T01:00:00Z' where bundle_id = ${sealed.bundleId}`.execute(
      db,
    );
    expect(await flag('2026-12-31T00:00:00Z')).toEqual({ state: 'not-released', due: null });
    await released(sealed, sql<string>`timestamptz '2026-03-02T02:00:00Z'`); // a Monday: due the Monday after
    expect(await flag('2026-03-08T00:00:00Z')).toEqual({ state: 'due', due: '2026-03-09' });
    expect(await flag('2026-03-12T00:00:00Z')).toEqual({ state: 'overdue', due: '2026-03-09' });
    expect(await desk.unfinished()).toContain(sealed.bundleId); // whatever else is done with it
    await desk.addEmergencyReport(sealed.bundleId, { text: '已补办', by: 'leader' });
    expect(await flag('2026-03-12T00:00:00Z')).toEqual({ state: 'reported', due: '2026-03-09' });
  });

  test('an emergency opens no gate: the commit still asks for each signature', async () => {
    const sealed = await submitted();
    await enters(sealed, 'in-review');
    await store.addEmergency(sealed, { reason: '汛情', declaredBy: 'leader' });
    for (const { id } of fourGates.slice(1))
      await store.addDecision(sealed, {
        decision: 'signed',
        gate: id,
        seal: sealed.seal,
        reviewerId: `reviewer-${id}`,
      });
    const t0 = new Date(Date.now() - 1_000).toISOString();
    await store.savePlan(sealed, { t0, policy: 'publish-rest', armedBy: 'leader', groupId: null });
    await expect(store.commit(sealed, randomUUID() as never)).rejects.toSatisfy((error) =>
      isPermanent(error, 'GatesNotPassed'),
    );
  });
});
