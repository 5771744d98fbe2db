import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sealedContent, sealOf } from '../../../activities/bundles/seal.ts';
import { releaseEvent, transitionEvent } from '../../../activities/releases/events.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import type { LockstepEvent } from '../../../schemas/events.ts';
import { FindingKey } from '../../../schemas/finding.ts';
import { type BoardStatus, ReleaseId, type ReleaseState } from '../../../schemas/release.ts';
import { boardFromRows } from '../../../services/api/reconcile/board-from-rows.ts';
import { createReconciler } from '../../../services/api/reconcile/reconciler.ts';
import type { Restored, Retry } from '../../../workflows/policy-release/messages.ts';
import { statusOf } from '../../../workflows/policy-release/status.ts';
import { createMemoryCoreStore } from '../../support/memory-core-store.ts';
import { createMemoryRepairStore } from '../../support/memory-repair-store.ts';
import { digest, fourGates, manifestOf, newBundleId, receipt } from '../../support/release-fixture.ts';

const { channels: office } = await loadOfficeConfig(undefined);

const finding = FindingKey.parse('LAW-BASIS.00000001');

/** An office of one bundle, with one error that two people may let pass, whose workflow says whatever `running` answers, and an operator who has all mended. */
async function officeOf(...states: ReleaseState[]) {
  const core = createMemoryCoreStore(() => new Date().toISOString());
  const repairs = createMemoryRepairStore(core);
  const bundleId = newBundleId();
  const manifest = { ...manifestOf(bundleId), channels: ['website' as const] };
  const content = sealedContent({ manifest, parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' });
  const sealed = { bundleId, revision: 1, seal: sealOf(content) };
  const rest = {
    ...{
      gates: fourGates,
      findings: [],
      gateInputs: Object.fromEntries(fourGates.map(({ id }) => [id, digest('input')])),
    },
    obligations: { errors: [{ gate: 'legal', finding, overridable: true }], warnings: [] },
  };
  await core.store.addRevision({ ...sealed, content, ...rest, drafterId: 'drafter' });
  let transition = 0;
  const enter = (state: ReleaseState) =>
    core.store.addTransition({ ...sealed, transition: transition++, state, actorId: 'system', detail: null });
  for (const state of states) await enter(state);
  const rows = () => repairs.rows(bundleId);
  const statusNow = async (): Promise<BoardStatus> => {
    const restored = boardFromRows(await rows(), office);
    if (!restored) throw new Error('No rows');
    return statusOf(restored.board);
  };

  const announced: LockstepEvent[] = [];
  const log: LockstepEvent[] = [];
  const rebuilt: Restored[] = [];
  const retried: Retry[] = [];
  const workflow = {
    running: (): Promise<BoardStatus | null> => Promise.resolve(null),
    end: async () => {},
    rebuilding: async () => {},
  };
  const told: string[] = [];
  const reconciler = createReconciler({
    ...{ repairs, store: core.store, office, decode: ({ value }) => JSON.parse(String(value)) },
    bus: {
      async read({ each }) {
        for (const event of log) {
          const at = { topic: 'log', key: event.subject, partition: 0, offset: 0n, timestamp: 0, headers: {} };
          await each({ ...at, value: Buffer.from(JSON.stringify(event)) }, 0);
        }
      },
    },
    announce: async (events) => void announced.push(...events),
    releases: {
      running: () => workflow.running(),
      end: () => workflow.end(),
      async rebuild(_, restored) {
        rebuilt.push(restored);
        await workflow.rebuilding();
      },
      report: async (_, said) => void told.push(`${said.channel} ${said.state}`),
      retryChannel: async (_, retry) => {
        retried.push(retry);
        return statusNow();
      },
    },
  });
  return {
    ...{ core, repairs, reconciler, workflow, sealed, enter, statusNow, announced, log, rebuilt, told, retried },
  };
}

describe('a workflow that is rebuilt', () => {
  test('goes on from the rows as they are once the old one has ended, its last step included', async () => {
    const { reconciler, workflow, enter, rebuilt } = await officeOf('in-review', 'cleared');
    workflow.end = async () => void (await enter('returned'));
    await reconciler.start(true);
    expect(rebuilt.map(({ board, transitions }) => [board.state, transitions])).toEqual([['returned', 3]]);
  });

  test('has all announced that the old one may have written and not announced, in order', async () => {
    const { reconciler, announced } = await officeOf('in-review', 'cleared', 'returned');
    await reconciler.start(true);
    const told = announced.flatMap((event) =>
      event.type === 'bundle.transitioned.v1' ? [[event.data.transition, event.data.state]] : [],
    );
    expect(told).toEqual([
      [0, 'in-review'],
      [1, 'cleared'],
      [2, 'returned'],
    ]);
  });
});

test('of two who mend at once the second begins once the first is done: or each would end what the other has begun', async () => {
  const { reconciler, workflow } = await officeOf('in-review', 'cleared');
  const steps: string[] = [];
  workflow.end = async () => void steps.push('end');
  workflow.rebuilding = async () => void steps.push('begin');
  await Promise.all([reconciler.start(true), reconciler.start(true)]);
  expect(steps).toEqual(['end', 'begin', 'end', 'begin']);
});

test('what a channel says while its workflow is begun anew is told to it', async () => {
  const { reconciler, workflow, sealed, core, rebuilt, told } = await officeOf('in-review', 'releasing');
  const said = (state: 'live' | 'verified') =>
    core.store.addReceipt(state, receipt(sealed.bundleId, ReleaseId.parse(randomUUID()), 'website', state));
  await said('live');
  workflow.rebuilding = () => said('verified'); // its row is there, and the signal found no workflow
  await reconciler.start(true);
  expect([rebuilt.length, told]).toEqual([1, ['website verified']]);
});

test('what the ended workflow has under way is not written behind the one that is begun anew', async () => {
  const { reconciler, sealed, core, rebuilt } = await officeOf('in-review', 'cleared');
  await reconciler.start(true);
  const late = { ...sealed, transition: 2, state: 'returned' as const, actorId: 'system', detail: null };
  await expect(core.store.addTransition(late, null)).rejects.toThrow('begun anew');
  expect(await core.store.addTransition(late, rebuilt[0]?.begunAt)).toBe(2);
});

describe('a bundle that was withdrawn, and whose workflow was lost before it said so', () => {
  async function untold() {
    const office = await officeOf('in-review', 'prepared', 'withdrawn');
    const { core, repairs, sealed, log } = office;
    const releaseId = ReleaseId.parse('5f0c0b0e-7a52-4f0b-9c1d-5b8e2f7a9d60');
    const page = { path: 'index.html', mediaType: 'text/html', sha256: digest('page'), bytes: 1, ciphertext: null };
    const channels = [{ channel: 'website' as const, objects: [page] }];
    const staging = { releaseId, key: new Uint8Array(32), channels };
    await core.store.addStaging(sealed, staging);
    const { revision } = await repairs.rows(sealed.bundleId);
    if (!revision) throw new Error('no revision');
    const time = new Date().toISOString();
    const context = { staging, time, actsOn: [], group: [] };
    const [first, second] = await repairs.history(sealed.bundleId);
    for (const step of [first, second]) if (step) log.push(transitionEvent(step, time));
    log.push(
      releaseEvent(revision, releaseId, { type: 'release.prepare.v1', channels: ['website'], attempt: 1 }, context),
    );
    return office;
  }
  const typesOf = (events: LockstepEvent[]) => events.map(({ type }) => type);

  test('is told of as such, and its channels are told to take down what they hold; once', async () => {
    const { reconciler, announced, rebuilt, log } = await untold();
    expect((await reconciler.start(false)).drifts).toMatchObject([{ kind: 'workflow-lost', repair: 'rebuild' }]);
    expect(typesOf(announced), 'a look changes nothing').toEqual(['release.inspect.v1']);
    announced.length = 0;
    await reconciler.start(true);
    expect(typesOf(announced).slice(0, 2)).toEqual(['bundle.transitioned.v1', 'release.rolled-back.v1']);
    expect(announced[0]).toMatchObject({ data: { transition: 2, state: 'withdrawn' } });
    expect(rebuilt).toEqual([]);
    log.push(...announced);
    expect(await reconciler.start(true)).toMatchObject({ drifts: [], repaired: [] });
  });

  test('says it itself where it still runs', async () => {
    const { reconciler, workflow, announced } = await untold();
    workflow.running = async () => ({ state: 'withdrawn' }) as BoardStatus;
    expect(await reconciler.start(true)).toMatchObject({ drifts: [], repaired: [] });
    expect(typesOf(announced)).not.toContain('release.rolled-back.v1');
  });
});

test('a workflow that went on between two looks differs from nothing', async () => {
  const { reconciler, workflow, statusNow, core, sealed, rebuilt } = await officeOf('in-review');
  workflow.running = async () => {
    const decision = { decision: 'signed', gate: 'legal', seal: sealed.seal, reviewerId: 'legal-reviewer' } as const;
    await core.db.transaction((tx) => {
      const row = { ...sealed, decision, input: '', decidedAt: new Date().toISOString(), carriedFrom: null };
      tx.decision.set('signed while reconcile looks', row);
    });
    return statusNow();
  };
  expect(await reconciler.start(true)).toMatchObject({ drifts: [], repaired: [] });
  expect(rebuilt).toEqual([]);
});

describe('what somebody said whose row outlived the task that wrote it reaches the workflow by reconcile:', () => {
  type Office = Awaited<ReturnType<typeof officeOf>>;
  const by = { gate: 'secrecy', reviewerId: 'secrecy-reviewer' };
  const passed = { gate: 'legal', finding, reason: '有省级依据' };
  test.each<[string, (office: Office) => Promise<unknown>, string]>([
    [
      'a signature',
      ({ core: { store }, sealed }) => store.addDecision(sealed, { ...by, seal: sealed.seal, decision: 'signed' }),
      'gate secrecy: [open] in the workflow, [signed] in the rows',
    ],
    [
      'a return',
      ({ core: { store }, sealed }) =>
        store.addDecision(sealed, { ...by, seal: sealed.seal, decision: 'returned', reason: '涉密' }),
      'gate secrecy: [open] in the workflow, [returned] in the rows',
    ],
    [
      'the first word for an error that may pass',
      ({ core: { store }, sealed }) => store.addOverride(sealed, { ...passed, step: 'requested', personId: 'first' }),
      `overrides: [] in the workflow, [${finding} requested] in the rows`,
    ],
    [
      'the second word for it',
      async ({ core: { store }, sealed }) => {
        await store.addOverride(sealed, { ...passed, step: 'requested', personId: 'first' });
        await store.addOverride(sealed, { ...passed, step: 'confirmed', personId: 'second' });
      },
      `overrides: [] in the workflow, [${finding} confirmed] in the rows`,
    ],
    [
      'an emergency',
      ({ core: { store }, sealed }) => store.addEmergency(sealed, { reason: '台风', declaredBy: 'leader' }),
      'clocks: [ordinary] in the workflow, [emergency] in the rows',
    ],
  ])('%s', async (_, say, difference) => {
    const office = await officeOf('in-review');
    const shown = await office.statusNow();
    office.workflow.running = async () => shown;
    expect((await office.reconciler.start(true)).repaired).toEqual([]);
    await say(office);
    const { repaired } = await office.reconciler.start(true);
    expect(repaired.map(({ kind, message }) => [kind, message.en])).toEqual([['workflow-differs', difference]]);
    const [restored] = office.rebuilt;
    if (!restored) throw new Error('Nothing was rebuilt');
    office.workflow.running = async () => statusOf(restored.board);
    expect((await office.reconciler.start(true)).repaired).toEqual([]);
  });
});

test('a workflow that a restore has left ahead of its rows begins anew from them, and only then', async () => {
  const { reconciler, repairs, workflow, statusNow, rebuilt } = await officeOf('in-review');
  const status = await statusNow();
  workflow.running = async () => ({ ...status, state: 'returned' });
  expect(await reconciler.start(true)).toMatchObject({ drifts: [], repaired: [] }); // it is on its way to the rows
  repairs.restored = async () => ({ restoredAt: '2026-11-24T01:00:00.000Z', backupAt: '2026-11-24T00:00:00.000Z' });
  expect((await reconciler.start(true)).repaired).toMatchObject([{ kind: 'workflow-differs', repair: 'rebuild' }]);
  expect(rebuilt.map(({ board }) => board.state)).toEqual(['in-review']);
});

test('a look that is older than the last word of its channel has nothing mended', async () => {
  const { reconciler, workflow, statusNow, core, repairs, sealed, retried } = await officeOf('releasing', 'released');
  const releaseId = ReleaseId.parse('5f0c0b0e-7a52-4f0b-9c1d-5b8e2f7a9d60');
  await core.db.transaction((tx) => {
    const [t0, committedAt] = ['2026-11-24T01:00:00.000Z', '2026-11-24T01:00:00.000Z'];
    tx.release.set('row', { ...sealed, releaseId, t0, committedAt, groupId: null });
    tx.staging.set('row', { ...sealed, releaseId, key: new Uint8Array(32), channels: [] });
  });
  workflow.running = statusNow;
  const { inspectionId } = await reconciler.start(true);
  const seen = { inspectionId, releaseId, bundleId: sealed.bundleId, channel: 'website' as const, detail: null };
  await repairs.addInspection('1', { ...seen, state: 'staged', at: '2026-11-24T00:59:59.000Z', digests: [] });
  const verified = { ...receipt(sealed.bundleId, releaseId, 'website', 'verified'), at: '2026-11-24T01:00:02.000Z' };
  await core.store.addReceipt('1', verified);
  const drifts = async () => (await reconciler.result(inspectionId, 'operator')).drifts.map(({ kind }) => kind);
  expect(await drifts()).toEqual(['unanswered']);
  expect(retried).toEqual([]);

  await repairs.addInspection('1', { ...seen, state: 'absent', at: '2026-11-24T01:00:03.000Z', digests: [] });
  expect(await drifts()).toEqual([]);
  expect(retried).toMatchObject([{ channel: 'website', lost: true }]);
});
