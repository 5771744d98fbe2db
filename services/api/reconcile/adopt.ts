import type { CoreStore } from '../../../activities/ports/core-store.ts';
import type { BundleRows, LoggedRelease, RepairStore } from '../../../activities/ports/repair-store.ts';
import type { Sealed } from '../../../activities/releases/types.ts';
import type { BundleId } from '../../../schemas/bundle.ts';
import type { ReleaseState } from '../../../schemas/release.ts';
import type { Instant } from '../../../schemas/text.ts';

type Deps = {
  repairs: Pick<RepairStore, 'adoptRelease'>;
  store: Pick<CoreStore, 'addTransition' | 'addAmendment'>;
  /** From its answer on nobody else adds to the history of the bundle; `RepairStore.beginAnew`. */
  takeOver: (bundleId: BundleId) => Promise<Instant>;
};

/** Where a withdrawal need not be begun: it is under way, or nothing is public. */
const takenBack: readonly ReleaseState[] = ['withdrawing', 'withdrawn', 'rolled-back'];

/** Writes down what the log of orders knows and the rows have lost. Every one may be repeated. */
export function createAdoption({ repairs, store, takeOver }: Deps) {
  type Step = { state: ReleaseState; actorId: string; detail: string };
  async function enter({ bundleId, revision, seal }: Sealed, { transitions }: BundleRows, step: Step): Promise<void> {
    const begunAt = await takeOver(bundleId);
    await store.addTransition({ bundleId, revision, seal, transition: transitions, ...step }, begunAt);
  }

  return {
    /** The commit with its group and staging first, then how it ended. False where the rows have lost what it was of. */
    async release(logged: LoggedRelease, rows: BundleRows): Promise<boolean> {
      const revision = rows.revisions.find(({ seal }) => seal === logged.seal);
      if (!revision || !(await repairs.adoptRelease(logged))) return false;
      const { withdrawn, rolledBack, committedAt } = logged;
      const state = withdrawn ? 'withdrawn' : rolledBack ? 'rolled-back' : 'verifying';
      const detail = `by the log: ${withdrawn ?? rolledBack ?? committedAt}`;
      await enter(revision, rows, { state, actorId: 'system', detail });
      return true;
    },

    /** 撤回 by a 公告 whose order was lost with the workflow goes on: the channels have heard of the act, not of the withdrawal. */
    async acts(acts: LoggedRelease['acts'], rows: BundleRows): Promise<void> {
      if (!rows.release || !rows.revision) return;
      for (const { amendment } of acts) await store.addAmendment(rows.release, rows.release.releaseId, amendment);
      const withdrawal = acts.find(({ amendment }) => amendment.act === 'withdraw');
      if (!withdrawal || !rows.last || takenBack.includes(rows.last.state)) return;
      const actorId = `bundle:${withdrawal.amendment.byBundleId}`;
      await enter(rows.revision, rows, { state: 'withdrawing', actorId, detail: withdrawal.reason });
    },
  };
}
