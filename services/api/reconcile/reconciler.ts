import { randomUUID } from 'node:crypto';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { EventBus, ReceivedRecord } from '../../../activities/ports/event-bus.ts';
import type { BundleRows, RepairStore } from '../../../activities/ports/repair-store.ts';
import { releaseEvent, transitionEvent } from '../../../activities/releases/events.ts';
import type { BundleId, Channel } from '../../../schemas/bundle.ts';
import type { ChannelsFile } from '../../../schemas/configuration.ts';
import { eventId } from '../../../schemas/event-id.ts';
import type { LockstepEvent } from '../../../schemas/events.ts';
import type { Drift, ReconcileAnswer, ReconcileStarted } from '../../../schemas/reconcile.ts';
import type { ReleaseId } from '../../../schemas/release.ts';
import type { Instant } from '../../../schemas/text.ts';
import { Refusal } from '../refusal.ts';
import type { Releases } from '../releases.ts';
import { createAdoption } from './adopt.ts';
import { boardFromRows } from './board-from-rows.ts';
import { channelDrift, expectedOn, hasMovedOn, movedOn, wordOn } from './compare.ts';
import { workflowDrift } from './compare-workflow.ts';
import { readLog } from './log.ts';
import { logDrift } from './log-reading.ts';
import { actDrifts, lostActs } from './lost-acts.ts';
import { lostReceipts, receiptDrift } from './lost-receipts.ts';
import { owedAct } from './owed-acts.ts';
import { untoldDrift, untoldEnd } from './untold-end.ts';

/** A release and the channels that were asked for it. `lost`: the rows know nothing of it. */
type Asked = { bundleId: BundleId; releaseId: ReleaseId; channels: Channel[]; lost: boolean };

export type ReconcilerDeps = {
  repairs: RepairStore;
  store: CoreStore;
  releases: Pick<Releases, 'running' | 'end' | 'rebuild' | 'report' | 'retryChannel'>;
  bus: Pick<EventBus, 'read'>;
  announce: (events: LockstepEvent[]) => Promise<void>;
  /** Throws `Poison` for what nobody signed who may say it. */
  decode: (record: ReceivedRecord) => LockstepEvent;
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
  const adopt = createAdoption({ repairs, store, takeOver });
  const log = readLog({ bus, decode });
  const channelsOf = ({ revision, staging }: BundleRows): Channel[] =>
    staging && revision ? revision.content.channels : [];

  /** Of a workflow that runs, rows of a moment ago say nothing: what differs has to differ once more. */
  async function differs(rows: BundleRows, restored: boolean): Promise<Drift | null> {
    const { bundleId } = rows;
    const look = async (now: BundleRows) =>
      workflowDrift(now, await releases.running(bundleId), boardFromRows(now, office)?.board ?? null, restored);
    return (await look(rows)) && look(await repairs.rows(bundleId));
  }

  /** As `differs`, of what a 公告 does to others. */
  async function owes(rows: BundleRows, all: ReadonlyMap<BundleId, BundleRows>): Promise<Drift | null> {
    if (!owedAct(rows, all)) return null;
    const targets = (rows.revision?.content.manifest.acts ?? []).map(({ bundleId }) => bundleId);
    const now = await Promise.all(targets.map((target) => repairs.rows(target)));
    return owedAct(await repairs.rows(rows.bundleId), new Map(now.map((each) => [each.bundleId, each])));
  }

  /** Ended first, so that it is missed where this goes no further: one that runs on could write nothing, and nobody would see it. */
  async function takeOver(bundleId: BundleId): Promise<Instant> {
    await releases.end(bundleId);
    return repairs.beginAnew(bundleId);
  }

  /**
   * Another workflow goes on from what the rows say once nobody adds to them. What the lost one had written and not announced
   * is announced with all that came before it: a repeat has the same event ids.
   */
  async function rebuild(rows: BundleRows): Promise<boolean> {
    const { bundleId } = rows;
    if (!boardFromRows(rows, office)) return false;
    const begunAt = await takeOver(bundleId);
    const { receipts, ...found } = await repairs.rows(bundleId);
    const restored = boardFromRows({ ...found, receipts }, office);
    const time = new Date().toISOString();
    await announce((await repairs.history(bundleId)).map((transition) => transitionEvent(transition, time)));
    if (!restored) return true;
    await releases.rebuild(bundleId, { ...restored, begunAt });
    // What channels said before it was there to hear has rows alone.
    const late = (await repairs.rows(bundleId)).receipts.slice(receipts.length);
    for (const receipt of late) await releases.report(bundleId, receipt);
    return true;
  }

  async function inspect(inspectionId: string, asked: Asked[]): Promise<void> {
    const events = asked.map(
      ({ bundleId, releaseId, channels }): LockstepEvent => ({
        specversion: '1.0',
        id: eventId('release.inspect.v1', inspectionId, releaseId),
        source: '/lockstep/core',
        type: 'release.inspect.v1',
        subject: bundleId,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        data: { releaseId, inspectionId, channels },
      }),
    );
    if (events.length > 0) await announce(events);
  }

  /** What each look asked, for whoever comes for its result; a process that starts anew has to look anew. */
  const looks = new Map<string, { asked: Asked[]; mended: boolean; drifts: Drift[] }>();
  function lookOf(inspectionId: string) {
    const look = looks.get(inspectionId);
    if (look) return look;
    throw new Refusal('NotFound', { zh: '没有这次核对，请重新核对', en: 'There is no such look; start another' });
  }

  async function start(repair: boolean): Promise<ReconcileStarted> {
    const drifts: Drift[] = [];
    const repaired: Drift[] = [];
    let all = await allRows();
    const byId = new Map(all.map((rows) => [rows.bundleId, rows]));
    const logged = await log.orders();
    for (const each of logged) {
      const rows = byId.get(each.bundleId) ?? null;
      const drift = logDrift(each, rows);
      if (!drift) continue;
      const adopted = repair && rows !== null && drift.repair === 'adopt' && (await adopt.release(each, rows));
      if (adopted) byId.set(each.bundleId, await repairs.rows(each.bundleId)); // there may be more to adopt of it
      (adopted ? repaired : drifts).push(drift);
    }
    const released = new Set([...byId.values()].flatMap(({ releaseIds }) => releaseIds));
    for (const each of logged) {
      const rows = byId.get(each.bundleId);
      const lost = rows ? lostActs(each, rows) : [];
      if (!rows || lost.length === 0) continue;
      const known = lost.filter(({ amendment }) => released.has(amendment.byReleaseId));
      if (repair && known.length > 0) {
        await adopt.acts(known, rows);
        byId.set(each.bundleId, await repairs.rows(each.bundleId));
      }
      for (const drift of actDrifts(each, lost, released)) {
        (repair && drift.repair ? repaired : drifts).push(drift);
      }
    }
    // On a system that was never restored, what is in the log and not in the rows is merely on its way.
    const restored = (await repairs.restored()) !== null;
    const told = restored ? await log.receipts() : [];
    for (const rows of byId.values()) {
      const lost = lostReceipts(told, rows);
      if (lost.length === 0) continue;
      if (repair) {
        for (const { id, data } of lost) await store.addReceipt(id, data);
        byId.set(rows.bundleId, await repairs.rows(rows.bundleId));
      }
      (repair ? repaired : drifts).push(receiptDrift(rows, lost));
    }
    all = [...byId.values()];
    const mended = new Set(repaired.map(({ bundleId }) => bundleId));
    for (const rows of all) {
      const drift = await differs(rows, restored);
      // The workflow of what was mended counts its steps from before the restore: it begins anew from the rows.
      if (!drift && !mended.has(rows.bundleId)) continue;
      const rebuilt = repair && (await rebuild(rows));
      if (drift) (rebuilt ? repaired : drifts).push(drift);
    }
    const heard = await log.announced();
    for (const rows of all) {
      const orders = logged.filter(({ bundleId }) => bundleId === rows.bundleId);
      const told = { heard, orders, time: new Date().toISOString() };
      const untold = untoldEnd(rows, await repairs.history(rows.bundleId), told);
      if (untold.length === 0 || (await releases.running(rows.bundleId))) continue;
      if (repair) await announce(untold);
      (repair ? repaired : drifts).push(untoldDrift(rows, untold));
    }
    // After the others: by now whoever has to hear of it is there again.
    for (const rows of all) {
      const drift = await owes(rows, byId);
      if (drift) (repair && (await rebuild(rows)) ? repaired : drifts).push(drift);
    }
    // Every release that readers may have, by the rows or by the log: what the rows have lost may be public all the same.
    const asked = all.flatMap((rows): Asked[] => {
      const [channels, releaseId] = [channelsOf(rows), rows.staging?.releaseId];
      return releaseId && channels.length > 0 ? [{ bundleId: rows.bundleId, releaseId, channels, lost: false }] : [];
    });
    for (const { bundleId, releaseId, channels, committedAt, withdrawn, rolledBack } of logged) {
      if (!committedAt || withdrawn || rolledBack || asked.some((each) => each.releaseId === releaseId)) continue;
      if (byId.get(bundleId)?.releaseIds.includes(releaseId)) continue; // superseded by a later revision
      asked.push({ bundleId, releaseId, channels: channels.map(({ channel }) => channel), lost: true });
    }
    const inspectionId = randomUUID();
    looks.set(inspectionId, { asked, mended: repaired.length > 0, drifts });
    await inspect(inspectionId, asked);
    return {
      inspectionId,
      bundles: all.length,
      asked: asked.flatMap(({ channels }) => channels).length,
      drifts,
      repaired,
    };
  }

  /** Two who mend at once would each end the workflow that the other has just begun. */
  let mending: Promise<unknown> = Promise.resolve();
  function oneAfterAnother<T>(work: () => Promise<T>): Promise<T> {
    const mine = mending.then(work);
    mending = mine.catch(() => undefined);
    return mine;
  }

  return {
    /** Compares what can be compared at once, mends it where asked to, and asks every channel to look at itself. */
    start: (repair: boolean): Promise<ReconcileStarted> => (repair ? oneAfterAnother(() => start(true)) : start(false)),

    /** What the channels have answered so far; with `actorId`, what can be mended is ordered in that operator's name. */
    async result(inspectionId: string, actorId: string | null): Promise<ReconcileAnswer> {
      const look = lookOf(inspectionId);
      const found = await repairs.inspections(inspectionId);
      const channels: ReconcileAnswer['channels'] = [];
      const drifts: Drift[] = [];
      const repaired: Drift[] = [];
      for (const { bundleId, releaseId, channels: askedOf, lost } of look.asked) {
        const rows = await repairs.rows(bundleId);
        for (const channel of askedOf) {
          const expected = lost ? 'absent' : expectedOn(rows, channel);
          const answer = found.find((each) => each.releaseId === releaseId && each.channel === channel);
          const state = rows.last?.state ?? 'draft';
          channels.push({ bundleId, releaseId, state, channel, expected, found: answer?.state ?? null });
          const about = { bundleId, releaseId };
          const outdated = answer !== undefined && hasMovedOn(rows, channel, answer);
          const compared = channelDrift(about, channel, expected, answer, wordOn(rows, channel));
          const drift = outdated ? movedOn(about, channel) : compared;
          if (!drift) continue;
          const mended = actorId !== null && drift.repair !== null && (await mend(rows, channel, drift, actorId));
          (mended ? repaired : drifts).push(drift);
        }
      }
      look.mended ||= repaired.length > 0;
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

    /** 恢复发布: only on a look that found nothing different, and mended nothing: what was mended is looked at once more. */
    async clear(inspectionId: string, personId: string): Promise<number> {
      const look = lookOf(inspectionId);
      const { drifts } = await this.result(inspectionId, null);
      const open = [...look.drifts, ...drifts];
      if (open.length === 0 && !look.mended) return repairs.clearRestored(personId);
      throw new Refusal('RestoreUnreconciled', {
        zh: look.mended ? '这次核对有修复，请再核对一次' : `还有 ${open.length} 处偏差，不能恢复发布`,
        en: look.mended ? 'This look mended something; look once more' : `${open.length} differences stand`,
      });
    },
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
