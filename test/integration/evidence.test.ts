import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyChain } from '../../activities/audit/chain.ts';
import { unbacked, vouch } from '../../activities/audit/evidence.ts';
import { createAccessStore } from '../../infra/postgres/core/access.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { createChangeStore } from '../../infra/postgres/core/changes.ts';
import { createDelegationStore } from '../../infra/postgres/core/delegations.ts';
import { createDeskStore } from '../../infra/postgres/core/desk.ts';
import type { AuditRow } from '../../schemas/audit.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { StoredEvidence } from '../../schemas/evidence.ts';
import { FindingKey } from '../../schemas/finding.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { GroupId, type ReleaseId } from '../../schemas/release.ts';
import { renderEvidence } from '../../services/cli/report/evidence.tsx';
import { past } from '../support/core-rows.ts';
import { ownCore } from '../support/own-core.ts';
import { newBundleId, receipt } from '../support/release-fixture.ts';

const { db, store, rows } = await ownCore();
beforeAll(async () => {
  life = await wholeLife();
});

const answered = FindingKey.parse('WRD-TITLE.0123abcd');
const blocking = FindingKey.parse('SEC-COMMENT.0123abcd');
const text = '“原文”\\第1条\n\u2028😀';
const message = { zh: text, en: 'as it stands' };

/** One bundle that met everything the release engine knows, and the notice that amended it. */
async function wholeLife() {
  const delegations = createDelegationStore(db);
  let transition = 0;
  const enters = (sealed: Awaited<ReturnType<typeof rows.revise>>, state: 'in-review' | 'armed' | 'released') =>
    store.addTransition({ ...sealed, transition: transition++, state, actorId: 'somebody', detail: text });
  const receive = (bundleId: BundleId, releaseId: ReleaseId, state: ChannelReceipt['state'], changes = {}) =>
    store.addReceipt(randomUUID(), { ...receipt(bundleId, releaseId, 'website', state), ...changes });

  const bundleId = newBundleId();
  const first = await rows.revise(bundleId);
  await enters(first, 'in-review');
  const deputy = { gate: 'legal', from: 'reviewer-legal', to: 'deputy', reason: text, recordedBy: 'leader' };
  const term = { startsAt: '2020-01-01T00:00:00.000Z', endsAt: '2099-01-01T00:00:00.000Z' };
  const used = { delegationId: randomUUID(), ...deputy, ...term };
  await delegations.add(used);
  await delegations.add({ ...used, delegationId: randomUUID(), to: 'nobody-here' });
  await rows.sign(first, 'wording', { answers: [{ finding: answered, answer: text }] } as object);
  const step = { finding: blocking, gate: 'secrecy', reason: text };
  await store.addOverride(first, { ...step, step: 'requested', personId: 'reviewer-secrecy' });
  await store.addOverride(first, { ...step, step: 'confirmed', personId: 'leader' });
  await store.addEmergency(first, { reason: text, declaredBy: 'leader' });
  await store.addNotice(randomUUID(), first, { kind: 'gate-reminder', gate: 'legal', detail: message, after: 0 });
  await store.addNotice(randomUUID(), first, { kind: 'gate-overdue', gate: 'legal', detail: null, after: 0 });
  await createAccessStore(db).record('reader', 'preview', [first]);

  const second = await rows.revise(bundleId, { manifest: { title: `${text}的措施` } });
  await createChangeStore(db).addChange(second, first.revision, [
    { part: 'metadata', item: null, kind: 'changed', hunks: [{ op: 'added', text }], voids: ['legal'] },
  ]);
  await enters(second, 'in-review');
  await store.carryDecisions(second, first.revision);
  await rows.sign(second, 'legal', { reviewerId: 'deputy', actingFor: 'reviewer-legal' });
  await delegations.revoke(used.delegationId, { personId: 'leader', reason: text });
  for (const gate of ['political', 'secrecy']) await rows.sign(second, gate);

  const other = await rows.revise(newBundleId());
  await rows.signAll(other);
  const groupId = GroupId.parse(randomUUID());
  await store.formGroup(groupId, [bundleId, other.bundleId], 'leader');
  const t0 = past();
  const releaseId = await rows.arm(second, groupId, t0);
  await rows.arm(other, groupId, t0);
  await enters(second, 'armed');
  await store.commit(second, releaseId);
  const at = (seconds: number) => ({ at: new Date(Date.parse(t0) + seconds * 1_000).toISOString() });
  await receive(bundleId, releaseId, 'ready', at(-60));
  await receive(bundleId, releaseId, 'refused', { ...at(2), detail: message });
  await receive(bundleId, releaseId, 'live', { ...at(4), attempt: 2, url: 'https://www.example.gov.cn/a' });
  await receive(bundleId, releaseId, 'verified', { ...at(5), attempt: 2 });
  await receive(bundleId, releaseId, 'unknown', { ...at(6), attempt: 2, detail: message });
  await enters(second, 'released');
  await createDeskStore(db).addEmergencyReport(bundleId, { text, by: 'leader' });
  await db
    .insertInto('inspection')
    .values({
      ...{ inspection_id: randomUUID(), release_id: releaseId, bundle_id: bundleId, channel: 'website' },
      ...{ state: 'public', at: t0, digests: '[]', detail: JSON.stringify(message) },
    })
    .execute();
  await store.addValidity(second, releaseId, 'in-force', '2026-12-01');

  const notice = await rows.revise(newBundleId());
  await rows.signAll(notice);
  const noticeId = await rows.arm(notice);
  await store.commit(notice, noticeId);
  const act = { act: 'amend', on: '2026-12-02', byBundleId: notice.bundleId, byReleaseId: noticeId } as const;
  await store.addAmendment(second, releaseId, act);
  await receive(notice.bundleId, noticeId, 'verified', at(100));
  await receive(bundleId, releaseId, 'amended', { ...at(101), about: noticeId, attempt: 2 });
  return { bundleId, releaseId, other, groupId, t0, used, notice, noticeId };
}
let life: Awaited<ReturnType<typeof wholeLife>>;

const evidenceOf = async (bundleId: BundleId): Promise<StoredEvidence> => {
  const evidence = await createAuditStore(db).evidence(bundleId);
  if (!evidence) throw new Error('not reached');
  return evidence;
};
const chain = (): Promise<AuditRow[]> => createAuditStore(db).rows({ after: 0, limit: 100_000 });
const listsOf = (evidence: StoredEvidence) =>
  (Object.entries(evidence) as [string, unknown][]).flatMap(([list, facts]): [string, Record<string, unknown>[]][] =>
    Array.isArray(facts) ? [[list, facts]] : [],
  );

test('every kind of fact is told, and each is vouched for by a row of its own', async () => {
  const evidence = await evidenceOf(life.bundleId);
  expect(listsOf(evidence).filter(([, facts]) => facts.length === 0)).toEqual([]);
  const rows = await chain();
  const vouched = vouch(evidence, rows);
  const facts = Object.entries(vouched).flatMap(([list, each]) => each.map(({ seq }) => ({ list, seq })));
  expect(facts.filter(({ seq }) => seq === null)).toEqual([]);
  expect(new Set(facts.map(({ seq }) => seq)).size).toBe(facts.length);
  expect(unbacked(evidence, vouched, rows)).toEqual([]);
  expect(evidence.chainSize).toBe(rows.length);
});

test('the report of it finds nothing wrong, and finds what somebody changed', async () => {
  const evidence = { ...(await evidenceOf(life.bundleId)), reportOwed: null };
  const rows = await chain();
  const report = (told: typeof evidence) => {
    const vouched = vouch(told, rows);
    const left = unbacked(told, vouched, rows);
    return renderEvidence({
      evidence: told,
      vouched,
      unbacked: left,
      rows,
      verdict: verifyChain(rows),
      checkpoints: 0,
    });
  };
  expect(report(evidence)).not.toContain('✖ 链上');
  expect(report(evidence)).not.toContain('class="verdict bad"');
  const [override, ...others] = evidence.overrides;
  if (!override) throw new Error('not reached');
  const forged = report({ ...evidence, overrides: [{ ...override, reason: '另一个理由' }, ...others] });
  expect(forged).toContain('class="verdict bad"');
  expect(forged).toContain('override.recorded');
});

/** Members that follow from others, and instants beside which the row of the chain has its own. */
const derived: Record<string, readonly string[]> = {
  revisions: ['title', 'documentNumber', 'createdAt'],
  changes: ['kept', 'fell'],
  groups: ['committedAt'],
  transitions: ['at'],
  releases: ['latenessMs', 'skewMs', 'channels'],
};

function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return [...value, 'another'];
  if (typeof value === 'object' && value !== null) {
    const [key = 'another', inner] = Object.entries(value)[0] ?? [];
    return { ...value, [key]: altered(inner) };
  }
  return `${value ?? ''}x`;
}

test('whatever member of a fact somebody changes: nobody vouches for it, and its row is left over', async () => {
  const evidence = await evidenceOf(life.bundleId);
  const rows = await chain();
  let changes = 0;
  for (const [list, facts] of listsOf(evidence)) {
    if (list === 'coverage') continue;
    for (const [member, value] of Object.entries(facts[0] ?? {})) {
      if (derived[list]?.includes(member)) continue;
      const changed = { ...evidence, [list]: [{ ...facts[0], [member]: altered(value) }, ...facts.slice(1)] };
      const vouched = vouch(changed, rows);
      const missing = Object.entries(vouched).flatMap(([name, each]) =>
        each.filter(({ seq }) => seq === null).map(() => name),
      );
      expect(missing, `${list}.${member}`).toEqual([list]);
      changes += 1;
    }
  }
  expect(changes).toBeGreaterThan(80);
});

test('a fact that somebody removed leaves its row of the chain behind; what is written later does not count', async () => {
  const evidence = await evidenceOf(life.bundleId);
  const rows = await chain();
  const without = { ...evidence, overrides: evidence.overrides.slice(1) };
  expect(unbacked(without, vouch(without, rows), rows).map(({ kind }) => kind)).toEqual(['override.recorded']);
  const before = { ...evidence, reads: [], chainSize: 0 };
  expect(unbacked(before, vouch(before, rows), rows)).toEqual([]);
});

describe('it says', () => {
  test('who signed for whom, what was answered, what was carried over and what fell', async () => {
    const { decisions, delegations, revocations, changes, overrides } = await evidenceOf(life.bundleId);
    expect(decisions.find(({ gate }) => gate === 'legal')).toMatchObject({
      ...{ revision: 2, reviewerId: 'deputy', actingFor: 'reviewer-legal', carriedFrom: null },
    });
    expect(delegations).toEqual([expect.objectContaining({ delegationId: life.used.delegationId, to: 'deputy' })]);
    expect(revocations).toMatchObject([{ delegationId: life.used.delegationId, revokedBy: 'leader' }]);
    const wording = decisions.filter(({ gate }) => gate === 'wording');
    expect(wording).toMatchObject([
      { revision: 1, carriedFrom: null, answers: [{ finding: answered, answer: text }] },
      { revision: 2, carriedFrom: 1, answers: [{ finding: answered, answer: text }] },
    ]);
    expect(new Set(wording.map(({ inputSha256 }) => inputSha256)).size).toBe(1);
    expect(changes).toMatchObject([{ revision: 2, fromRevision: 1, kept: ['wording'], fell: [] }]);
    expect(overrides.map(({ step, personId }) => `${step} ${personId}`)).toEqual([
      'requested reviewer-secrecy',
      'confirmed leader',
    ]);
  });

  test('how late the commit was, and how each channel fared over its tries', async () => {
    const { releases } = await evidenceOf(life.bundleId);
    const since = (seconds: number) => new Date(Date.parse(life.t0) + seconds * 1_000).toISOString();
    expect(releases).toMatchObject([
      {
        ...{ releaseId: life.releaseId, groupId: life.groupId, skewMs: 0 },
        channels: [
          {
            ...{ channel: 'website', state: 'verified', attempts: 2, withdrawnAt: null },
            ...{ readyAt: since(-60), liveAt: since(4), verifiedAt: since(5) },
          },
        ],
      },
    ]);
    expect(releases[0]?.latenessMs).toBe(Date.parse(releases[0]?.committedAt ?? '') - Date.parse(life.t0));
  });

  test('that the members of a group were released by one commit, at one instant', async () => {
    const { groups, releases } = await evidenceOf(life.bundleId);
    expect(groups.map(({ bundleId }) => bundleId).sort()).toEqual([life.bundleId, life.other.bundleId].sort());
    expect(new Set(groups.map(({ committedAt }) => committedAt))).toEqual(new Set([releases[0]?.committedAt]));
  });

  test('the same act and the same coverage from both sides', async () => {
    const [one, other] = [await evidenceOf(life.bundleId), await evidenceOf(life.notice.bundleId)];
    expect(one.amendments).toMatchObject([{ act: 'amend', on: '2026-12-02', byBundleId: life.notice.bundleId }]);
    expect(other.amendments).toEqual(one.amendments);
    expect(other.coverage).toEqual(one.coverage);
    expect(one.coverage).toMatchObject([{ bundleId: life.bundleId, acts: [{ whole: true }] }]);
    expect(vouch(other, await chain()).amendments.every(({ seq }) => seq !== null)).toBe(true);
  });
});
