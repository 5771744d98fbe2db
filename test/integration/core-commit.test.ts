import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { clearRestoreMark } from '../../infra/postgres/core/restore-mark.ts';
import { isPermanent } from '../../schemas/failures.ts';
import type { Obligations } from '../../schemas/finding.ts';
import { GroupId } from '../../schemas/release.ts';
import { armedFor, noObligations, past } from '../support/core-rows.ts';
import { ownCore } from '../support/own-core.ts';
import { manifestOf, newBundleId } from '../support/release-fixture.ts';

const { db, store, rows } = await ownCore({ max: 30 });
const refused = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);
const released = async (...bundleIds: string[]) =>
  db.selectFrom('release').selectAll().where('bundle_id', 'in', bundleIds).execute();

describe('a commit is refused', () => {
  const warning = { gate: 'wording', finding: 'WRD-TITLE.00000001' };
  const error = { gate: 'legal', finding: 'LAW-BASIS.00000002', overridable: true };
  async function armed(obligations: Obligations, answers: { finding: string; answer: string }[] = []) {
    const sealed = await rows.revise(newBundleId(), { obligations });
    await rows.signAll(sealed, answers);
    return { sealed, releaseId: await rows.arm(sealed) };
  }

  test('while a warning has no answer at its own gate', async () => {
    const obligations = { ...noObligations, warnings: [warning] };
    const { sealed, releaseId } = await armed(obligations);
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('FindingsUnanswered'));
    const other = await rows.revise(newBundleId(), { obligations });
    await rows.sign(other, 'legal', { answers: [{ finding: warning.finding, answer: '不归这一关' }] });
    for (const gate of ['political', 'secrecy', 'wording']) await rows.sign(other, gate);
    const otherId = await rows.arm(other);
    await expect(store.commit(other, otherId)).rejects.toSatisfy(refused('FindingsUnanswered'));
    const answered = await armed(obligations, [{ finding: warning.finding, answer: '固定用语' }]);
    expect(await store.commit(answered.sealed, answered.releaseId)).toMatchObject({ outcome: 'committed' });
  });

  test('where a gate returned it, whatever the others signed', async () => {
    const sealed = await rows.revise(newBundleId());
    for (const gate of ['political', 'legal', 'secrecy']) await rows.sign(sealed, gate);
    await store.addDecision(sealed, {
      ...{ decision: 'returned', gate: 'wording', seal: sealed.seal, reviewerId: 'reviewer-wording', reason: '不妥' },
    });
    const releaseId = await rows.arm(sealed);
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('GatesNotPassed'));
  });

  test('while an error stands that two people did not let pass, or that nobody may', async () => {
    const { sealed, releaseId } = await armed({ ...noObligations, errors: [error] });
    const asked = { finding: error.finding, gate: 'legal', reason: '有依据' };
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('FindingsBlock'));
    // The second step alone, by direct SQL, is one person's word.
    await store.addOverride(sealed, { ...asked, step: 'confirmed', personId: 'second' });
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('FindingsBlock'));
    await store.addOverride(sealed, { ...asked, step: 'requested', personId: 'first' });
    expect(await store.commit(sealed, releaseId)).toMatchObject({ outcome: 'committed' });

    const never = await armed({ ...noObligations, errors: [{ ...error, overridable: false }] });
    await store.addOverride(never.sealed, { ...asked, step: 'requested', personId: 'first' });
    await store.addOverride(never.sealed, { ...asked, step: 'confirmed', personId: 'second' });
    await expect(store.commit(never.sealed, never.releaseId)).rejects.toSatisfy(refused('FindingsBlock'));
  });

  test('by what people said of another revision: its signatures, and what two of them let pass', async () => {
    const { sealed } = await armed(noObligations);
    const unsigned = await rows.revise(sealed.bundleId, { manifest: { draftingUnit: '区财政局' } });
    const releaseId = await rows.arm(unsigned);
    await expect(store.commit(unsigned, releaseId)).rejects.toSatisfy(refused('GatesNotPassed'));

    const obligations = { ...noObligations, errors: [error] };
    const before = await rows.revise(newBundleId(), { obligations });
    const asked = { finding: error.finding, gate: 'legal', reason: '有依据' };
    await store.addOverride(before, { ...asked, step: 'requested', personId: 'first' });
    await store.addOverride(before, { ...asked, step: 'confirmed', personId: 'second' });
    const later = await rows.revise(before.bundleId, { obligations, manifest: { draftingUnit: '区财政局' } });
    await rows.signAll(later);
    const laterId = await rows.arm(later);
    await expect(store.commit(later, laterId)).rejects.toSatisfy(refused('FindingsBlock'));
  });

  test('after a restore, until somebody has cleared the mark', async () => {
    const { sealed, releaseId } = await armed(noObligations);
    await db
      .insertInto('restore_mark')
      .values({ restored_at: past(), restored_by: 'operator', backup_at: past(), cleared_at: null, cleared_by: null })
      .execute();
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('RestoreUnreconciled'));
    await clearRestoreMark(db, 'operator');
    expect(await store.commit(sealed, releaseId)).toMatchObject({ outcome: 'committed' });
  });

  test('without staging, and for staging that is not the armed one', async () => {
    const sealed = await rows.revise(newBundleId());
    await rows.signAll(sealed);
    await store.savePlan(sealed, armedFor(past()));
    const { releaseId } = await armed(noObligations);
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('WrongPhase'));
    await rows.arm(sealed);
    await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('SealStale'));
    expect(await released(sealed.bundleId)).toEqual([]);
  });
});

test('a 公告 needs neither plan nor materials, and every gate all the same', async () => {
  const bundleId = newBundleId();
  const sealed = await rows.revise(bundleId, {
    manifest: { policyKind: 'release-notice', items: manifestOf(bundleId, ['policy-document']).items },
  });
  const releaseId = await rows.arm(sealed);
  await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused('GatesNotPassed'));
  await rows.signAll(sealed);
  expect(await store.commit(sealed, releaseId)).toMatchObject({ outcome: 'committed' });
});

test('by no direct SQL is a release public before its T0, nor twice', async () => {
  const sealed = await rows.revise(newBundleId());
  const { seal, bundleId, revision } = sealed;
  const [own, other] = [await rows.arm(sealed), await rows.arm(await rows.revise(newBundleId()))];
  const insert = (release_id: string, t0: string) =>
    db
      .insertInto('release')
      .values({ release_id, bundle_id: bundleId, revision, seal, t0, committed_at: new Date().toISOString() })
      .execute();
  await expect(insert(own, new Date(Date.now() + 60_000).toISOString())).rejects.toMatchObject({ code: '23514' });
  await insert(own, past());
  await expect(insert(other, past())).rejects.toMatchObject({ code: '23505' });
});

describe('a group', () => {
  test('commits whole and once under 20 committers from its members at once', async () => {
    const { members, groupId } = await rows.group(4);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const member = members[n % members.length];
        if (!member) throw new Error('not reached');
        return store.commit(member.sealed, member.releaseId);
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const made = await released(...members.map(({ sealed }) => sealed.bundleId));
    expect(made.map((row) => row.group_id)).toEqual(members.map(() => groupId));
    const all = members.map(({ releaseId }) => releaseId).sort();
    for (const { releaseId } of members) expect(await store.groupOf(releaseId)).toEqual(all);
  });

  test('commits nothing where a member is not armed, has another instant, or lacks a signature', async () => {
    for (const spoil of ['unarmed', 'later', 'unsigned'] as const) {
      const { members, groupId, t0 } = await rows.group(2);
      const [own, other] = members;
      if (!own || !other) throw new Error('not reached');
      if (spoil === 'unarmed') await store.savePlan(other.sealed, null);
      if (spoil === 'later')
        await store.savePlan(other.sealed, armedFor(new Date(Date.parse(t0) + 500).toISOString(), groupId));
      if (spoil === 'unsigned')
        await sql`update plan set revision = ${
          (await rows.revise(other.sealed.bundleId, { manifest: { draftingUnit: '区财政局' } })).revision
        } where bundle_id = ${other.sealed.bundleId}`.execute(db);
      await expect(store.commit(own.sealed, own.releaseId)).rejects.toSatisfy(
        (error) => isPermanent(error, 'WrongPhase') || isPermanent(error, 'SealStale'),
      );
      expect(await released(own.sealed.bundleId, other.sealed.bundleId)).toEqual([]);
    }
  });

  test('takes nobody along who is not on its list, and is nothing without a list', async () => {
    const { members, groupId, t0 } = await rows.group(2);
    const [own] = members;
    const stranger = await rows.revise(newBundleId());
    await rows.signAll(stranger);
    const strangerId = await rows.arm(stranger, groupId, t0);
    if (!own) throw new Error('not reached');
    await expect(store.commit(own.sealed, own.releaseId)).rejects.toSatisfy(refused('WrongPhase'));
    await expect(store.commit(stranger, strangerId)).rejects.toSatisfy(refused('WrongPhase'));
    await store.savePlan(stranger, armedFor(t0, GroupId.parse(randomUUID())));
    await expect(store.commit(stranger, strangerId)).rejects.toSatisfy(refused('WrongPhase'));
    await expect(store.formGroup(groupId, [stranger.bundleId], 'leader')).rejects.toSatisfy(refused('WrongPhase'));
    await store.savePlan(stranger, null);
    expect(await store.commit(own.sealed, own.releaseId)).toMatchObject({ outcome: 'committed' });
  });

  test('races with a hold: either nobody is out, or all are and the hold is told so', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const { members } = await rows.group(3);
      const [own, other] = members;
      if (!own || !other) throw new Error('not reached');
      const [commit, hold] = await Promise.all([
        store.commit(own.sealed, own.releaseId).then(
          () => true,
          () => false,
        ),
        store.savePlan(other.sealed, null),
      ]);
      const out = (await released(...members.map(({ sealed }) => sealed.bundleId))).length;
      expect(out).toBe(commit ? 3 : 0);
      expect(hold.committedAt !== null).toBe(commit);
      outcomes.add(`${commit}`);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});
