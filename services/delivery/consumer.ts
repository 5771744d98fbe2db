import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import type { Logger } from '../../infra/logger.ts';
import { isTemporalAway } from '../../infra/temporal/client.ts';
import type { Channel } from '../../schemas/bundle.ts';
import type { LockstepEvent } from '../../schemas/events.ts';
import {
  deliveryId,
  type Inspection,
  inspectionWorkflowId,
  type Preparation,
  type Publication,
  type Rollback,
  type Withdrawal,
} from '../../workflows/delivery/messages.ts';

export type DeliveryConsumerDeps = {
  client: Pick<Client, 'workflow'>;
  channel: Channel;
  taskQueue: string;
  /** A thousand accounts are replayed in seconds, on a busy machine in more; with a few a lost task is noticed sooner. */
  manyAccounts?: boolean;
  log: Logger;
};

/**
 * Kafka to fan out, Temporal to do: an order becomes a workflow with a deterministic id, so that a redelivered event
 * finds the first. Nothing slow happens here.
 */
export function createDeliveryConsumer(deps: DeliveryConsumerDeps) {
  const { client, channel, taskQueue, manyAccounts = false, log } = deps;
  return async (event: LockstepEvent): Promise<void> => {
    try {
      await handle(event);
    } catch (error) {
      // The order stands while Temporal is away; a bug of ours is parked for a person instead.
      throw isTemporalAway(error)
        ? new TransientFailure(`Temporal does not take ${event.type}`, { cause: error })
        : error;
    }
  };

  async function handle(event: LockstepEvent): Promise<void> {
    switch (event.type) {
      case 'release.prepare.v1': {
        const staged = event.data.channels.find((candidate) => candidate.channel === channel);
        if (!staged) return;
        const { releaseId, seal, attempt, actsOn } = event.data;
        const order = { releaseId, bundleId: event.subject, channel, seal, objects: staged.objects, actsOn };
        return start<Preparation>('prepareOnChannel', deliveryId('prepare', order, attempt), { order, attempt });
      }
      case 'release.go.v1': {
        if (!event.data.channels.includes(channel)) return;
        const { attempt, key } = event.data;
        const ref = refOf(event);
        return start<Publication>('publishOnChannel', deliveryId('publish', ref, attempt), { ref, attempt, key });
      }
      case 'release.rolled-back.v1': {
        if (!concerns(event.data.channels)) return;
        const ref = refOf(event);
        return start<Rollback>('discardOnChannel', deliveryId('discard', ref), { ref });
      }
      case 'release.withdrawn.v1': {
        if (!concerns(event.data.channels)) return;
        const { attempt, reason } = event.data;
        const ref = refOf(event);
        return start<Withdrawal>('withdrawOnChannel', deliveryId('withdraw', ref, attempt), { ref, attempt, reason });
      }
      case 'release.inspect.v1': {
        if (!event.data.channels.includes(channel)) return;
        const { inspectionId } = event.data;
        const ref = refOf(event);
        return start<Inspection>('inspectOnChannel', inspectionWorkflowId(ref, inspectionId), { ref, inspectionId });
      }
      // What was delivered cannot be changed at the provider. The notice is the later bundle's own delivery.
      case 'release.amended.v1':
      case 'release.validity.v1':
      case 'bundle.transitioned.v1':
      case 'channel.receipt.v1':
      case 'channel.inspected.v1':
      case 'audit.checkpoint.v1':
        return;
      default:
        event satisfies never; // a new event type stops compiling here
    }
  }

  function refOf({ subject, data }: Extract<LockstepEvent, { type: `release.${string}` }>) {
    return { releaseId: data.releaseId, bundleId: subject, channel };
  }

  function concerns(channels: readonly Channel[]): boolean {
    return channels.length === 0 || channels.includes(channel);
  }

  async function start<I>(workflow: string, workflowId: string, input: I): Promise<void> {
    try {
      await client.workflow.start(workflow, {
        workflowId,
        taskQueue,
        args: [input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        ...(manyAccounts && { workflowTaskTimeout: '1 minute' as const }),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      log.info({ workflowId }, 'redelivered order: its workflow is there');
    }
  }
}
