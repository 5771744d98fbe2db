import { condition, proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type { ReleaseActivities, ReleaseOrder, Sealed, Transition } from '../../activities/releases/types.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import { type Board, openBoard } from './board.ts';
import { searchAttributes } from './search-attributes.ts';

export const activities = proxyActivities<ReleaseActivities>({
  startToCloseTimeout: '10 minutes', // a long document takes a while; a worker that died is noticed by its silence
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '30 seconds' }, // only a permanent failure gives up
});

/** One bundle's way: its board, and the few ways in which people, channels and time move it on. */
export type Course = {
  board: Board;
  /** Counts submissions: whoever waits for an earlier revision stops waiting. */
  epoch: number;
  /** Transitions that Kafka has not heard of yet, in order. */
  unannounced: Transition[];
  sealed(): Sealed;
  /** Enters a state: the row is written before this resolves, the announcement follows when Kafka takes it. */
  enter(state: ReleaseState, actorId: string, detail?: string | null): Promise<void>;
  /** Gives an order to the channels; nothing where nothing was staged. */
  tell(order: ReleaseOrder): Promise<void>;
  /** Waits in the present state and revision; true where `ready` came true before the state, a withdrawal or time did. */
  holdsUntil(ready: () => boolean, timeoutMs?: number): Promise<boolean>;
};

export function openCourse(bundleId: BundleId): Course {
  const board = openBoard(bundleId);
  let transitions = 0;
  const course: Course = {
    board,
    epoch: 0,
    unannounced: [],
    sealed() {
      if (!board.submission) throw new RangeError('Nothing has been submitted');
      return { bundleId, revision: board.submission.revision, seal: board.submission.seal };
    },
    async enter(state, actorId, detail = null) {
      board.state = state;
      const transition: Transition = { ...course.sealed(), transition: transitions++, state, actorId, detail };
      upsertSearchAttributes(searchAttributes(board));
      await activities.recordTransition(transition);
      course.unannounced.push(transition);
    },
    async tell(order) {
      if (board.releaseId) await activities.announceRelease(course.sealed(), board.releaseId, order);
    },
    async holdsUntil(ready, timeoutMs) {
      const [state, began] = [board.state, course.epoch];
      const interrupted = () => board.state !== state || course.epoch !== began || board.withdrawal !== null;
      const settled = () => ready() || interrupted();
      if (timeoutMs === undefined) await condition(settled);
      else await condition(settled, Math.max(0, timeoutMs));
      return ready() && !interrupted();
    },
  };
  return course;
}
