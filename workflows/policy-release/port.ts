import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../../activities/releases/types.ts';

// What the workflow calls, by the way in which it runs. Nothing gives up but by a permanent failure.
const retry = { initialInterval: '200 milliseconds', maximumInterval: '30 seconds' } as const;

type Long = 'stageRelease' | 'announceRelease' | 'announceTransitions';
/** What takes a while: a long document, an outage of Kafka. A worker that died is noticed by its silence. */
export const activities = proxyActivities<Pick<ReleaseActivities, Long>>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '15 seconds',
  retry,
});

/** One transaction of a few statements; where nobody gets a connection that is an error after 5 s. */
const startToCloseTimeout = '6 seconds';

type Decided = 'recordTransition' | 'savePlan';
/**
 * Rows by which the rest goes: that a person moved the bundle on, the plan that a commit goes by, and that nothing is rolled
 * back any more (`verifying`), from which on others may act on the release. They are written once Temporal keeps what they
 * rest on: an Update may be lost with its task, a refusal may come before it is done anew, and then no row must say that it
 * happened.
 */
export const decided = proxyActivities<Pick<ReleaseActivities, Decided>>({ startToCloseTimeout, retry });

/**
 * All other rows, as part of the workflow task: no task and no events of their own. The row is there before Temporal knows of
 * it; where the task is lost it is done anew, and finds the row, or writes the next one behind it.
 */
export const rows = proxyLocalActivities<Omit<ReleaseActivities, Long | 'savePlan' | 'commitRelease'>>({
  startToCloseTimeout,
  localRetryThreshold: '100 milliseconds', // below every interval: a retry is a timer, and the task ends meanwhile
  retry,
});

/**
 * Tells of rows that are there, while Kafka answers at once; in an outage that is a failure after one short try, and the
 * regular activity goes on trying. Orders to channels never go this way: a task that was lost must have ordered nothing.
 */
export const atOnce = proxyLocalActivities<Pick<ReleaseActivities, 'announceTransitions'>>({
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
});

/**
 * It waits for T0 itself, so that no task of Temporal stands between the instant and the row; a lost worker is noticed within
 * seconds. After `withinMs` Temporal hands it out no more: a database or workers that come back later commit nothing.
 */
export const commitWithin = (withinMs: number) =>
  proxyActivities<Pick<ReleaseActivities, 'commitRelease'>>({
    scheduleToCloseTimeout: withinMs,
    startToCloseTimeout: '1 minute', // the wait, the commit, and what Kafka may take
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '100 milliseconds', maximumInterval: '2 seconds' },
  }).commitRelease;
