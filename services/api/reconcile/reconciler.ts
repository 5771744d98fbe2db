import { randomUUID } from 'node:crypto';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { EventBus } from '../../../activities/ports/event-bus.ts';
import type { BundleRows, RepairStore } from '../../../activities/ports/repair-store.ts';
import { releaseEvent } from '../../../activities/releases/events.ts';
import type { Channel } from '../../../schemas/bundle.ts';
import type { ChannelsFile } from '../../../schemas/configuration.ts';
import { eventId } from '../../../schemas/event-id.ts';
import { type LockstepEvent, ReleaseEvent, Topic } from '../../../schemas/events.ts';
import type { Drift, ReconcileAnswer, ReconcileStarted } from '../../../schemas/reconcile.ts';
import type { Releases } from '../releases.ts';
import { boardFromRows } from './board-from-rows.ts';
import { channelDrift, expectedOn, workflowDrift } from './compare.ts';
import { type Logged, logDrift, readOrders } from './log-reading.ts';

export type ReconcilerDeps = {
  repairs: RepairStore;
  store: CoreStore;
  releases: Pick<Releases, 'running' | 'rebuild' | 'retryChannel'>;
  bus: Pick<EventBus, 'read'>;
  announce: (events: LockstepEvent[]) => Promise<void>;
  decode: (record: Parameters<Parameters<EventBus['read']>[0]['each']>[0]) => LockstepEvent;
  office: ChannelsFile;
};

/**
 * 核对: compares the rows with the log, with the workflows and with what readers of every channel really get. The rows win
 * over a workflow; the log wins over rows that were restored; what readers get is never changed but by an order of its
 * own, which notifies nobody anew.
 */
export function createReconciler({ repairs, store, releases, bus, announce, decode, office }: ReconcilerDeps) {
  async function allRows(): Promise<BundleRows[]> {
    const ids = await repairs.bundleIds();
    const rows: BundleRows[] = [];
    for (const id of ids) rows.push(await repairs.rows(id)); // one after another: it may be thousands, and nobody waits at T0
    return rows;
  }
  const channelsOf = ({ revision, staging }: BundleRows): Channel[] =>
    staging && revision ? revision.content.channels : [];

  async function ordersInLog(): Promise<Logged[]> {
    const orders = readOrders();
    await bus.read({
      topics: [Topic.releases],
      each: (record) => {
        const event = ReleaseEvent.safeParse(decode(record));
        if (event.success) orders.add(event.data);
      },
    });
    return orders.all();
  }

  /** Writes down what the log knows: the commit first, then how it ended. */
  async function adopt({ releaseId, committedAt, withdrawn, rolledBack }: Logged, rows: BundleRows): Promise<void> {
    if (!committedAt || !rows.revision || !(await repairs.adoptRelease(releaseId, committedAt))) return;
    const { bundleId, revision, seal } = rows.revision;
    const end = withdrawn ? ('withdrawn' as const) : rolledBack ? ('rolled-back' as const) : ('verifying' as const);
    const detail = `by the log: ${withdrawn ?? rolledBack ?? committedAt}`;
    await store.addTransition({
      bundleId,
      revision,
      seal,
      transition: rows.transitions,
      state: end,
      actorId: 'system',
      detail,
    });
  }

  async function inspect(inspectionId: string, all: BundleRows[]): Promise<number> {
    const events = all.flatMap((rows): LockstepEvent[] => {
      const [channels, releaseId] = [channelsOf(rows), rows.staging?.releaseId];
      if (channels.length === 0 || !releaseId) return [];
      return [
        {
          specversion: '1.0',
          id: eventId('release.inspect.v1', inspectionId, releaseId),
          source: '/lockstep/core',
          type: 'release.inspect.v1',
          subject: rows.bundleId,
          time: new Date().toISOString(),
          datacontenttype: 'application/json',
          data: { releaseId, inspectionId, channels },
        },
      ];
    });
    if (events.length > 0) await announce(events);
    return all.flatMap(channelsOf).length;
  }

  return {
    /** Compares what can be compared at once, mends it where asked to, and asks every channel to look at itself. */
    async start(repair: boolean): Promise<ReconcileStarted> {
      const drifts: Drift[] = [];
      const repaired: Drift[] = [];
      let all = await allRows();
      const byId = new Map(all.map((rows) => [rows.bundleId, rows]));
      for (const logged of await ordersInLog()) {
        const rows = byId.get(logged.bundleId) ?? null;
        const drift = logDrift(logged, rows);
        if (!drift) continue;
        if (!repair || !rows || drift.repair !== 'adopt') {
          drifts.push(drift);
          continue;
        }
        await adopt(logged, rows);
        byId.set(logged.bundleId, await repairs.rows(logged.bundleId)); // of one bundle there may be more to adopt
        repaired.push(drift);
      }
      all = [...byId.values()];
      for (const rows of all) {
        const drift = workflowDrift(rows, await releases.running(rows.bundleId));
        if (!drift) continue;
        const restored = boardFromRows(rows, office);
        if (repair && restored) await releases.rebuild(rows.bundleId, restored);
        (repair && restored ? repaired : drifts).push(drift);
      }
      const inspectionId = randomUUID();
      const asked = await inspect(inspectionId, all);
      return { inspectionId, bundles: all.length, asked, drifts, repaired };
    },

    /** What the channels have answered so far; with `actorId`, what can be mended is ordered in that operator's name. */
    async result(inspectionId: string, actorId: string | null): Promise<ReconcileAnswer> {
      const found = await repairs.inspections(inspectionId);
      const channels: ReconcileAnswer['channels'] = [];
      const drifts: Drift[] = [];
      const repaired: Drift[] = [];
      for (const rows of await allRows()) {
        const releaseId = rows.staging?.releaseId;
        if (!releaseId || !rows.last) continue;
        for (const channel of channelsOf(rows)) {
          const expected = expectedOn(rows, channel);
          const answer = found.find((each) => each.releaseId === releaseId && each.channel === channel);
          const about = { bundleId: rows.bundleId, releaseId, state: rows.last.state, channel, expected };
          channels.push({ ...about, found: answer?.state ?? null });
          const drift = channelDrift(rows, channel, expected, answer);
          if (!drift) continue;
          const mended = actorId !== null && drift.repair !== null && (await mend(rows, channel, drift, actorId));
          (mended ? repaired : drifts).push(drift);
        }
      }
      const answered = channels.filter((each) => each.found !== null).length;
      const restored = await repairs.restored();
      return {
        inspectionId,
        asked: channels.length,
        answered,
        drifts,
        repaired,
        channels,
        restored: restored && { restoredAt: restored.restoredAt, backupAt: restored.backupAt },
      };
    },

    clear: (personId: string) => repairs.clearRestored(personId),
  };

  async function mend(rows: BundleRows, channel: Channel, { repair }: Drift, actorId: string): Promise<boolean> {
    if (repair === 're-present') {
      await releases.retryChannel(rows.bundleId, { channel, actorId, lost: true });
      return true;
    }
    if (repair !== 'withdraw-again' || !rows.staging || !rows.revision) return false;
    // Its workflow may have ended: the order goes out as another try, so that the channel does not take it for an old one.
    const attempt = Math.max(1, ...rows.receipts.map((receipt) => receipt.attempt)) + 1;
    const order = { type: 'release.withdrawn.v1', reason: rows.last?.detail ?? '撤回', attempt } as const;
    const context = { staging: rows.staging, time: new Date().toISOString(), actsOn: [], group: [] };
    await announce([releaseEvent(rows.revision, rows.staging.releaseId, order, context)]);
    return true;
  }
}
export type Reconciler = ReturnType<typeof createReconciler>;
