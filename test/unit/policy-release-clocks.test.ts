import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as messages from '../../workflows/policy-release/messages.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import { fourGates, newBundleId, recordingActivities, submission } from '../support/release-fixture.ts';
import { begin, pass, update } from '../support/workflow-runtime.ts';

vi.mock('@temporalio/workflow', () => import('../support/workflow-runtime.ts'));

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T00:00:00Z') }));
afterEach(() => void vi.useRealTimers());

// A workflow that tells of one moment for ever would outlast the patience of every test that waits for it.
test('a gate that stays open is told of once at each moment of its clock, however long it stays so', async () => {
  const moments = ['gate-reminder', 'gate-overdue', 'gate-escalation'];
  const due = fourGates.flatMap(({ id }) => moments.map((moment) => `${moment} ${id}`)).sort();
  const told: string[] = [];
  const { activities } = recordingActivities({
    async notify(_, { kind, gate }) {
      told.push(`${kind} ${gate}`);
      if (told.length > due.length) throw new Error(`Told once more: ${kind} ${gate}`);
    },
  });
  const workflow = await begin(() => policyRelease({ bundleId: newBundleId(), lateWindowMs: 600_000 }), activities);
  await update(messages.submit, submission());
  await pass(60 * 24 * 3_600_000);
  expect(workflow.ended()).toBe(false);
  expect(told.sort()).toEqual(due);
});

test('a clock for which the year was missing from the calendar runs once the year is there', async () => {
  const problem = { zh: '工作日历没有 2027 年', en: 'the calendar lacks 2027' };
  let yearIsThere = false;
  const told: string[] = [];
  const { activities } = recordingActivities({
    async gateClocks(gates, submittedAt) {
      const dueAt = new Date(Date.parse(submittedAt) + 10 * 24 * 3_600_000).toISOString();
      const moments = yearIsThere ? { dueAt, problem: null } : { dueAt: null, problem };
      return gates.map(({ id: gate }) => ({ gate, remindAt: null, escalateAt: null, calendarVersion: 1, ...moments }));
    },
    async notify(_, { kind, gate }) {
      told.push(`${kind} ${gate}`);
    },
  });
  const workflow = await begin(() => policyRelease({ bundleId: newBundleId(), lateWindowMs: 600_000 }), activities);
  await update(messages.submit, submission());
  await pass(3 * 24 * 3_600_000);
  yearIsThere = true;
  await pass(10 * 24 * 3_600_000);
  expect(workflow.ended()).toBe(false);
  expect(told.sort()).toEqual(fourGates.map(({ id }) => `gate-overdue ${id}`).sort());
});
