import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Transition } from '../../activities/releases/types.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { type BoardStatus, GroupId, type ReleaseGroup, type ReleaseId } from '../../schemas/release.ts';
import { applyReceipt, type Board, enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import * as rules from '../../workflows/policy-release/rules.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import {
  digest,
  fourGates,
  newBundleId,
  receipt,
  recordingActivities,
  submission,
} from '../support/release-fixture.ts';
import { begin, pass, pause, query, signal, update } from '../support/workflow-runtime.ts';

vi.mock('@temporalio/workflow', () => import('../support/workflow-runtime.ts'));

// What the simulation once found, each by the rule that it broke.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const intervention = { reason: '依据变化', actorId: 'leader' };
const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

type Overrides = Parameters<typeof recordingActivities>[0];
/** A bundle that is prepared: signed by all, and ready on its channels. */
async function prepared(
  overrides: Overrides = {},
  signalOther?: (...said: [string, string, messages.PeerReport]) => Promise<void>,
) {
  const bundleId = newBundleId();
  const { activities, calls, releaseId } = recordingActivities(overrides);
  const first = submission({ channels: [{ channel: 'website', wave: 1 }] });
  await begin(() => policyRelease({ bundleId, lateWindowMs: 600_000 }), { ...activities, signalOther });
  await update(messages.submit, first);
  for (const { id: gate } of fourGates)
    await update(messages.signGate, { decision: 'signed', gate, seal: first.seal, reviewerId: `${gate}-reviewer` });
  await pass(5_000);
  const report = (state: 'ready' | 'live' | 'verified') =>
    signal(messages.reportReceipt, receipt(bundleId, releaseId, 'website', state));
  await report('ready');
  await pass(5_000);
  const status = () => query<BoardStatus>(messages.readStatus);
  expect(status().state).toBe('prepared');
  const arm = (seconds: number, group: ReleaseGroup | null = null) =>
    update(messages.arm, { seal: first.seal, t0: at(seconds), leaderId: 'leader', group });
  return { bundleId, calls, status, arm, report };
}

describe('撤回 is the last word', () => {
  const board: Board = { ...openBoard(newBundleId()), state: 'prepared' };
  enterReview(board, submission(), at(0));
  board.withdrawal = intervention;
  for (const gate of board.gates) gate.state = 'signed';
  for (const channel of board.channels) channel.state = 'ready';
  const in_ = (state: Board['state']): Board => ({ ...board, state });
  const seal = submission().seal;

  test.each<[string, () => void]>([
    ['a new revision', () => rules.assertMaySubmit(in_('in-review'), submission({ revision: 2 }))],
    [
      'arming',
      () => rules.assertMayArm(in_('prepared'), { seal, t0: at(60), leaderId: 'leader', group: null }, Date.now()),
    ],
    ['holding', () => rules.assertMayHold(in_('armed'))],
    ['resuming', () => rules.assertMayResume(in_('held'), at(60), Date.now())],
    ['another withdrawal', () => rules.assertMayWithdraw(in_('prepared'))],
  ])('%s is refused while it is carried out', (_, act) => {
    expect(act).toThrow(expect.toSatisfy((error) => isPermanent(error, 'WrongPhase')));
  });

  test('no channel tries again meanwhile: a late prepare would follow the roll-back', () => {
    const refused = in_('preparing');
    refused.channels = refused.channels.map((channel) => ({ ...channel, state: 'refused' }));
    const retry = () => rules.assertMayRetry(refused, { channel: 'website', actorId: 'operator' });
    expect(retry).toThrow(expect.toSatisfy((error) => isPermanent(error, 'WrongPhase')));
    refused.withdrawal = null;
    expect(retry).not.toThrow();
  });

  test('a hold that came first finds out whether the row is there; then the bundle is withdrawn, and never held', async () => {
    const { status, arm, calls } = await prepared({
      async savePlan(_, plan) {
        if (!plan) await pause(3_000); // the database is slow
        return { committedAt: null };
      },
    });
    await arm(3600);
    await update(messages.hold, intervention);
    await update(messages.withdraw, intervention);
    expect(status().state).toBe('committing');
    await pass(20_000);
    expect(status().state).toBe('withdrawn');
    expect(calls.filter((call) => call.startsWith('rolled-back'))).toHaveLength(1);
  });
});

describe('announcements', () => {
  test('follow their rows, and keep their order where a row takes long', async () => {
    const told: number[] = [];
    const written: number[] = [];
    await prepared({
      async recordTransition({ transition, revision }) {
        if (revision === 2) await pause(5_000);
        written.push(revision);
        return transition;
      },
      async announceTransitions(transitions: readonly Transition[]) {
        for (const { revision } of transitions) expect(written).toContain(revision);
        told.push(...transitions.map(({ revision }) => revision));
      },
    });
    await update(messages.submit, submission({ revision: 2 }));
    await update(messages.submit, submission({ revision: 3 }));
    await pass(60_000);
    expect(written.slice(-2)).toEqual([2, 3]);
    expect(told).toEqual(written);
  });
});

describe('同批: a member that is begun anew', () => {
  test('asks, and is told what the one before it was told; an answer asks nothing, or both would answer for ever', async () => {
    const answers: messages.PeerReport[] = [];
    const { bundleId, status, arm, report } = await prepared({}, async (_, __, said) => void answers.push(said));
    const [groupId, other] = [GroupId.parse(randomUUID()), newBundleId()];
    await arm(30, { groupId, members: [bundleId, other] });
    await pass(60_000);
    await report('live');
    await report('verified');
    const said = (asks: boolean) => signal(messages.reportPeer, { groupId, bundleId: other, whole: true, asks });
    const own = { groupId, bundleId, whole: true, asks: false };
    expect(answers).toEqual([own]);
    await said(true); // it waits for that: what it said itself it says again to whoever was not there
    expect(status().state).toBe('released');
    expect(answers).toEqual([own, own]);
    await said(true);
    expect(answers).toEqual([own, own, own]);
    await said(false);
    expect(answers).toHaveLength(3);
    // Of a group that it has left without having gone out whole with it: the one that asks must not wait for ever.
    const left = GroupId.parse(randomUUID());
    await signal(messages.reportPeer, { groupId: left, bundleId: other, whole: true, asks: true });
    expect(answers.slice(3)).toEqual([{ groupId: left, bundleId, whole: false, asks: false }]);
  });
});

describe('a doubt', () => {
  const boardWith = (...states: ('live' | 'verified' | 'withdrawn' | 'unknown')[]) => {
    const board = openBoard(newBundleId());
    enterReview(board, submission(), at(0));
    board.releaseId = 'r' as ReleaseId;
    for (const state of states) applyReceipt(board, receipt(board.bundleId, board.releaseId, 'website', state));
    return board.channels.find(({ channel }) => channel === 'website')?.state;
  };
  test('says nothing against what was read back or taken down: of two instances that look at once, one may get no answer', () => {
    expect(boardWith('live', 'unknown')).toBe('unknown');
    expect(boardWith('live', 'unknown', 'live'), 'delivered again').toBe('unknown');
    expect(boardWith('live', 'verified', 'unknown')).toBe('verified');
    expect(boardWith('live', 'unknown', 'verified')).toBe('verified');
    expect(boardWith('live', 'withdrawn', 'unknown')).toBe('withdrawn');
  });
});

test('a revision that comes while the channels are told to prepare the one before goes through its own gates', async () => {
  const bundleId = newBundleId();
  const { activities, calls } = recordingActivities({ announceRelease: async () => void (await pause(10_000)) });
  const first = submission({ channels: [{ channel: 'website', wave: 1 }] });
  await begin(() => policyRelease({ bundleId, lateWindowMs: 600_000 }), activities);
  const signAll = async (seal: typeof first.seal) => {
    for (const { id: gate } of fourGates)
      await update(messages.signGate, { decision: 'signed', gate, seal, reviewerId: `${gate}-reviewer` });
  };
  await update(messages.submit, first);
  await signAll(first.seal);
  await pass(1_000);
  expect(query<BoardStatus>(messages.readStatus).state).toBe('preparing');
  const second = submission({ ...first, revision: 2, seal: digest('second') });
  await update(messages.submit, second);
  await pass(60_000);
  await signAll(second.seal);
  await pass(1_000);
  expect(query<BoardStatus>(messages.readStatus)).toMatchObject({ revision: 2, state: 'preparing' });
  expect(calls.filter((call) => call === '→ cleared')).toHaveLength(2);
});
