import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { DeliveryOrder } from '../../activities/delivery/types.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import type { Logger } from '../../infra/logger.ts';
import { isTemporalAway } from '../../infra/temporal/client.ts';
import type { Channel } from '../../schemas/bundle.ts';
import type { LockstepEvent } from '../../schemas/events.ts';
import { deliveryId, discardDelivery, goDelivery, withdrawalId } from '../../workflows/delivery/messages.ts';

export type DeliveryConsumerDeps = {
  client: Pick<Client, 'workflow'>;
  channel: Channel;
  account: string;
  taskQueue: string;
  log: Logger;
};

/**
 * Kafka to fan out, Temporal to do: an order becomes a delivery workflow with a deterministic id, so that a
 * redelivered event finds the first. Nothing slow happens here.
 */
export function createDeliveryConsumer({ client, channel, account, taskQueue, log }: DeliveryConsumerDeps) {
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
        const { releaseId, seal } = event.data;
        return start<DeliveryOrder>('channelDelivery', deliveryId({ releaseId, channel, account }), {
          releaseId,
          bundleId: event.subject,
          seal,
          channel,
          account,
          objects: staged.objects,
        });
      }
      case 'release.go.v1':
        if (!event.data.channels.includes(channel)) return;
        return signal(event.data.releaseId, (handle) => handle.signal(goDelivery, event.data.key));
      case 'release.rolled-back.v1':
        return signal(event.data.releaseId, (handle) => handle.signal(discardDelivery));
      case 'release.withdrawn.v1': {
        const order = { releaseId: event.data.releaseId, bundleId: event.subject, channel, account };
        // A delivery that was never told to go would wait for ever; one that went has ended or ignores this.
        await signal(order.releaseId, (handle) => handle.signal(discardDelivery));
        return start('channelWithdrawal', withdrawalId(order), { order, reason: event.data.reason });
      }
      case 'bundle.transitioned.v1':
      case 'channel.receipt.v1':
      case 'audit.checkpoint.v1':
        return;
      default:
        event satisfies never; // a new event type stops compiling here
    }
  }

  async function start<I>(workflow: string, workflowId: string, input: I): Promise<void> {
    try {
      const options = { workflowId, taskQueue, args: [input], workflowIdReusePolicy: 'REJECT_DUPLICATE' } as const;
      await client.workflow.start(workflow, { ...options, args: [input] });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      log.info({ workflowId }, 'redelivered order: the delivery is there');
    }
  }

  type Handle = ReturnType<Client['workflow']['getHandle']>;
  async function signal(releaseId: DeliveryOrder['releaseId'], send: (handle: Handle) => Promise<void>): Promise<void> {
    const workflowId = deliveryId({ releaseId, channel, account });
    try {
      await send(client.workflow.getHandle(workflowId));
    } catch (error) {
      // It has ended (delivered, refused), or this channel never prepared the release: there is nothing to tell it.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      log.info({ workflowId }, 'no delivery is running for this order');
    }
  }
}
