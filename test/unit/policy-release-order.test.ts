import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Transition } from '../../activities/releases/types.ts';
import { isPermanent } from '../../schemas/failures.ts';
import type { BoardStatus, ReleaseId } from '../../schemas/release.ts';
import { applyReceipt, type Board, enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import * as rules from '../../workflows/policy-release/rules.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import { fourGates, newBundleId, receipt, recordingActivities, submission } from '../support/release-fixture.ts';
import { begin, pass, pause, query, signal, update } from '../support/workflow-runtime.ts';

vi.mock('@temporalio/workflow', () => import('../support/workflow-runtime.ts'));

// What the simulation once found, each by the rule that it broke.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const intervention = { reason: '依据变化', actorId: 'leader' };
const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** A bundle that is prepared: signed by all, and ready on its channels. */
async function prepared(overrides: Parameters<typeof recordingActivities>[0] = {}) {
  const bundleId = newBundleId();
  const { activities, calls, releaseId } = recordingActivities(overrides);
  const first = submission({ channels: [{ channel: 'website', wave: 1 }] });
  await begin(() => policyRelease({ bundleId, lateWindowMs: 600_000 }), activities);
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
  const arm = (seconds: number) =>
    update(messages.arm, { seal: first.seal, t0: at(seconds), leaderId: 'leader', group: null });
  return { calls, status, arm, report };
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
    expect(boardWith('live', 'verified', 'unknown')).toBe('verified');
    expect(boardWith('live', 'unknown', 'verified')).toBe('verified');
    expect(boardWith('live', 'withdrawn', 'unknown')).toBe('withdrawn');
  });
});
