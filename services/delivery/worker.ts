import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { AnsweringActivities, DeliveryActivities } from '../../activities/delivery/types.ts';
import { withHeartbeats } from '../../infra/temporal/heartbeat.ts';
import { notTwiceAtOnce } from './under-way.ts';

/**
 * Steps that run at once, each on an account of its own: a step is mostly waiting for the provider, and what it holds of
 * a post may be some megabytes.
 */
const STEPS_AT_ONCE = 32;

/**
 * A task lasts as long as the steps that are tried within it. So many deliveries are under way together: at a T0 of many
 * bundles all begin before the first is read back, and those that wait for a slow provider leave room for others.
 */
const TASKS_AT_ONCE = 400;

type Options = {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  workflowBundle: WorkflowBundleOption;
  activities: DeliveryActivities & AnsweringActivities;
};

/** What runs the delivery workflows of a channel, and its steps. */
export const createDeliveryWorker = ({ activities, ...options }: Options): Promise<Worker> =>
  Worker.create({
    ...options,
    activities: withHeartbeats(notTwiceAtOnce(activities)),
    maxConcurrentActivityTaskExecutions: STEPS_AT_ONCE,
    maxConcurrentLocalActivityExecutions: STEPS_AT_ONCE,
    maxConcurrentWorkflowTaskExecutions: TASKS_AT_ONCE,
    shutdownGraceTime: '10 seconds',
  });
