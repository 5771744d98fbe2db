import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BoardStatus } from '../../../schemas/release.ts';
import { type Board, enterReview, openBoard } from '../../../workflows/policy-release/board.ts';
import { readStatus } from '../../../workflows/policy-release/messages.ts';
import { policyRelease } from '../../../workflows/policy-release/workflow.ts';
import { newBundleId, recordingActivities, submission } from '../../support/release-fixture.ts';
import { begin, pass, query } from '../../support/workflow-runtime.ts';

vi.mock('@temporalio/workflow', () => import('../../support/workflow-runtime.ts'));

const committedAt = '2026-11-01T01:00:00.000Z';
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

/** Released, and begun anew from rows that a restore has set back to when it was in force. */
async function begunAnew(more: Parameters<typeof submission>[0], amendments: Board['amendments'] = []) {
  const bundleId = newBundleId();
  const { activities, calls, releaseId } = recordingActivities();
  const board = openBoard(bundleId);
  enterReview(board, submission(more), committedAt);
  Object.assign(board, { state: 'released', releaseId, committedAt, amendments, validity: 'in-force' });
  for (const channel of board.channels) channel.state = 'verified';
  const restored = { board, transitions: 9 };
  await begin(() => policyRelease({ bundleId, lateWindowMs: 600_000, restored }), activities);
  await pass(1_000);
  const told = calls.filter((call) => call.startsWith('validity'));
  return { told, status: query<BoardStatus>(readStatus) };
}

test.each([
  ['expiring', { effectiveUntil: '2026-11-30', expiringDays: 30 }],
  ['expired', { effectiveUntil: '2026-11-23' }],
])('what moved by date since the backup has its row again, and every channel is told: %s', async (validity, more) => {
  const { told, status } = await begunAnew(more);
  expect(told).toEqual(['validity', `validity ${validity}`]); // the row once they were told
  expect(status.validity).toBe(validity);
});

test('so does what a later bundle did, which the log gave back', async () => {
  const by = { byBundleId: newBundleId(), byReleaseId: recordingActivities().releaseId };
  const { told } = await begunAnew({}, [{ act: 'abolish', on: '2026-11-20', ...by }]);
  expect(told).toEqual(['validity', 'validity abolished']);
});

test('what has not moved is told to nobody again', async () => {
  expect((await begunAnew({})).told).toEqual([]);
});
