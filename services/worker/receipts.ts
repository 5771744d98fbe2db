import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import type { RepairStore } from '../../activities/ports/repair-store.ts';
import { isDatabaseDown } from '../../infra/postgres/client.ts';
import { isTemporalAway } from '../../infra/temporal/client.ts';
import type { LockstepEvent } from '../../schemas/events.ts';
import { policyReleaseId, reportReceipt } from '../../workflows/policy-release/messages.ts';

type Deps = {
  store: Pick<CoreStore, 'addReceipt'>;
  inspections: Pick<RepairStore, 'addInspection'>;
  client: Pick<Client, 'workflow'>;
};

/** Receipts come home: the row first, then the workflow is told. Both expect to be told twice. */
export const createReceiptConsumer =
  ({ store, inspections, client }: Deps) =>
  async (event: LockstepEvent): Promise<void> => {
    if (event.type !== 'channel.receipt.v1' && event.type !== 'channel.inspected.v1') return;
    try {
      if (event.type === 'channel.inspected.v1') return await inspections.addInspection(event.id, event.data);
      await store.addReceipt(event.id, event.data);
      await client.workflow.getHandle(policyReleaseId(event.subject)).signal(reportReceipt, event.data);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return; // withdrawn and closed; the row keeps the evidence
      // Not every lost connection bears a code; one that is parked as a bug of ours would leave its bundle behind.
      const waits = isTemporalAway(error) || isDatabaseDown(error);
      throw waits ? new TransientFailure('A receipt cannot be taken home yet', { cause: error }) : error;
    }
  };
