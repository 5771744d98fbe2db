import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReceivedRecord } from '../../activities/ports/event-bus.ts';
import { releaseEvent } from '../../activities/releases/events.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import type { ReleaseOrder, Sealed } from '../../activities/releases/types.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { decodeEvent, encodeEvent } from '../../infra/kafka/event-codec.ts';
import { createRepairStore } from '../../infra/postgres/core/repair.ts';
import type { Amendment } from '../../schemas/release.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { groupIdOf } from '../../services/api/group-id.ts';
import { createReconciler } from '../../services/api/reconcile/reconciler.ts';
import type { Restored } from '../../workflows/policy-release/messages.ts';
import { ownCore } from '../support/own-core.ts';
import { digest, newBundleId } from '../support/release-fixture.ts';

const { db, store, rows } = await ownCore();

const { channels: office } = await loadOfficeConfig(undefined);
const committedAt = '2026-03-02T01:00:00.000Z';
const objects = [{ path: 'index.html', mediaType: 'text/html', sha256: digest('page'), bytes: 4, ciphertext: null }];
type Known = { sealed: Sealed; releaseId: ReleaseId; key: Uint8Array };

/** Signed and staged when the backup was made; what the log has beyond that is what the rows have lost. */
async function backedUp(): Promise<Known> {
  const sealed = await rows.revise(newBundleId());
  await rows.signAll(sealed);
  const known = { sealed, releaseId: ReleaseId.parse(randomUUID()), key: newReleaseKey() };
  await store.addStaging(sealed, { ...known, channels: [{ channel: 'website', objects }] });
  await store.addTransition({ ...sealed, transition: 0, state: 'prepared', actorId: 'system', detail: null });
  return known;
}
function createLog() {
  const records: ReceivedRecord[] = [];
  return {
    say({ sealed, releaseId, key }: Known, order: ReleaseOrder, group: ReleaseId[] = []): void {
      const staging = { releaseId, key, channels: [{ channel: 'website' as const, objects }] };
      const event = releaseEvent(sealed, releaseId, order, { staging, time: committedAt, actsOn: [], group });
      records.push({ ...encodeEvent(event), partition: 0, offset: BigInt(records.length), timestamp: 0 });
    },
    read: async ({ each }: { each: (record: ReceivedRecord, left: number) => Promise<void> | void }) => {
      for (const record of records) await each(record, 0);
    },
  };
}
const prepare: ReleaseOrder = { type: 'release.prepare.v1', channels: ['website'], attempt: 1 };
const go: ReleaseOrder = { type: 'release.go.v1', channels: ['website'], committedAt, attempt: 1 };
const amended = (amendment: Amendment, reason = '依据变化'): ReleaseOrder => ({
  type: 'release.amended.v1',
  ...{ amendment, reason },
});
const actOf = ({ sealed, releaseId }: Known, act: Amendment['act']): Amendment => ({
  ...{ act, on: '2026-03-02', byBundleId: sealed.bundleId, byReleaseId: releaseId },
});

/** `repair` as an operator orders it, and `rebuilt` with what each workflow begins anew from. */
function reconcileWith(log: ReturnType<typeof createLog>) {
  const rebuilt = new Map<string, Restored>();
  const repairs = createRepairStore(db, store);
  const reconciler = createReconciler({
    ...{ repairs, store, office, bus: log, announce: async () => {}, decode: decodeEvent },
    releases: {
      running: async () => null,
      end: async () => undefined,
      rebuild: async (bundleId, restored) => void rebuilt.set(bundleId, restored),
      report: () => Promise.reject(new Error('nothing comes late')),
      retryChannel: () => Promise.reject(new Error('nothing is tried again')),
    },
  });
  const of = ({ bundleId }: Sealed, drifts: Awaited<ReturnType<typeof reconciler.start>>['drifts']) =>
    drifts.filter((drift) => drift.bundleId === bundleId && drift.kind === 'log-ahead').map(({ repair }) => repair);
  return {
    rebuilt,
    repairs,
    rows: ({ bundleId }: Sealed) => repairs.rows(bundleId),
    /** What the log knows of a bundle beyond its rows: left as it is, and mended. */
    async start(repair: boolean, sealed: Sealed) {
      const { drifts, repaired } = await reconciler.start(repair);
      return { left: of(sealed, drifts), mended: of(sealed, repaired) };
    },
  };
}
const audited = async ({ bundleId }: Sealed) =>
  (await db.selectFrom('audit').select('kind').where('bundle_id', '=', bundleId).orderBy('seq').execute())
    .map(({ kind }) => kind)
    .filter((kind) => ['group.formed', 'release.committed', 'amendment.recorded'].includes(kind));

test('a group that went after the backup is known again as that group, though one member was not told to go yet', async () => {
  const log = createLog();
  const [first, second] = [await backedUp(), await backedUp()];
  for (const member of [first, second]) log.say(member, prepare);
  log.say(first, go, [first.releaseId, second.releaseId]);
  const reconcile = reconcileWith(log);
  expect(await reconcile.start(false, second.sealed)).toEqual({ left: ['adopt'], mended: [] });
  expect(await reconcile.start(true, second.sealed)).toEqual({ left: [], mended: ['adopt'] });

  const group = {
    groupId: groupIdOf([first.sealed, second.sealed]),
    members: expect.arrayContaining([first.sealed.bundleId, second.sealed.bundleId]),
  };
  for (const { sealed, releaseId } of [first, second]) {
    expect(await reconcile.rows(sealed)).toMatchObject({ group, release: { releaseId, committedAt } });
    expect(reconcile.rebuilt.get(sealed.bundleId)?.board).toMatchObject({ state: 'verifying', committedAt, group });
    expect(await store.groupOf(releaseId)).toEqual([first.releaseId, second.releaseId].sort());
  }
  expect(await reconcile.start(true, second.sealed)).toEqual({ left: [], mended: [] });
  for (const { sealed } of [first, second])
    expect(await audited(sealed)).toEqual(['group.formed', 'release.committed']);
});

test('of a group whose other member the rows have lost one goes on alone, and nobody waits for the other', async () => {
  const log = createLog();
  const kept = await backedUp();
  const lost: Known = {
    sealed: { bundleId: newBundleId(), revision: 1, seal: digest('lost') },
    ...{ releaseId: ReleaseId.parse(randomUUID()), key: newReleaseKey() },
  };
  for (const member of [kept, lost]) log.say(member, prepare);
  for (const member of [kept, lost]) log.say(member, go, [kept.releaseId, lost.releaseId]);
  const reconcile = reconcileWith(log);
  expect(await reconcile.start(true, kept.sealed)).toEqual({ left: [], mended: ['adopt'] });
  expect(await reconcile.start(true, lost.sealed)).toEqual({ left: [null], mended: [] }); // a person decides
  expect(reconcile.rebuilt.get(kept.sealed.bundleId)?.board).toMatchObject({ state: 'verifying', group: null });
});

test('a release of a revision that was uploaded before the backup, and accepted after it, is known again', async () => {
  const log = createLog();
  const accepted = await backedUp();
  const sealed = await rows.revise(accepted.sealed.bundleId, { manifest: { title: '关于印发新办法的通知' } });
  const uploaded: Known = { sealed, releaseId: ReleaseId.parse(randomUUID()), key: newReleaseKey() };
  for (const order of [prepare, go]) log.say(uploaded, order);
  const reconcile = reconcileWith(log);
  expect(await reconcile.start(false, sealed)).toEqual({ left: ['adopt'], mended: [] });
  expect(await reconcile.start(true, sealed)).toEqual({ left: [], mended: ['adopt'] });
  const { releaseId } = uploaded;
  expect(await reconcile.rows(sealed)).toMatchObject({ revision: sealed, release: { ...sealed, releaseId } });
  expect(reconcile.rebuilt.get(sealed.bundleId)?.board).toMatchObject({ state: 'verifying', committedAt, releaseId });
  expect(await reconcile.start(true, sealed)).toEqual({ left: [], mended: [] });
});

test('where only the commit of such a revision was taken over, as the process died, the next look goes on', async () => {
  const log = createLog();
  const sealed = await rows.revise(newBundleId());
  const uploaded: Known = { sealed, releaseId: ReleaseId.parse(randomUUID()), key: newReleaseKey() };
  for (const order of [prepare, go]) log.say(uploaded, order);
  const reconcile = reconcileWith(log);
  const { releaseId, key } = uploaded;
  await reconcile.repairs.adoptRelease({
    ...{ bundleId: sealed.bundleId, releaseId, seal: sealed.seal, key: Buffer.from(key).toString('base64') },
    ...{ channels: [{ channel: 'website', objects }], committedAt, group: null, acts: [] },
    ...{ rolledBack: null, withdrawn: null },
  });
  expect(await reconcile.start(true, sealed)).toEqual({ left: [], mended: ['adopt'] });
  expect(reconcile.rebuilt.get(sealed.bundleId)?.board).toMatchObject({ state: 'verifying', committedAt });
});

test('what went out is known again though the bundle was begun anew before', async () => {
  const log = createLog();
  const known = await backedUp();
  for (const order of [prepare, go]) log.say(known, order);
  const reconcile = reconcileWith(log);
  const before = await reconcile.repairs.beginAnew(known.sealed.bundleId);
  expect(await reconcile.start(true, known.sealed)).toEqual({ left: [], mended: ['adopt'] });
  const restored = reconcile.rebuilt.get(known.sealed.bundleId);
  expect(restored?.board).toMatchObject({ state: 'verifying', committedAt });
  expect(restored?.begunAt && restored.begunAt > before).toBe(true);
});

test('what later bundles did since the backup is known again, once; of one that is lost itself a person is told', async () => {
  const log = createLog();
  const [original, later] = [await backedUp(), await backedUp()];
  const lost = {
    ...original,
    sealed: { ...original.sealed, bundleId: newBundleId() },
    releaseId: ReleaseId.parse(randomUUID()),
  };
  for (const each of [original, later]) log.say(each, prepare);
  for (const each of [original, later]) log.say(each, go);
  const abolished = actOf(later, 'abolish');
  for (const act of [abolished, abolished, actOf(lost, 'correct')]) log.say(original, amended(act));
  const reconcile = reconcileWith(log);
  expect(await reconcile.start(false, original.sealed)).toEqual({ left: ['adopt'], mended: [] }); // the release itself first
  expect(await reconcile.start(true, original.sealed)).toEqual({ left: [null], mended: ['adopt', 'adopt'] });
  expect((await reconcile.rows(original.sealed)).amendments).toEqual([abolished]);
  expect(reconcile.rebuilt.get(original.sealed.bundleId)?.board.amendments).toEqual([abolished]);
  expect(await reconcile.start(true, original.sealed)).toEqual({ left: [null], mended: [] });
  expect(await audited(original.sealed)).toEqual(['release.committed', 'amendment.recorded']);
});

test('a withdrawal of which the channels had heard the act but not the order goes on, with its reason', async () => {
  const log = createLog();
  const [original, later] = [await backedUp(), await backedUp()];
  for (const each of [original, later]) log.say(each, go);
  log.say(original, amended(actOf(later, 'withdraw'), '不应公开'));
  const reconcile = reconcileWith(log);
  await reconcile.start(true, original.sealed);
  expect(reconcile.rebuilt.get(original.sealed.bundleId)?.board).toMatchObject({
    state: 'withdrawing',
    withdrawal: { reason: '不应公开', actorId: `bundle:${later.sealed.bundleId}` },
  });
});
