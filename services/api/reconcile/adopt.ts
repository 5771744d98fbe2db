import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { BundleRows, LoggedRelease, RepairStore } from '../../../activities/ports/repair-store.ts';
import type { ReleaseState } from '../../../schemas/release.ts';

type Deps = { repairs: Pick<RepairStore, 'adoptRelease'>; store: Pick<CoreStore, 'addTransition' | 'addAmendment'> };

/** Where a withdrawal need not be begun: it is under way, or nothing is public. */
const takenBack: readonly ReleaseState[] = ['withdrawing', 'withdrawn', 'rolled-back'];

/** Writes down what the log of orders knows and the rows have lost. Every one may be repeated. */
export function createAdoption({ repairs, store }: Deps) {
  async function enter(rows: BundleRows, state: ReleaseState, actorId: string, detail: string): Promise<boolean> {
    if (!rows.revision) return false;
    const { bundleId, revision, seal } = rows.revision;
    await store.addTransition({ bundleId, revision, seal, transition: rows.transitions, state, actorId, detail });
    return true;
  }

  return {
    /** The commit with its group and staging first, then how it ended. False where the rows have lost what it was of. */
    async release(logged: LoggedRelease, rows: BundleRows): Promise<boolean> {
      if (!rows.revision || !(await repairs.adoptRelease(logged))) return false;
      const { withdrawn, rolledBack, committedAt } = logged;
      const end = withdrawn ? ('withdrawn' as const) : rolledBack ? ('rolled-back' as const) : ('verifying' as const);
      return enter(rows, end, 'system', `by the log: ${withdrawn ?? rolledBack ?? committedAt}`);
    },

    /** 撤回 by a 公告 whose order was lost with the workflow goes on: the channels have heard of the act, not of the withdrawal. */
    async acts(acts: LoggedRelease['acts'], rows: BundleRows): Promise<void> {
      if (!rows.release) return;
      for (const { amendment } of acts) await store.addAmendment(rows.release, rows.release.releaseId, amendment);
      const withdrawal = acts.find(({ amendment }) => amendment.act === 'withdraw');
      if (!withdrawal || !rows.last || takenBack.includes(rows.last.state)) return;
      await enter(rows, 'withdrawing', `bundle:${withdrawal.amendment.byBundleId}`, withdrawal.reason);
    },
  };
}
