import { describe, expect, test } from 'vitest';
import { type Desk, inboxOf, type OpenBundle } from '../../activities/notices/inbox.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import type { InboxItem } from '../../schemas/desk.ts';
import { FindingKey } from '../../schemas/finding.ts';
import type { Notice, NoticeKind } from '../../schemas/notice.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import { newBundleId } from '../support/release-fixture.ts';
import { channelStatus, releaseStatus } from '../support/release-status.ts';

const { people } = (await loadOfficeConfig()).people;
const person = (id: string) => {
  const found = people.find((each) => each.id === id);
  if (!found) throw new RangeError(id);
  return found;
};
const now = '2026-11-24T01:00:00.000Z';
const key = FindingKey.parse('SEC-COMMENT.0123abcd');

const bundle = (changes: Partial<ReleaseStatus> = {}, more: Partial<OpenBundle> = {}): OpenBundle => ({
  status: releaseStatus({ bundleId: newBundleId(), ...changes }),
  title: '标题',
  drafterId: 'meng-chunhe',
  untold: [],
  emergency: null,
  ...more,
});
const notice = ({ status }: OpenBundle, kind: NoticeKind, gate: string | null = null): Notice => ({
  noticeId: newBundleId(),
  kind,
  bundleId: status.bundleId,
  revision: status.revision,
  gate,
  detail: null,
  at: now,
});
function inbox(id: string, bundles: OpenBundle[], more: Partial<Desk> = {}) {
  const own = new Map(person(id).gates.map((gate) => [gate, null]));
  return inboxOf({ person: person(id), gates: own, bundles, notices: [], now, ...more });
}
const kinds = (items: InboxItem[]) =>
  items.map(({ kind, gate, channel }) => [kind, gate ?? channel].filter(Boolean).join(' '));
/** What each person has to do with these bundles. */
const everybody = (bundles: OpenBundle[], notices: Notice[] = []) =>
  Object.fromEntries(
    people.flatMap(({ id }) => {
      const items = kinds(inbox(id, bundles, { notices }));
      return items.length > 0 ? [[id, items]] : [];
    }),
  );

const gateChanges = (changes: Record<string, object>) =>
  releaseStatus().gates.map((gate) => ({ ...gate, ...changes[gate.gate] }));

describe('who finds what in the inbox', () => {
  test('an open gate waits for its reviewer, a decided one for nobody', () => {
    const gates = gateChanges({ political: { state: 'signed', reviewerId: 'reviewer-political' } });
    expect(everybody([bundle({ gates })])).toEqual({
      'reviewer-legal': ['gate legal'],
      'reviewer-secrecy': ['gate secrecy'],
      'reviewer-wording': ['gate wording'],
    });
  });

  test('a late gate is told to its reviewer and the drafter; once it was escalated, to the leader', () => {
    const late = bundle({ gates: gateChanges({ legal: { overdue: true, dueAt: '2026-11-20T15:59:59.999Z' } }) });
    expect(everybody([late])['meng-chunhe']).toEqual(['gate-late legal']);
    expect(everybody([late]).leader).toBeUndefined();
    expect(everybody([late], [notice(late, 'gate-escalation', 'legal')]).leader).toEqual(['gate-late legal']);
  });

  test.each([
    ['prepared', {}, { leader: ['arm'], 'second-leader': ['arm'] }],
    ['held', {}, { leader: ['held'], 'second-leader': ['held'] }],
    ['returned', {}, { 'meng-chunhe': ['returned'] }],
    ['rolled-back', {}, { 'meng-chunhe': ['returned'] }],
    ['armed', {}, {}],
    ['released', {}, {}],
    [
      'partly-released',
      { channels: [channelStatus('wechat', { state: 'refused' })] },
      { leader: ['channel-refused'], 'second-leader': ['channel-refused'], operator: ['channel-refused wechat'] },
    ],
    [
      'outcome-unknown',
      { channels: [channelStatus('wechat', { state: 'unknown' })] },
      { operator: ['outcome-unknown wechat'] },
    ],
  ] as const)('%s %j', (state, changes, expected) => {
    expect(everybody([bundle({ state, ...(changes as Partial<ReleaseStatus>) })])).toEqual(expected);
  });

  test('a compensation waits for a leader who did not arm it', () => {
    const partly = bundle({ state: 'partly-released', armedBy: 'second-leader' });
    const due = [notice(partly, 'compensation-due')];
    expect(everybody([partly], due)).toEqual({ leader: ['compensate'] });
    expect(everybody([bundle({ ...partly.status, armedBy: 'leader' })], due)).toEqual({
      'second-leader': ['compensate'],
    });
  });

  test('a lost act is told to the operators until each bundle has heard of it', () => {
    const [lost, untold] = [bundle({ state: 'released' }), [newBundleId(), newBundleId()]];
    const notices = [notice(lost, 'act-lost')];
    expect(everybody([{ ...lost, untold }], notices)).toEqual({ operator: ['act-lost', 'act-lost'] });
    const [item, ...others] = inbox('operator', [{ ...lost, untold: untold.slice(1) }], { notices });
    expect([item?.what.en, others]).toEqual([expect.stringContaining(untold[1] ?? ''), []]);
    expect(everybody([lost], notices)).toEqual({}); // reconcile told it
    expect(everybody([{ ...lost, untold }])).toEqual({}); // it is on its way
  });

  test('an override that was asked for waits for a second person', () => {
    const gates = gateChanges({ secrecy: { blockedBy: [key] } });
    const asked = { finding: key, requestedBy: 'reviewer-secrecy', confirmedBy: null };
    const open = bundle({ gates, overrides: [asked] });
    expect(everybody([open]).leader).toEqual(['override secrecy']);
    expect(everybody([open])['reviewer-secrecy']).toEqual(['gate secrecy']);
    expect(everybody([bundle({ gates, overrides: [{ ...asked, confirmedBy: 'leader' }] })]).leader).toBeUndefined();
    expect(everybody([bundle({ gates })]).leader).toBeUndefined();
  });
});

describe('delegation', () => {
  test('what the delegate holds is in his inbox, with whom it is for', () => {
    const items = inbox('operator', [bundle()], { gates: new Map([['legal', 'reviewer-legal']]) });
    expect(items).toMatchObject([{ kind: 'gate', gate: 'legal', actingFor: 'reviewer-legal' }]);
  });

  test('nobody finds a gate there that he could not decide: drafted, or one decided already', () => {
    const gates = new Map([['legal', 'reviewer-legal']]);
    expect(inbox('meng-chunhe', [bundle()], { gates })).toEqual([]);
    const spent = bundle({ gates: gateChanges({ secrecy: { state: 'signed', reviewerId: 'operator' } }) });
    expect(inbox('operator', [spent], { gates })).toEqual([]);
    const acted = bundle({
      gates: gateChanges({ secrecy: { state: 'signed', reviewerId: 'x', actingFor: 'operator' } }),
    });
    expect(inbox('operator', [acted], { gates })).toEqual([]);
  });
});

test('what is overdue comes first, then by due date, and what has none last', () => {
  const due = (dueAt: string | null, overdue = false) => bundle({ gates: gateChanges({ legal: { dueAt, overdue } }) });
  const [never, late, later, soon, latest] = [
    due(null),
    due('2026-11-20T00:00:00Z', true),
    due('2026-12-20T00:00:00Z'),
    due('2026-11-25T00:00:00Z'),
    due('2026-11-23T00:00:00Z', true),
  ];
  const order = inbox(
    'reviewer-legal',
    [never, late, later, soon, latest].filter((each) => each !== undefined),
  );
  expect(order.map(({ dueAt }) => dueAt?.slice(0, 10))).toEqual([
    '2026-11-20',
    '2026-11-23',
    '2026-11-25',
    '2026-12-20',
    undefined,
  ]);
});

test('notices are told with the gate that they are about, of this revision only', () => {
  const open = bundle();
  const old = { ...notice(open, 'gate-reminder', 'legal'), revision: 7 };
  const notices = [notice(open, 'gate-reminder', 'legal'), notice(open, 'gate-reminder', 'wording'), old];
  const [item] = inbox('reviewer-legal', [open], { notices });
  expect(item?.notices).toEqual([{ kind: 'gate-reminder', at: now }]);
});
