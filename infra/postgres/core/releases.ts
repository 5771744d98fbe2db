import type { Kysely } from 'kysely';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import { permanent } from '../../../schemas/failures.ts';
import { Amendment, GroupId, ReleaseId, ReleaseState } from '../../../schemas/release.ts';
import { Digest } from '../../../schemas/text.ts';
import { createCommit } from './commit.ts';
import type { CoreTables } from './tables.ts';

type Releases = Pick<
  CoreStore,
  | 'savePlan'
  | 'formGroup'
  | 'commit'
  | 'releases'
  | 'groupOf'
  | 'amendments'
  | 'lastState'
  | 'addAmendment'
  | 'addValidity'
>;

/** The leader's decision, what was released by it, and what became of that. */
export const createReleaseRows = (db: Kysely<CoreTables>): Releases => ({
  savePlan: ({ bundleId, revision, seal }, plan) =>
    db.transaction().execute(async (tx) => {
      // Behind the lock of a commit that runs now: a hold that comes too late learns of it.
      await tx.selectFrom('plan').select('t0').where('bundle_id', '=', bundleId).forUpdate().execute();
      const released = await tx
        .selectFrom('release')
        .select('committed_at')
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .executeTakeFirst();
      if (released) return { committedAt: released.committed_at };
      if (!plan) {
        await tx.deleteFrom('plan').where('bundle_id', '=', bundleId).execute();
        return { committedAt: null };
      }
      const { t0, policy, groupId, armedBy } = plan;
      const row = { revision, seal, t0, policy, group_id: groupId, armed_by: armedBy };
      await tx
        .insertInto('plan')
        .values({ bundle_id: bundleId, ...row })
        .onConflict((conflict) => conflict.column('bundle_id').doUpdateSet(row))
        .execute();
      return { committedAt: null };
    }),

  formGroup: (groupId, members, leaderId) =>
    db.transaction().execute(async (tx) => {
      await tx
        .insertInto('release_group')
        .values(members.map((bundle_id) => ({ group_id: groupId, bundle_id, formed_by: leaderId })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const known = await tx.selectFrom('release_group').select('bundle_id').where('group_id', '=', groupId).execute();
      if (known.length === members.length && known.every(({ bundle_id }) => members.some((id) => id === bundle_id)))
        return;
      throw permanent('WrongPhase', { zh: '同批编号已用于另一组政策包', en: 'This group id names other bundles' });
    }),

  commit: createCommit(db),

  async releases(bundleId) {
    const rows = await db
      .selectFrom('release')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .orderBy('revision')
      .execute();
    return rows.map((row) => ({
      bundleId,
      revision: row.revision,
      seal: Digest.parse(row.seal),
      releaseId: ReleaseId.parse(row.release_id),
      t0: row.t0,
      committedAt: row.committed_at,
      groupId: row.group_id ? GroupId.parse(row.group_id) : null,
    }));
  },

  async groupOf(releaseId) {
    const rows = await db
      .selectFrom('release as own')
      .innerJoin('release as member', 'member.group_id', 'own.group_id')
      .select('member.release_id')
      .where('own.release_id', '=', releaseId)
      .orderBy('member.release_id')
      .execute();
    return rows.map(({ release_id }) => ReleaseId.parse(release_id));
  },

  async addAmendment({ bundleId }, releaseId, { act, on, byBundleId, byReleaseId }) {
    await db
      .insertInto('amendment')
      .values({
        release_id: releaseId,
        bundle_id: bundleId,
        act,
        effective_on: on,
        by_bundle_id: byBundleId,
        by_release_id: byReleaseId,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async amendments(releaseId) {
    const rows = await db
      .selectFrom('amendment')
      .selectAll()
      .where('release_id', '=', releaseId)
      .orderBy('at')
      .execute();
    return rows.map((row) =>
      Amendment.parse({
        act: row.act,
        on: row.effective_on,
        byBundleId: row.by_bundle_id,
        byReleaseId: row.by_release_id,
      }),
    );
  },

  async lastState(bundleId) {
    const row = await db
      .selectFrom('transition')
      .select('state')
      .where('bundle_id', '=', bundleId)
      .orderBy('transition', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? ReleaseState.parse(row.state) : null;
  },

  async addValidity({ bundleId }, releaseId, validity, since) {
    await db
      .insertInto('validity')
      .values({ release_id: releaseId, bundle_id: bundleId, validity, since })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
});
