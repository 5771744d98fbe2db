import { beforeEach, expect, test, vi } from 'vitest';
import type { ArmedPlan, Transition } from '../../activities/releases/types.ts';
import { FindingKey } from '../../schemas/finding.ts';
import { applyOverride, enterReview } from '../../workflows/policy-release/board.ts';
import { type Course, openCourse } from '../../workflows/policy-release/course.ts';
import { newBundleId, submission } from '../support/release-fixture.ts';
import { begin } from '../support/workflow-runtime.ts';

vi.mock('@temporalio/workflow', () => import('../support/workflow-runtime.ts'));

/** What was asked of the database, in order; each row is written once it is let go. */
let asked: { what: string; write: () => void }[];
let course: Course;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const written = <T>(what: string, answer: T) =>
  new Promise<T>((resolve) => asked.push({ what, write: () => resolve(answer) }));

beforeEach(async () => {
  asked = [];
  await begin(async () => {}, {
    recordTransition: ({ state, transition }: Transition) => written(state, transition),
    savePlan: (_: unknown, plan: ArmedPlan | null) => written(plan ? 'armed' : 'taken back', { committedAt: null }),
  });
  course = openCourse({ bundleId: newBundleId(), lateWindowMs: 600_000 });
  enterReview(course.board, submission(), '2026-11-24T00:00:00Z');
});
const askedFor = () => asked.map(({ what }) => what);

test('the row of a transition is begun when the one before it is there, so that numbers and rows have one order', async () => {
  const entered = [course.enter('cleared', 'system'), course.enter('preparing', 'system')];
  await turn();
  expect(askedFor()).toEqual(['cleared']);
  asked[0]?.write();
  await turn();
  expect(askedFor()).toEqual(['cleared', 'preparing']);
  asked[1]?.write();
  await Promise.all(entered);
  expect(course.unannounced.map(({ stored }) => stored?.transition)).toEqual([0, 1]);
});

test('a hold right after the arming is the last word of the row, however long the first write takes', async () => {
  const plan = { t0: '2026-11-24T01:00:00Z', policy: 'publish-rest' } as const;
  course.board.plan = plan;
  const saved = [course.savePlan({ ...plan, armedBy: 'leader', groupId: null }), course.savePlan(null)];
  await turn();
  expect(askedFor()).toEqual(['armed']);
  asked[0]?.write();
  await turn();
  expect(askedFor()).toEqual(['armed', 'taken back']);
  asked[1]?.write();
  await Promise.all(saved);
  expect(course.planStored).toBeNull();
});

// Both clicks were let in before the row of either was there.
test('a second click of one person is no second person: the error finding stands', () => {
  const { board } = course;
  const finding = FindingKey.parse('LAW-BASIS.00000001');
  const errors = [{ gate: 'legal', finding, overridable: true }];
  enterReview(board, submission({ obligations: { errors, warnings: [] } }), '2026-11-24T00:00:00Z');
  for (const _ of ['click', 'click']) applyOverride(board, finding, 'requested', 'first');
  expect(board.overrides).toEqual([{ finding, requestedBy: 'first', confirmedBy: null }]);
  expect(board.gates.find(({ gate }) => gate === 'legal')?.blockedBy).toEqual([finding]);
  applyOverride(board, finding, 'confirmed', 'second');
  expect(board.gates.find(({ gate }) => gate === 'legal')?.blockedBy).toEqual([]);
});
