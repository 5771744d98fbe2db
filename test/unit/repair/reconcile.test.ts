import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { gateInputs } from '../../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../../activities/bundles/seal.ts';
import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import type { Channel } from '../../../schemas/bundle.ts';
import type { ChannelInspection, ChannelReceipt } from '../../../schemas/receipt.ts';
import { type BoardStatus, ReleaseId, type ReleaseState } from '../../../schemas/release.ts';
import { boardFromRows } from '../../../services/api/reconcile/board-from-rows.ts';
import { channelDrift, expectedOn, wordOn } from '../../../services/api/reconcile/compare.ts';
import { workflowDrift } from '../../../services/api/reconcile/compare-workflow.ts';
import { logDrift, readOrders } from '../../../services/api/reconcile/log-reading.ts';
import { type LoggedReceipt, lostReceipts } from '../../../services/api/reconcile/lost-receipts.ts';
import { owedAct } from '../../../services/api/reconcile/owed-acts.ts';
import { statusOf } from '../../../workflows/policy-release/status.ts';
import { fourGates, manifestOf, newBundleId, receipt } from '../../support/release-fixture.ts';

const { channels: office } = await loadOfficeConfig(undefined);
const at = '2026-11-24T01:00:00.000Z';

/** The rows of a bundle in a state: signed by all, staged, and released where `committed` says so. */
function rowsIn(
  state: ReleaseState,
  { committed = false, receipts = [] as [Channel, ChannelReceipt['state']][] } = {},
): BundleRows {
  const bundleId = newBundleId();
  const manifest = { ...manifestOf(bundleId), channels: ['website' as const, 'wechat' as const] };
  const content = sealedContent({
    manifest,
    parts: [],
    channels: manifest.channels,
    policy: 'publish-rest',
    ruleSet: '1',
  });
  const sealed = { bundleId, revision: 2, seal: sealOf(content) };
  const releaseId = ReleaseId.parse(randomUUID());
  return {
    bundleId,
    revision: {
      ...sealed,
      content,
      gates: fourGates,
      findings: [],
      obligations: { errors: [], warnings: [] },
      gateInputs: gateInputs(content, fourGates, []),
      drafterId: 'drafter',
    },
    revisions: [sealed],
    editors: ['drafter'],
    submittedAt: at,
    decisions: fourGates.map(({ id: gate }) => ({
      decision: 'signed',
      gate,
      seal: sealed.seal,
      reviewerId: `reviewer-${gate}`,
      decidedAt: at,
      carriedFrom: gate === 'legal' ? 1 : null,
    })),
    overrides: [],
    emergency: null,
    staging: { releaseId, key: new Uint8Array(32), channels: [] },
    plan: committed || state === 'armed' ? { t0: at, armedBy: 'leader', groupId: null } : null,
    group: null,
    release: committed ? { ...sealed, releaseId, t0: at, committedAt: at, groupId: null } : null,
    releaseIds: committed ? [releaseId] : [],
    receipts: receipts.map(([channel, word]) => receipt(bundleId, releaseId, channel, word)),
    amendments: [],
    validity: null,
    transitions: 7,
    last: { state, actorId: 'leader', detail: '依据变化' },
  };
}
const both = (word: ChannelReceipt['state']): [Channel, ChannelReceipt['state']][] => [
  ['website', word],
  ['wechat', word],
];
const aboutOf = ({ bundleId, staging }: BundleRows) => ({ bundleId, releaseId: staging?.releaseId as ReleaseId });
const found = (rows: BundleRows, state: ChannelInspection['state']): ChannelInspection => ({
  inspectionId: randomUUID(),
  releaseId: rows.staging?.releaseId as ReleaseId,
  bundleId: rows.bundleId,
  channel: 'website',
  state,
  at,
  digests: [],
  detail: null,
});

describe('a board from the rows', () => {
  test('has what people decided, where it goes on from, and numbers its transitions on', () => {
    const restored = boardFromRows(rowsIn('armed', { receipts: both('ready') }), office);
    expect(restored?.transitions).toBe(7);
    expect(restored && statusOf(restored.board)).toMatchObject({
      state: 'armed',
      revision: 2,
      plan: { t0: at, policy: 'publish-rest' },
      armedBy: 'leader',
      blockers: [],
      gates: fourGates.map(({ id: gate }) => ({ gate, state: 'signed', carriedFrom: gate === 'legal' ? 1 : null })),
      channels: [
        { channel: 'website', state: 'ready' },
        { channel: 'wechat', state: 'ready' },
      ],
    });
  });

  test.each<[string, BundleRows, ReleaseState]>([
    ['a commit that nobody was told of is told', rowsIn('armed', { committed: true }), 'releasing'],
    ['what was being prepared is prepared again', rowsIn('preparing'), 'cleared'],
    ['an armed bundle without its plan is held', { ...rowsIn('armed'), plan: null }, 'held'],
    ['what is out stays where it is', rowsIn('released', { committed: true, receipts: both('verified') }), 'released'],
    ['a withdrawal goes on', rowsIn('withdrawing', { committed: true, receipts: both('verified') }), 'withdrawing'],
  ])('%s', (_, rows, state) => {
    const restored = boardFromRows(rows, office);
    expect(restored?.board.state).toBe(state);
    expect(restored?.board.withdrawal === null).toBe(state !== 'withdrawing');
  });

  test('nothing is rebuilt of a bundle that is over, or that was never accepted', () => {
    expect(boardFromRows(rowsIn('withdrawn'), office)).toBeNull();
    expect(boardFromRows({ ...rowsIn('draft'), last: null }, office)).toBeNull();
  });

  test('only the last try of a channel counts', () => {
    const rows = rowsIn('partly-released', { committed: true, receipts: both('verified') });
    const [first] = rows.receipts;
    if (!first) throw new Error('no receipt');
    rows.receipts.unshift({ ...first, state: 'refused', attempt: 1 });
    for (const each of rows.receipts.slice(1)) each.attempt = 2;
    const restored = boardFromRows(rows, office);
    expect(restored?.board.channels).toMatchObject([
      { state: 'verified', attempt: 2 },
      { state: 'verified', attempt: 2 },
    ]);
  });

  test('a channel that is ready with another try is ready, whatever it said of the one before', () => {
    const rows = rowsIn('prepared', { receipts: [['website', 'refused'], ...both('ready')] });
    for (const each of rows.receipts.slice(1)) each.attempt = 2;
    expect(statusNow(rows)).toMatchObject({ channels: both('ready').map(() => ({ state: 'ready' })), blockers: [] });
  });
});

const statusNow = (rows: BundleRows): BoardStatus => {
  const board = boardFromRows(rows, office)?.board;
  if (!board) throw new Error('no board');
  return statusOf(board);
};
const drift = (rows: BundleRows, status: BoardStatus | null, restored = true) =>
  workflowDrift(rows, status, boardFromRows(rows, office)?.board ?? null, restored);

describe('what differs', () => {
  const lives: [ReleaseState, boolean, [Channel, ChannelReceipt['state']][], string][] = [
    ['prepared', false, both('ready'), 'staged'],
    ['releasing', true, both('ready'), 'staged'],
    ['released', true, both('verified'), 'public'],
    ['partly-released', true, [['website', 'refused']], 'staged'],
    ['released', true, [...both('verified'), ['website', 'unknown']], 'public'], // of two instances one got no answer
    ['outcome-unknown', true, [...both('live'), ['website', 'unknown']], 'staged'],
    ['withdrawing', true, both('verified'), 'withdrawn'],
    ['withdrawn', true, both('withdrawn'), 'withdrawn'],
    ['withdrawn', false, both('ready'), 'absent'],
    ['rolled-back', true, both('ready'), 'absent'],
  ];
  test.each(lives)(
    '%s (committed %s): readers of the website should get it %3$s',
    (state, committed, receipts, expected) => {
      expect(expectedOn(rowsIn(state, { committed, receipts }), 'website')).toBe(expected);
    },
  );

  const table: [ReturnType<typeof expectedOn>, ChannelInspection['state'], string | null, string | null][] = [
    ['public', 'public', null, null],
    ['public', 'absent', 'not-public', 're-present'],
    ['public', 'withdrawn', 'not-public', 're-present'],
    ['withdrawn', 'public', 'still-public', 'withdraw-again'],
    ['withdrawn', 'withdrawn', null, null],
    ['withdrawn', 'absent', null, null],
    ['staged', 'public', 'leaked', null],
    ['absent', 'public', 'leaked', null],
    ['staged', 'staged', null, null],
    ['staged', 'absent', null, null],
    ['public', 'unknown', 'unanswered', null],
  ];
  test.each(table)('expected %s, found %s: %s', (expected, state, kind, repair) => {
    const rows = rowsIn('released', { committed: true });
    const drift = channelDrift(aboutOf(rows), 'website', expected, found(rows, state), undefined);
    expect(drift && { kind: drift.kind, repair: drift.repair }).toEqual(kind && { kind, repair });
  });

  test('a mail that nobody finds is reported, and not sent again', () => {
    const rows = rowsIn('released', { committed: true });
    const drift = channelDrift(aboutOf(rows), 'press-pack', 'public', found(rows, 'absent'), undefined);
    expect(drift).toMatchObject({ repair: null });
  });

  test('what is released, and shown by a channel that refused it or could not tell, is no leak', () => {
    const told = (state: ChannelReceipt['state'], detail: ChannelInspection['detail']) => {
      const rows = rowsIn('partly-released', { committed: true, receipts: [['website', state]] });
      const answer = { ...found(rows, 'public'), detail };
      const expected = expectedOn(rows, 'website');
      return channelDrift(aboutOf(rows), 'website', expected, answer, wordOn(rows, 'website'))?.kind;
    };
    expect(told('refused', null)).toBe('altered');
    expect(told('unknown', null)).toBe('altered');
    expect(told('ready', null)).toBe('leaked');
    // It has said so itself: some of its readers have it. That keeps no release from going out after a restore.
    expect(told('refused', { zh: '部分送达', en: 'in part' })).toBeUndefined();
  });

  test('a workflow that is gone, has another revision, or a signature that the rows lack, gives way to the rows', () => {
    const rows = rowsIn('armed', { receipts: both('ready') });
    const status = statusNow(rows);
    expect(drift(rows, status)).toBeNull();
    expect(drift(rows, null)).toMatchObject({ kind: 'workflow-lost', repair: 'rebuild' });
    expect(drift(rows, { ...status, revision: 3 })).toMatchObject({ kind: 'workflow-differs' });
    const unsigned = { ...rows, decisions: rows.decisions.slice(1) };
    expect(drift(unsigned, status)?.message.en).toContain('political');
    expect(drift({ ...rows, release: null }, { ...status, state: 'prepared', committedAt: at })).not.toBeNull();
    expect(drift(rowsIn('withdrawn'), null)).toBeNull();
  });

  const byReleaseId = ReleaseId.parse(randomUUID());
  const abolished = { act: 'abolish' as const, on: '2026-11-24', byBundleId: newBundleId(), byReleaseId };
  const setBack: [string, BundleRows, (status: BoardStatus) => Partial<BoardStatus>, string][] = [
    [
      'it was armed after the backup',
      { ...rowsIn('prepared', { receipts: both('ready') }), plan: null },
      () => ({ state: 'armed', plan: { t0: at, policy: 'publish-rest' } }),
      'state: [armed] in the workflow, [prepared] in the rows',
    ],
    [
      'it was given another instant after the backup',
      rowsIn('armed', { receipts: both('ready') }),
      () => ({ plan: { t0: '2026-11-25T01:00:00.000Z', policy: 'publish-rest' } }),
      `instant: [2026-11-25T01:00:00.000Z] in the workflow, [${at}] in the rows`,
    ],
    [
      'its status moved after the backup',
      { ...rowsIn('released', { committed: true, receipts: both('verified') }), validity: 'in-force' },
      () => ({ validity: 'expired' }),
      'validity: [expired] in the workflow, [in-force] in the rows',
    ],
    [
      'a later bundle acted on it after the backup',
      rowsIn('released', { committed: true, receipts: both('verified') }),
      () => ({ amendments: [abolished] }),
      `acts of later bundles: [abolish by ${byReleaseId}] in the workflow, [] in the rows`,
    ],
  ];
  test.each(setBack)('after a restore the workflow gives way to the rows: %s', (_, rows, changes, difference) => {
    const status = statusNow(rows);
    const ahead = { ...status, ...changes(status) };
    expect(drift(rows, status)).toBeNull();
    expect(drift(rows, ahead)).toMatchObject({
      ...{ kind: 'workflow-differs', repair: 'rebuild', message: { en: difference } },
    });
    expect(drift(rows, ahead, false)).toBeNull(); // it is on its way to the rows
  });

  test('a receipt that came as the workflow began anew, and was told to nobody, reaches it', () => {
    const rows = rowsIn('verifying', { committed: true, receipts: both('verified') });
    const status = statusNow(rows);
    const unheard = status.channels.map((each) => ({ ...each, state: 'live' as const }));
    expect(drift(rows, status, false)).toBeNull();
    expect(drift(rows, { ...status, channels: unheard }, false)?.message.en).toBe(
      'channel website: [live] in the workflow, [verified] in the rows; channel wechat: [live] in the workflow, [verified] in the rows',
    );
  });

  test('what is under way differs from nothing: a commit, a new try of a channel, and what is done once more', () => {
    const armed = rowsIn('armed', { committed: true, receipts: both('ready') });
    expect(drift(armed, { ...statusNow(armed), state: 'armed', committedAt: null })).toBeNull();
    const partly = rowsIn('partly-released', { committed: true, receipts: both('refused') });
    const status = statusNow(partly);
    const again = status.channels.map((each) => ({ ...each, state: 'none' as const, attempt: 2 }));
    expect(drift(partly, { ...status, channels: again })).toBeNull();
    const preparing = rowsIn('preparing');
    expect(drift(preparing, { ...statusNow(preparing), state: 'preparing' })).toBeNull();
    expect(statusNow(preparing).state).toBe('cleared');
  });

  test('the log knows what a restored database has lost, the staging too', () => {
    const rows = rowsIn('armed');
    const orders = readOrders();
    const releaseId = rows.staging?.releaseId as ReleaseId;
    const seal = rows.revision?.seal;
    const event = (type: string, data: object) =>
      orders.add({ type, subject: rows.bundleId, data: { releaseId, ...data } } as never);
    const drift = (now: BundleRows | null) => logDrift(orders.all()[0] as never, now);
    event('release.prepare.v1', { seal, channels: [{ channel: 'website', objects: [] }] });
    expect(drift(rows)).toBeNull(); // nothing went out
    event('release.go.v1', { seal, committedAt: at, key: 'AAAA', group: [] });
    expect(orders.all()[0]).toMatchObject({ key: 'AAAA', channels: [{ channel: 'website' }] });
    expect(drift(rows)).toMatchObject({ kind: 'log-ahead', repair: 'adopt' });
    expect(drift({ ...rows, staging: null })).toMatchObject({ kind: 'log-ahead', repair: 'adopt' });
    expect(drift(null)).toMatchObject({ kind: 'log-ahead', repair: null });
    expect(drift(rowsIn('armed'))).toMatchObject({ repair: null }); // the revision itself is lost
    const adopted = {
      ...rows,
      ...rowsIn('verifying', { committed: true }),
      ...{ revision: rows.revision, revisions: rows.revisions },
      releaseIds: [releaseId],
    };
    expect(drift(adopted)).toBeNull();
    event('release.withdrawn.v1', { reason: '依据变化' });
    expect(drift(adopted)).toMatchObject({ repair: 'adopt' });
    expect(drift({ ...adopted, last: { state: 'withdrawn', actorId: 'x', detail: null } })).toBeNull();
  });
});

test('receipts that a restore has lost are taken from the log, once, and only of releases that the rows know', () => {
  const rows = rowsIn('verifying', { committed: true, receipts: both('ready') });
  const releaseId = rows.staging?.releaseId as ReleaseId;
  const told = [...both('ready'), ...both('verified')].map(([channel, state]) => ({
    ...{ id: randomUUID(), type: 'channel.receipt.v1', data: receipt(rows.bundleId, releaseId, channel, state) },
  })) as LoggedReceipt[];
  const foreign = { ...told[3], data: { ...told[3]?.data, releaseId: ReleaseId.parse(randomUUID()) } } as LoggedReceipt;
  const lost = lostReceipts([...told, foreign], rows);
  expect(lost).toEqual(told.slice(2));
  const mended = { ...rows, receipts: [...rows.receipts, ...lost.map(({ data }) => data)] };
  expect([expectedOn(rows, 'website'), expectedOn(mended, 'website')]).toEqual(['staged', 'public']);
  expect(lostReceipts([...told, foreign], mended)).toEqual([]);
});

describe('what a 公告 does to another bundle, whose workflow was lost as it was told', () => {
  const target = rowsIn('released', { committed: true });
  const rows = rowsIn('released', { committed: true, receipts: [['website', 'verified']] });
  const content = rows.revision?.content;
  if (!rows.revision || !rows.release || !content) throw new Error('no release');
  const acts = [{ act: 'abolish' as const, bundleId: target.bundleId, on: '2026-11-24', reason: '已有新规定' }];
  const acting: BundleRows = {
    ...rows,
    revision: { ...rows.revision, content: { ...content, manifest: { ...content.manifest, acts } } },
  };
  const byReleaseId = rows.release.releaseId;
  const heard = { act: 'abolish' as const, on: '2026-11-24', byBundleId: rows.bundleId, byReleaseId };
  const owedTo = (of: Partial<BundleRows>, by: Partial<BundleRows> = {}) =>
    owedAct({ ...acting, ...by }, new Map([[target.bundleId, { ...target, ...of }]]));

  test('is told once more by its workflow, begun anew', () => {
    expect(owedTo({})).toMatchObject({ bundleId: rows.bundleId, kind: 'workflow-differs', repair: 'rebuild' });
  });

  test('is told once more while other channels of the 公告 are still on their way: it acts with the first', () => {
    expect(owedTo({}, { last: { state: 'verifying', actorId: 'system', detail: null } })).not.toBeNull();
  });

  test('is not told again where it was heard, before it is public itself, nor of what was taken back', () => {
    expect(owedTo({ amendments: [heard] })).toBeNull();
    expect(owedTo({}, { receipts: [] })).toBeNull();
    expect(owedTo({}, { last: { state: 'releasing', actorId: 'system', detail: null } })).toBeNull();
    expect(owedTo({ last: { state: 'withdrawn', actorId: 'system', detail: null } })).toBeNull();
    expect(owedTo({ release: null })).toBeNull();
  });
});
