import type { Announcer } from '../ports/announcer.ts';
import type { CoreStore } from '../ports/core-store.ts';
import { createAlarm } from './alarm.ts';
import { releaseEvent } from './events.ts';
import { mayBeLate, tellLateOrder } from './lateness.ts';
import type { CommitAnswer, ReleaseActivities } from './types.ts';

/** The workflow asks a few seconds before T0; a database clock that is further behind than this is asked about again. */
const LONGEST_WAIT_MS = 10_000;
/** Timers are no better than this. Who still finds it early by more has another plan before him: the workflow looks again. */
const NEARLY_MS = 250;
/**
 * What follows the commit in Temporal waits until the site is likely to be public: both want the same processors, and readers
 * come first. On two processors the site needs some 10 ms a bundle; one bundle alone has nobody to make way for.
 */
const BREATH_MS = 12;
const LONGEST_BREATH_MS = 2_000;

export type CommitDeps = {
  store: CoreStore;
  announcer: Announcer;
  /** Rejects where the attempt is cancelled or its worker stops; the next attempt goes on. */
  pause: (ms: number) => Promise<void>;
};

type Committed = Extract<CommitAnswer, { outcome: 'committed' }>;

/**
 * Waits for T0, commits, and tells the undoable channels to go: between the instant and the public site stand one
 * transaction and one record, and no task of Temporal. A repeat finds the row, and tells again by the same event ids.
 */
export const createCommitAtInstant = ({ store, announcer, pause }: CommitDeps): ReleaseActivities['commitRelease'] => {
  const wakeWithOthers = createAlarm(); // so that attempts for one T0 share a transaction
  let inHand = 0; // attempts of this process
  const breathe = async (): Promise<void> => {
    // An attempt that is to end has its answer all the same.
    if (inHand > 1) await pause(Math.min(inHand * BREATH_MS, LONGEST_BREATH_MS)).catch(() => undefined);
  };

  const attempt: ReleaseActivities['commitRelease'] = async (sealed, releaseId, { going, inGroup }) => {
    const staging = await store.staging(sealed); // now, while there is time
    let answer = await store.commit(sealed, releaseId);
    for (let most = LONGEST_WAIT_MS; answer.outcome === 'early' && answer.waitMs <= most; most = NEARLY_MS) {
      await wakeWithOthers(answer.t0, pause(answer.waitMs));
      answer = await store.commit(sealed, releaseId);
    }
    if (answer.outcome === 'early') return { outcome: 'early', waitMs: answer.waitMs };

    const tell = async ({ committedAt, t0 }: Committed): Promise<boolean> => {
      if (!staging) return false;
      const group = inGroup ? await store.groupOf(releaseId) : [];
      const context = { staging, time: committedAt, actsOn: [], group };
      await announcer.announce(
        going.map((each) => releaseEvent(sealed, releaseId, { type: 'release.go.v1', committedAt, ...each }, context)),
      );
      const first = going.filter(({ attempt }) => attempt === 1).flatMap(({ channels }) => channels);
      // At one T0 a hundred come here at once: what kept its instant costs no look at the database.
      if (first.length > 0 && mayBeLate(t0, committedAt, first))
        await tellLateOrder(store, sealed, first, await store.now());
      return true;
    };
    // It is out. Where Kafka is away the workflow tells, as often as it takes.
    const told = await tell(answer).catch(() => false);
    if (told) await breathe();
    return { outcome: 'committed', committedAt: answer.committedAt, told };
  };
  return async (...input) => {
    inHand += 1;
    try {
      return await attempt(...input);
    } finally {
      inHand -= 1;
    }
  };
};
