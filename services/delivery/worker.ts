import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { AnsweringActivities, DeliveryActivities } from '../../activities/delivery/types.ts';
import { withHeartbeats } from '../../infra/temporal/heartbeat.ts';

/**
 * Steps that run at once, each on an account of its own: a step is mostly waiting for the provider, and what it holds of
 * a post may be some megabytes.
 */
const STEPS_AT_ONCE = 32;

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
    activities: withHeartbeats(activities),
    maxConcurrentActivityTaskExecutions: STEPS_AT_ONCE,
    shutdownGraceTime: '10 seconds',
  });
