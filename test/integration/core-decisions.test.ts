import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Override } from '../../activities/releases/types.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { ownCore } from '../support/own-core.ts';
import { newBundleId } from '../support/release-fixture.ts';

const { db, store, rows } = await ownCore();
const refused = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);

describe('a decision is carried', () => {
  const newNumber = { manifest: { documentNumber: '青政发〔2026〕13号' } };

  test('where the input of its gate is byte-identical, and nowhere else; a repeat answers the same', async () => {
    const first = await rows.revise(newBundleId());
    await rows.signAll(first);
    const second = await rows.revise(first.bundleId, newNumber);
    const carried = await store.carryDecisions(second, first.revision);
    // The number is metadata: the wording gate has not looked at it, the others have.
    expect(carried).toMatchObject([{ gate: 'wording', reviewerId: 'reviewer-wording', fromRevision: 1 }]);
    expect(await store.carryDecisions(second, first.revision)).toEqual(carried);
    await rows.sign(second, 'political');
  });

  test('on, from revision to revision, but not past a return', async () => {
    const first = await rows.revise(newBundleId());
    await rows.sign(first, 'wording');
    await store.addDecision(first, {
      ...{
        decision: 'returned',
        gate: 'political',
        seal: first.seal,
        reviewerId: 'reviewer-political',
        reason: '不妥',
      },
    });
    const second = await rows.revise(first.bundleId, newNumber);
    await store.carryDecisions(second, 1);
    const third = await rows.revise(first.bundleId, { manifest: { draftingUnit: '区财政局' } });
    expect(await store.carryDecisions(third, 2)).toMatchObject([{ gate: 'wording', fromRevision: 2 }]);
  });

  test('not where its reviewer, or whom they acted for, has drafted since; the others still are', async () => {
    for (const drafterId of ['reviewer-wording', 'chief']) {
      const first = await rows.revise(newBundleId());
      await rows.sign(first, 'wording', { actingFor: 'chief' });
      await rows.sign(first, 'political');
      const second = await rows.revise(first.bundleId, { manifest: { variants: {} }, drafterId });
      const gates = (await store.carryDecisions(second, 1)).map(({ gate }) => gate);
      expect(gates).toEqual(['political']);
    }
  });

  test('not over an error finding: what two people let pass on the old seal stands again on the new one', async () => {
    const obligations = {
      warnings: [],
      errors: [{ gate: 'wording', finding: 'WRD-TYPO.00000001', overridable: true }],
    };
    const first = await rows.revise(newBundleId(), { obligations });
    await rows.sign(first, 'wording');
    const second = await rows.revise(first.bundleId, { ...newNumber, obligations });
    expect(await store.carryDecisions(second, 1)).toEqual([]);
    await rows.sign(second, 'wording');
  });

  test.each<[string, string, { carriedFrom?: number; reviewer?: string; gate?: string; input?: 'old' }]>([
    ['that nobody made', 'decision_carried_whole', { gate: 'legal', reviewer: 'reviewer-legal' }],
    ['of another person', 'decision_carried_whole', { gate: 'wording', reviewer: 'somebody' }],
    ['onto an input that has changed', 'decision_carried_whole', { gate: 'political', reviewer: 'reviewer-political' }],
    ['with the input of the old revision', 'decision_on_its_input', { gate: 'political', input: 'old' }],
    ['from the revision itself', 'decision_carried_forward', { gate: 'wording', carriedFrom: 2 }],
  ])('by no direct SQL: one %s is refused', async (_, constraint, { carriedFrom = 1, gate = '', reviewer, input }) => {
    const first = await rows.revise(newBundleId());
    await rows.sign(first, 'wording');
    await rows.sign(first, 'political');
    const second = await rows.revise(first.bundleId, newNumber);
    const forged = sql`
      insert into decision (bundle_id, revision, seal, gate, decision, reviewer_id, drafter_id, input_sha256, carried_from)
      select ${second.bundleId}, ${second.revision}, ${second.seal}, gate, 'signed', ${reviewer ?? `reviewer-${gate}`},
        'drafter', sha256, ${carriedFrom}
      from gate_input where bundle_id = ${second.bundleId} and gate = ${gate}
        and revision = ${input === 'old' ? first.revision : second.revision}`.execute(db);
    await expect(forged).rejects.toMatchObject({ constraint: expect.stringContaining(constraint) });
  });
});

describe('people', () => {
  test('decide one gate each, and so does whoever they act for', async () => {
    const sealed = await rows.revise(newBundleId());
    await rows.sign(sealed, 'legal', { reviewerId: 'deputy', actingFor: 'chief' });
    for (const by of [
      { reviewerId: 'deputy' },
      { reviewerId: 'chief' },
      { reviewerId: 'somebody', actingFor: 'chief' },
      { reviewerId: 'somebody', actingFor: 'deputy' },
    ])
      await expect(rows.sign(sealed, 'wording', by)).rejects.toSatisfy(refused('NotAllowed'));
    await rows.sign(sealed, 'wording', { reviewerId: 'somebody' });
  });

  test('who drafted this revision or an earlier one decide nothing, and nobody acts for them or for oneself', async () => {
    const first = await rows.revise(newBundleId(), { drafterId: 'author' });
    const sealed = await rows.revise(first.bundleId, {
      manifest: { draftingUnit: '区财政局' },
      drafterId: 'colleague',
    });
    for (const by of [
      { reviewerId: 'author' },
      { reviewerId: 'colleague' },
      { reviewerId: 'deputy', actingFor: 'author' },
    ])
      await expect(rows.sign(sealed, 'legal', by)).rejects.toSatisfy(refused('NotAllowed'));
    const forHimself = rows.sign(sealed, 'legal', { reviewerId: 'deputy', actingFor: 'deputy' });
    await expect(forHimself).rejects.toThrow('Nobody acts for themselves'); // and not that he has decided a gate
    await rows.sign(sealed, 'legal', { reviewerId: 'deputy' });
  });
});

describe('an override', () => {
  const asked = (personId: string, step: Override['step'] = 'requested'): Override => ({
    ...{ finding: 'LAW-BASIS.00000001', gate: 'legal', step, personId, reason: '有省级依据' },
  });

  test('is two people, each once and neither of them a drafter; a repeat changes nothing', async () => {
    const sealed = await rows.revise(newBundleId());
    await expect(store.addOverride(sealed, asked('drafter'))).rejects.toSatisfy(refused('NotAllowed'));
    for (const _ of ['once', 'again']) await store.addOverride(sealed, asked('first'));
    await expect(store.addOverride(sealed, asked('other'))).rejects.toSatisfy(refused('WrongPhase'));
    await expect(store.addOverride(sealed, asked('first', 'confirmed'))).rejects.toSatisfy(refused('NotAllowed'));
    await expect(store.addOverride(sealed, asked('drafter', 'confirmed'))).rejects.toSatisfy(refused('NotAllowed'));
    await store.addOverride(sealed, asked('second', 'confirmed'));
    const { length } = await db.selectFrom('override').where('bundle_id', '=', sealed.bundleId).selectAll().execute();
    expect(length).toBe(2);
  });
});
