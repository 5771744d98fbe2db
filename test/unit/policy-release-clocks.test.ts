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
