import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import type { ArmedPlan, Going, ReleaseOrder, Sealed, Transition } from '../../activities/releases/types.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { GateId } from '../../schemas/finding.ts';
import type { NoticeKind } from '../../schemas/notice.ts';
import type { GroupId, ReleasePlan, ReleaseState } from '../../schemas/release.ts';
import type { Bilingual, Instant } from '../../schemas/text.ts';
import { type Board, openBoard } from './board.ts';
import type { AmendmentNews, PolicyReleaseInput } from './messages.ts';
import { activities, decided, rows } from './port.ts';
import { searchAttributes } from './search-attributes.ts';

/** One bundle's way: its board, and the few ways in which people, channels and time move it on. */
export type Course = {
  board: Board;
  /** Counts submissions: whoever waits for an earlier revision stops waiting. */
  epoch: number;
  /** Transitions that Kafka has not heard of yet, in order; null until the row is there. */
  unannounced: { stored: Transition | null }[];
  /** 同批: what the other members said of their undoable channels. */
  peers: Map<BundleId, boolean>;
  /** What this one said of its own to the others; null before. */
  saidWhole: boolean | null;
  /** Groups that went out whole with this bundle. */
  wholeGroups: Set<GroupId>;
  /** The try of each channel that was told to go. */
  told: Map<Channel, number>;
  /** What this bundle does to others has been told to them. */
  acted: boolean;
  /** Begun from the rows: what others said meanwhile was not heard. */
  begunAnew: boolean;
  /** Acts of later bundles that the channels have not been told of. */
  acts: AmendmentNews[];
  sealed(): Sealed;
  /** The plan whose row is there. */
  planStored: ReleasePlan | null;
  /**
   * Enters a state: the row is written before this resolves, one after another; the announcement follows when Kafka takes
   * it.
   */
  enter(state: ReleaseState, actorId: string, detail?: string | null): Promise<void>;
  /** Keeps what somebody has to look at; once each time, also where it happens again later. */
  notify(kind: NoticeKind, about?: { gate?: GateId; detail?: Bilingual }): Promise<void>;
  /** Gives an order to the channels; nothing where nothing was staged. */
  tell(order: ReleaseOrder): Promise<void>;
  /** Writes the leader's decision, one write after another, so that the row ends as the last decision. */
  savePlan(plan: ArmedPlan | null): Promise<{ committedAt: Instant | null }>;
  /** Waits in the present state and revision; true where `ready` came true before the state, a withdrawal or time did. */
  holdsUntil(ready: () => boolean, timeoutMs?: number): Promise<boolean>;
};

export function openCourse({ bundleId, restored }: PolicyReleaseInput): Course {
  const board = restored?.board ?? openBoard(bundleId);
  let transitions = restored?.transitions ?? 0;
  const begunAt = restored?.begunAt ?? null;
  let planWritten: Promise<unknown> = Promise.resolve();
  let lastStored: Promise<unknown> = Promise.resolve();
  const course: Course = {
    board,
    epoch: 0,
    unannounced: [],
    peers: new Map(),
    saidWhole: null,
    wholeGroups: new Set(),
    told: new Map(),
    planStored: board.plan,
    acted: false,
    begunAnew: restored !== undefined,
    acts: [],
    sealed() {
      if (!board.submission) throw new RangeError('Nothing has been submitted');
      return { bundleId, revision: board.submission.revision, seal: board.submission.seal };
    },
    async enter(state, actorId, detail = null) {
      board.state = state;
      const entered = { ...course.sealed(), state, actorId, detail };
      upsertSearchAttributes(searchAttributes(board));
      const news: Course['unannounced'][number] = { stored: null };
      course.unannounced.push(news);
      const { recordTransition } = actorId === 'system' && state !== 'verifying' ? rows : decided;
      const stored = lastStored.then(async () => {
        const transition = await recordTransition({ ...entered, transition: transitions }, begunAt);
        transitions = transition + 1;
        news.stored = { ...entered, transition };
      });
      lastStored = stored.catch(() => undefined);
      await stored;
    },
    notify: (kind, { gate = null, detail = null } = {}) =>
      rows.notify(course.sealed(), { kind, gate, detail, after: transitions }),
    async tell(order) {
      if (board.releaseId) await activities.announceRelease(course.sealed(), board.releaseId, order);
    },
    savePlan(plan) {
      const sealed = course.sealed();
      const meant = board.plan;
      const written = planWritten.then(async () => {
        const answer = await decided.savePlan(sealed, plan);
        course.planStored = plan && meant;
        return answer;
      });
      planWritten = written.catch(() => undefined);
      return written;
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

export function markTold(told: Map<Channel, number>, going: readonly Going[]): void {
  for (const { channels, attempt } of going) for (const channel of channels) told.set(channel, attempt);
}

/**
 * Takes the plan back. False where it is too late: its own commit or that of another member of its group was there before,
 * so this bundle is out and goes on from there.
 */
export async function disarm({ board, savePlan, enter }: Course): Promise<boolean> {
  const { committedAt } = await savePlan(null);
  if (!committedAt) return true;
  board.committedAt = committedAt;
  await enter('releasing', 'system', committedAt);
  return false;
}
