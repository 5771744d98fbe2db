import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { RepairStore } from '../../activities/ports/repair-store.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import type { Sealed } from '../../activities/releases/types.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { isPermanent } from '../../schemas/failures.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import { GroupId, ReleaseId, type ReleaseState } from '../../schemas/release.ts';
import { finding } from './desk-api.ts';
import { digest, fourGates, manifestOf, newBundleId, receipt } from './release-fixture.ts';

/** What every core store keeps to, whatever holds its rows: PostgreSQL, or memory in the simulation. */
export function coreStoreContract(opened: () => CoreStore, repairs: Pick<RepairStore, 'beginAnew'>): void {
  const store = new Proxy({} as CoreStore, { get: (_, name) => Reflect.get(opened(), name) });

  async function revisionOf(bundleId: BundleId, roles?: Parameters<typeof manifestOf>[1]): Promise<Sealed> {
    const manifest = manifestOf(bundleId, roles);
    const content = sealedContent({ manifest, parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' });
    const seal = sealOf(content);
    const revision = await store.addRevision({
      bundleId,
      seal,
      content,
      gates: fourGates,
      findings: [],
      obligations: { errors: [], warnings: [] },
      gateInputs: gateInputs(content, fourGates, []),
      drafterId: 'drafter',
    });
    return { bundleId, revision, seal };
  }
  const signed = (sealed: Sealed, gate: string, reviewerId = `reviewer-${gate}`): GateDecision => ({
    decision: 'signed',
    gate,
    seal: sealed.seal,
    reviewerId,
  });
  const plan = { policy: 'publish-rest', armedBy: 'leader', groupId: null } as const;
  const refusedAs = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);

  /** A bundle that every gate has signed, staged, and armed for `t0`. */
  async function armed(t0 = new Date(Date.now() - 1000).toISOString()) {
    const sealed = await revisionOf(newBundleId());
    for (const { id } of fourGates) await store.addDecision(sealed, signed(sealed, id));
    const releaseId = ReleaseId.parse(randomUUID());
    await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
    await store.savePlan(sealed, { ...plan, t0 });
    return { sealed, releaseId };
  }

  test('the heading of a revision is that of its manifest, and none where there is no such revision', async () => {
    const sealed = await revisionOf(newBundleId());
    const { title, issuedOn } = (await store.revision(sealed))?.content.manifest ?? {};
    expect(await store.heading(sealed)).toMatchObject({ title, issuedOn });
    expect(await store.heading({ ...sealed, revision: 99 })).toBeNull();
  });

  test('findings are those of the revision with the seal, and none where there is no such seal', async () => {
    const first = await revisionOf(newBundleId());
    const known = await store.revision(first);
    if (!known) throw new RangeError('The revision is missing');
    const { revision: _, ...row } = known;
    const second = { ...row, seal: digest('second'), findings: [finding('WRD-SPACE', 'wording', 'warning')] };
    await store.addRevision(second);
    expect(await store.findings(first)).toEqual([]);
    expect(await store.findings(second)).toEqual(second.findings);
    expect(await store.findings({ ...first, seal: digest('third') })).toBeNull();
  });

  test('under review is the revision with the seal: who drafted it so far, who decided what, and its heading', async () => {
    const first = await revisionOf(newBundleId());
    const known = await store.revision(first);
    if (!known) throw new RangeError('The revision is missing');
    const { revision: _, ...row } = known;
    const second = { ...row, seal: digest('second'), drafterId: 'colleague' };
    await store.addDecision(first, { ...signed(first, 'legal'), actingFor: 'absent' });
    await store.addDecision(
      { ...second, revision: await store.addRevision(second) },
      { decision: 'returned', gate: 'wording', seal: second.seal, reviewerId: 'reviewer-wording', reason: '错字' },
    );
    const whole = async (sealed: Pick<Sealed, 'bundleId' | 'seal'>) => {
      const { editors = [], gates = [], ...heading } = (await store.underReview(sealed)) ?? {};
      const decided = gates.filter(({ reviewerId }) => reviewerId !== null);
      return { ...heading, editors: [...editors].sort(), open: gates.length - decided.length, decided };
    };
    const { title, issuedOn } = row.content.manifest;
    const name = (gate: string) => fourGates.find(({ id }) => id === gate)?.name;
    expect(await whole(first)).toEqual({
      ...{ revision: 1, title, issuedOn, editors: ['drafter'], open: 3 },
      decided: [{ gate: 'legal', name: name('legal'), reviewerId: 'reviewer-legal', actingFor: 'absent' }],
    });
    expect(await whole(second)).toEqual({
      ...{ revision: 2, title, issuedOn, editors: ['colleague', 'drafter'], open: 3 },
      decided: [{ gate: 'wording', name: name('wording'), reviewerId: 'reviewer-wording', actingFor: null }],
    });
    expect(await store.underReview({ ...first, seal: digest('third') })).toBeNull();
  });

  describe('gate decisions', () => {
    test('50 reviewers at one gate at once: one decides, 49 learn that it has been decided', async () => {
      const sealed = await revisionOf(newBundleId());
      const all = await Promise.allSettled(
        Array.from({ length: 50 }, (_, n) => store.addDecision(sealed, signed(sealed, 'legal', `reviewer-${n}`))),
      );
      const lost = all.filter((result) => result.status === 'rejected');
      expect(lost).toHaveLength(49);
      expect(lost.every(({ reason }) => isPermanent(reason, 'GateNotOpen'))).toBe(true);
    });

    test('a retry of the same decision finds its own row', async () => {
      const sealed = await revisionOf(newBundleId());
      const first = await store.addDecision(sealed, signed(sealed, 'legal'));
      expect(await store.addDecision(sealed, signed(sealed, 'legal'))).toEqual(first);
    });

    test('the database refuses a self-review, a second gate by one person, and another seal, whoever asks', async () => {
      const sealed = await revisionOf(newBundleId());
      await expect(store.addDecision(sealed, signed(sealed, 'legal', 'drafter'))).rejects.toSatisfy(
        refusedAs('NotAllowed'),
      );
      await store.addDecision(sealed, signed(sealed, 'legal', 'somebody'));
      await expect(store.addDecision(sealed, signed(sealed, 'wording', 'somebody'))).rejects.toSatisfy(
        refusedAs('NotAllowed'),
      );
      const other = await revisionOf(newBundleId());
      await expect(store.addDecision(sealed, signed(other, 'secrecy'))).rejects.toSatisfy(refusedAs('SealStale'));
    });
  });

  describe('commit', () => {
    test('20 committers at once make one release row, and all are told the same instant', async () => {
      const { sealed, releaseId } = await armed();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.commit(sealed, releaseId)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await store.releases(sealed.bundleId)).toHaveLength(1);
    });

    test('before T0 by the database clock it says how long to wait, and writes nothing', async () => {
      const { sealed, releaseId } = await armed(new Date(Date.now() + 60_000).toISOString());
      const answer = await store.commit(sealed, releaseId);
      expect(answer).toMatchObject({ outcome: 'early' });
      expect(answer.outcome === 'early' && answer.waitMs).toBeGreaterThan(50_000);
      expect(await store.releases(sealed.bundleId)).toEqual([]);
    });

    test('a hold that comes after the commit is told of it, and changes nothing', async () => {
      const { sealed, releaseId } = await armed();
      const answer = await store.commit(sealed, releaseId);
      const { committedAt } = await store.savePlan(sealed, null);
      expect(answer).toMatchObject({ outcome: 'committed', committedAt });
    });

    test('a group is committed as one, and not at all while a member is not armed', async () => {
      const [one, other] = [await armed(), await armed()];
      const groupId = GroupId.parse(randomUUID());
      await store.formGroup(groupId, [one.sealed.bundleId, other.sealed.bundleId], 'leader');
      const [t0, ahead] = [-1_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString()) as [string, string];
      await store.savePlan(one.sealed, { ...plan, t0: ahead, groupId }); // the other may still be armed, until then
      expect(await store.commit(one.sealed, one.releaseId)).toMatchObject({ outcome: 'early' });
      await store.savePlan(one.sealed, { ...plan, t0, groupId });
      await expect(store.commit(one.sealed, one.releaseId)).rejects.toSatisfy(refusedAs('WrongPhase'));
      await store.savePlan(other.sealed, { ...plan, t0, groupId });
      await store.commit(one.sealed, one.releaseId);
      const releases = [
        ...(await store.releases(one.sealed.bundleId)),
        ...(await store.releases(other.sealed.bundleId)),
      ];
      expect(new Set(releases.map(({ committedAt }) => committedAt)).size).toBe(1);
      expect(await store.groupOf(one.releaseId)).toEqual([one.releaseId, other.releaseId].sort());
    });

    test('a held release is not committed', async () => {
      const { sealed, releaseId } = await armed();
      await store.savePlan(sealed, null);
      await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refusedAs('WrongPhase'));
    });

    test('a gate that did not sign this seal stops it, by name', async () => {
      const sealed = await revisionOf(newBundleId());
      for (const gate of ['political', 'legal', 'secrecy']) await store.addDecision(sealed, signed(sealed, gate));
      const releaseId = ReleaseId.parse(randomUUID());
      await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
      await store.savePlan(sealed, { ...plan, t0: new Date(0).toISOString() });
      await expect(store.commit(sealed, releaseId)).rejects.toMatchObject({
        message: expect.stringContaining('文字关'),
      });
    });

    test('a transition keeps its number; one that a lost task had written stays, and what became of the bundle follows', async () => {
      const sealed = await revisionOf(newBundleId());
      const step = (state: ReleaseState, transition: number, detail: string | null = null) =>
        store.addTransition({ ...sealed, transition, state, actorId: 'system', detail });
      expect(await step('in-review', 0)).toBe(0);
      expect(await step('in-review', 0), 'a repeat is no second row').toBe(0);
      expect(await step('cleared', 1), 'its task is lost').toBe(1);
      expect(await step('returned', 1)).toBe(2);
      expect(await step('returned', 1), 'a repeat finds its own row').toBe(2);
      expect(await store.lastState(sealed.bundleId)).toBe('returned');
      expect(await step('cleared', 1), 'and so does that of the lost task').toBe(1);
      expect(await step('returned', 2, 'for another reason')).toBe(3);
    });

    test('of a bundle that was begun anew only its last workflow writes a transition', async () => {
      const { bundleId, ...sealed } = await revisionOf(newBundleId());
      const step = (transition: number, state: ReleaseState, begunAt: string | null) =>
        store.addTransition({ bundleId, ...sealed, transition, state, actorId: 'system', detail: null }, begunAt);
      expect(await step(0, 'in-review', null)).toBe(0);
      const second = await repairs.beginAnew(bundleId);
      await expect(step(1, 'cleared', null), 'what was under way').rejects.toSatisfy(refusedAs('WrongPhase'));
      expect(await step(0, 'in-review', null), 'a repeat of what is there').toBe(0);
      expect(await step(1, 'returned', second)).toBe(1);
      const third = await repairs.beginAnew(bundleId);
      expect(third > second).toBe(true);
      await expect(step(2, 'in-review', second)).rejects.toSatisfy(refusedAs('WrongPhase'));
      expect(await step(2, 'in-review', third)).toBe(2);
    });

    test('what is written as a bundle begins anew is there before, or refused', async () => {
      const { bundleId, ...sealed } = await revisionOf(newBundleId());
      const steps = Array.from({ length: 20 }, (_, transition) =>
        store.addTransition({ bundleId, ...sealed, transition, state: 'held', actorId: 'a', detail: `${transition}` }),
      );
      const begunAt = await repairs.beginAnew(bundleId);
      const rest = { ...sealed, bundleId, transition: 0, state: 'cleared' as const, actorId: 'system', detail: null };
      const next = await store.addTransition(rest, begunAt);
      const numbers = (await Promise.allSettled(steps)).flatMap((step) =>
        step.status === 'fulfilled' ? [step.value] : [],
      );
      expect(
        numbers.filter((number) => number > next),
        'nobody writes behind the one that begins',
      ).toEqual([]);
    });

    test('a newer revision that was accepted stops the armed older one; one that was merely tried does not', async () => {
      const { sealed, releaseId } = await armed();
      const newer = await revisionOf(sealed.bundleId, [
        'policy-document',
        'interpretation-plan',
        'interpretation-material',
        'attachment',
      ]);
      await store.addTransition({ ...newer, transition: 9, state: 'in-review', actorId: 'drafter', detail: null });
      await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refusedAs('SealStale'));

      const other = await armed();
      await revisionOf(other.sealed.bundleId, [
        'policy-document',
        'interpretation-plan',
        'interpretation-material',
        'attachment',
      ]);
      expect(await store.commit(other.sealed, other.releaseId)).toMatchObject({ outcome: 'committed' });
    });

    test.each([
      ['interpretation-plan', ['policy-document', 'interpretation-material']],
      ['interpretation-material', ['policy-document', 'interpretation-plan']],
    ] as const)('a bundle without its %s is not committed even with every gate signed', async (_missing, roles) => {
      const sealed = await revisionOf(newBundleId(), [...roles]);
      for (const { id } of fourGates) await store.addDecision(sealed, signed(sealed, id));
      const releaseId = ReleaseId.parse(randomUUID());
      await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
      await store.savePlan(sealed, { ...plan, t0: new Date(0).toISOString() });
      await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refusedAs('BundleIncomplete'));
    });
  });

  test('the same content keeps its revision number; other content gets the next, also when both come at once', async () => {
    const bundleId = newBundleId();
    const [first, again] = await Promise.all([revisionOf(bundleId), revisionOf(bundleId)]);
    expect(again).toEqual(first);
    const second = await revisionOf(bundleId, ['policy-document', 'interpretation-plan']);
    expect(second.revision).toBe(first.revision + 1);
  });

  test('the first staging stays: a repeat after a lost answer gets its key, not a new one', async () => {
    const sealed = await revisionOf(newBundleId());
    const releaseId = ReleaseId.parse(randomUUID());
    const first = await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
    const second = await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
    expect(Buffer.from(second.key)).toEqual(Buffer.from(first.key));
  });

  test('a receipt that is told twice is stored once', async () => {
    const { sealed, releaseId } = await armed();
    const ready = receipt(sealed.bundleId, releaseId, 'website', 'ready');
    const eventId = randomUUID();
    await Promise.all([store.addReceipt(eventId, ready), store.addReceipt(eventId, ready)]);
    expect(await store.receipts(sealed.bundleId)).toHaveLength(1);
  });
}
