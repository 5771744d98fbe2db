import { decodeEvent } from '../../infra/kafka/event-codec.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { createReconciler } from '../../services/api/reconcile/reconciler.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { lateWindowMs } from './drafters.ts';
import type { Office, OfficeBundle } from './office.ts';
import { officeFile } from './office-file.ts';

/** 核对: a workflow that is lost, and an operator who compares everything with the rows and has it mended. */
export function createReconciling({ world, random, bundles, statusOf, act, restless }: Office) {
  const { scheduler, temporal, bus, rows, told } = world;
  const lost = new Set<BundleId>();
  const rebuilt: BundleId[] = [];
  const idOf = messages.policyReleaseId;
  const bundleOf = (bundleId: BundleId) => bundles.find((bundle) => bundle.bundleId === bundleId) as OfficeBundle;

  const releases = {
    running: (bundleId: BundleId) => temporal.reach(() => statusOf(bundleOf(bundleId)) ?? null),
    end(bundleId: BundleId) {
      rebuilt.push(bundleId);
      lost.add(bundleId); // until it is begun anew, which may fail
      return temporal.reach(() => temporal.lose(idOf(bundleId)));
    },
    async rebuild(bundleId: BundleId, restored: messages.Restored) {
      const args = [{ bundleId, lateWindowMs, restored }];
      const begun = { workflowId: idOf(bundleId), taskQueue: taskQueues.core, args };
      await temporal.client.workflow.start('policyRelease', begun as never);
      lost.delete(bundleId);
      told(`operator: ${bundleId.slice(0, 8)} is rebuilt as ${restored.board.state} after ${restored.transitions}`);
    },
    report: (bundleId: BundleId, receipt: ChannelReceipt) =>
      temporal.client.workflow.getHandle(idOf(bundleId)).signal(messages.reportReceipt, receipt),
    async retryChannel(bundleId: BundleId, retry: messages.Retry) {
      await act(bundleOf(bundleId), messages.retryChannel, retry);
      return undefined as never; // nobody reads what it is afterwards
    },
  };
  const reconciler = createReconciler({
    ...{ repairs: rows.repairs, store: rows.store, releases, bus, announce: bus.publish },
    decode: decodeEvent,
    office: officeFile,
  });

  /** Looks, mends, and comes back for what the channels answered; where something is away it is tried again. */
  async function reconcile(): Promise<void> {
    try {
      const { inspectionId, drifts, repaired } = await reconciler.start(true);
      for (const bundleId of lost) {
        const last = await rows.store.lastState(bundleId);
        // It had come to its end, or was never accepted; or it was begun anew, and the answer was lost.
        if (last === 'withdrawn' || last === null || temporal.isOpen(idOf(bundleId))) lost.delete(bundleId);
      }
      const kinds = [...drifts, ...repaired].map(({ kind, bundleId }) => `${kind} ${bundleId.slice(0, 8)}`);
      told(`operator: reconciles, and finds ${kinds.join(', ') || 'nothing'}`);
      scheduler.after(
        random.between(2_000, 30_000),
        () => void reconciler.result(inspectionId, 'operator').catch(() => {}),
      );
    } catch (error) {
      told(`operator: reconcile fails: ${error}`);
    }
    if (lost.size > 0) scheduler.after(random.between(1_000, 20_000), () => void reconcile());
  }

  function lose(): void {
    const bundle = random.pick(bundles);
    if (!restless() || !statusOf(bundle) || !temporal.isOpen(idOf(bundle.bundleId))) return;
    told(`the workflow of ${bundle.bundleId.slice(0, 8)} is lost`);
    temporal.lose(idOf(bundle.bundleId));
    lost.add(bundle.bundleId);
    scheduler.after(random.between(100, 40_000), () => void reconcile());
  }
  if (random.chance(0.25)) scheduler.after(random.between(20_000, 200_000), lose);
  if (random.chance(0.1)) scheduler.after(random.between(20_000, 200_000), () => void reconcile());

  /** The result of a look that every channel has answered. */
  async function answered(inspectionId: string) {
    let result = await reconciler.result(inspectionId, null);
    while (result.answered < result.asked) {
      await scheduler.pause(1_000);
      result = await reconciler.result(inspectionId, null);
    }
    return result;
  }

  /** After a restore: looks and mends until releases may go out again, or only people can do more. */
  let recovering = false;
  async function recover(): Promise<boolean> {
    recovering = true;
    for (let tries = 0; tries < 8; tries += 1) {
      try {
        const { inspectionId, drifts, repaired } = await reconciler.start(true);
        await answered(inspectionId);
        const result = await reconciler.result(inspectionId, 'operator');
        const found = [...drifts, ...repaired, ...result.drifts];
        const kinds = found.map(({ kind, bundleId, channel }) => `${kind} ${bundleId.slice(0, 8)} ${channel ?? ''}`);
        told(`operator: looks after the restore, and finds ${kinds.join(', ') || 'nothing'}`);
        const cleared = await reconciler.clear(inspectionId, 'operator').catch(() => 0); // refused where anything differs
        if (cleared > 0) return true;
      } catch (error) {
        told(`operator: looking after the restore fails: ${error}`);
      }
      await scheduler.pause(60_000);
    }
    return false;
  }

  /** Looks once more when all is over, and changes nothing: what is still not as the rows say. */
  async function differences(): Promise<string[]> {
    const { inspectionId, drifts } = await reconciler.start(false);
    const result = await answered(inspectionId);
    return [...drifts, ...result.drifts].map(({ kind, bundleId, channel }) => `${kind} ${bundleId} ${channel}`);
  }

  return {
    differences,
    recover,
    isLost: ({ bundleId }: OfficeBundle) => recovering || lost.has(bundleId),
    isOver: () => lost.size === 0,
    rebuilt,
  };
}
