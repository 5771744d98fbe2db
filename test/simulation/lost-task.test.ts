import { expect, test, vi } from 'vitest';
import type { Transition } from '../../activities/releases/types.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import { enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import { newBundleId, receipt, recordingActivities, submission } from '../support/release-fixture.ts';
import { inSimulatedTime } from './clock.ts';
import { createFaults } from './faults.ts';
import { createProcess } from './processes.ts';
import { createRandom } from './random.ts';
import { createScheduler } from './scheduler.ts';
import { createTemporal } from './temporal.ts';

vi.mock('@temporalio/workflow', () => import('./workflow-module.ts'));

/** Committed, and the website says that it is public; the worker falls at `when`, and the website takes its word back. */
const statesOf = (when: 'as the task is complete' | 'as the row is there'): Promise<ReleaseState[]> =>
  inSimulatedTime(async () => {
    const start = Date.parse('2026-11-24T01:00:00Z');
    const scheduler = createScheduler(start);
    const random = createRandom('lost task');
    const log = () => {};
    const calm = createFaults({ scheduler, random, calmAt: start, log });
    let falls = false;
    const fall = (): boolean => {
      if (!falls) return false;
      falls = false;
      scheduler.after(0, () => say('refused')); // from outside: it falls with nobody
      return true;
    };
    const faults = { ...calm, strikes: () => when === 'as the task is complete' && fall() };

    const bundleId = newBundleId();
    const written = new Map<number, ReleaseState>();
    const { activities, releaseId } = recordingActivities({
      async recordTransition({ transition, state }: Transition) {
        let number = transition;
        while ((written.get(number) ?? state) !== state) number += 1;
        written.set(number, state);
        if (when === 'as the row is there' && fall()) worker.crash(1_000);
        return number;
      },
    });
    const worker = createProcess('worker', scheduler, () => {});
    const temporal = createTemporal({
      ...{ scheduler, random, faults, clock: scheduler.now, log },
      workers: { office: { process: worker, activities: () => activities } },
      workflows: { policyRelease },
      broken: (what, error) => expect.unreachable(`${what}: ${error}`),
    });
    const id = messages.policyReleaseId(bundleId);
    const say = (state: 'verified' | 'refused') =>
      void temporal.client.workflow
        .getHandle(id)
        .signal(messages.reportReceipt, receipt(bundleId, releaseId, 'website', state));
    const pass = async (ms: number) => {
      let over = false;
      scheduler.after(ms, () => {
        over = true;
      });
      while (!over) await scheduler.step();
    };

    const board = openBoard(bundleId);
    enterReview(board, submission(), new Date(start).toISOString());
    Object.assign(board, { state: 'releasing', releaseId, committedAt: new Date(start).toISOString() });
    for (const channel of board.channels) channel.state = 'ready';
    const input: messages.PolicyReleaseInput = {
      ...{ bundleId, lateWindowMs: 60_000 },
      restored: { board, transitions: 7 },
    };
    void temporal.client.workflow.start('policyRelease', { workflowId: id, taskQueue: 'office', args: [input] });
    await pass(5_000);
    falls = true;
    say('verified');
    await pass(60_000);
    expect(falls).toBe(false);
    return [...written].sort(([a], [b]) => a - b).map(([, state]) => state);
  });

test('what others go by is in no row before Temporal keeps it: a task that is lost leaves no word of a release that it then takes back', async () => {
  expect(await statesOf('as the task is complete')).toEqual(['rolled-back']);
});

test('once it is in a row that a release is past its point of no return, it is not taken back, whoever falls', async () => {
  expect(await statesOf('as the row is there')).toEqual(['verifying', 'partly-released']);
});
