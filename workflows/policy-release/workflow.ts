import { allHandlersFinished, CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import { goLive, settle, takeBack } from './after-commit.ts';
import { awaitInstant, prepare, review } from './before-release.ts';
import { listenToChannels } from './channels.ts';
import { type Course, disarm, openCourse } from './course.ts';
import { listenToLeaders } from './leaders.ts';
import type { PolicyReleaseInput } from './messages.ts';
import { activities, atOnce } from './port.ts';
import { listenToReviewers } from './reviewers.ts';
import { isBeforeCommit } from './rules.ts';

/**
 * Carries one policy bundle from submission to release. The public sees nothing until every gate has signed the same
 * seal, every channel is ready and the leader's instant has come; then document, plan and materials go out together
 * (同步组织、同步审签、同步部署). It stays open afterwards, for what channels report late and for a withdrawal.
 */
export async function policyRelease(input: PolicyReleaseInput): Promise<void> {
  const course = openCourse(input);
  const { board, enter, tell, unannounced } = course;
  listenToReviewers(course);
  listenToLeaders(course);
  listenToChannels(course);
  const announcing = announceInOrder(course);
  try {
    await follow(course, input.lateWindowMs);
    await condition(() => unannounced.length === 0);
  } catch (error) {
    if (isCancellation(error) && board.submission && isBeforeCommit(board.state)) {
      log.warn('Cancelled before release: what was staged is taken down');
      await CancellationScope.nonCancellable(async () => {
        if (board.plan && !(await disarm(course))) return; // out already: nothing is taken down behind readers' backs
        await enter('withdrawn', 'system', 'cancelled by an operator');
        await tell({ type: 'release.rolled-back.v1', reason: 'cancelled by an operator' });
        await announceStored(course);
      });
    }
    throw error;
  } finally {
    void announcing;
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

/** The order of things: what each state waits for. */
async function follow(course: Course, lateWindowMs: number): Promise<void> {
  const { board } = course;
  for (;;) {
    if (board.withdrawal) return takeBack(course, board.withdrawal);
    switch (board.state) {
      case 'in-review':
        await review(course);
        break;
      case 'cleared':
      case 'preparing': // only where it was restored: its orders are given again
        await prepare(course);
        break;
      case 'armed':
        await awaitInstant(course, lateWindowMs);
        break;
      case 'releasing':
        await goLive(course);
        break;
      case 'verifying':
      case 'released':
      case 'partly-released':
      case 'outcome-unknown':
        await settle(course);
        break;
      default: {
        // draft, returned, preparing, prepared, held, rolled back: a person moves it on
        const { state } = board;
        await condition(() => board.state !== state || board.withdrawal !== null);
      }
    }
  }
}

/** People go on working while Kafka is down: announcements wait here, in order. What comes in one go is told in one go. */
async function announceInOrder(course: Course): Promise<void> {
  const { unannounced } = course;
  try {
    for (;;) {
      await condition(() => unannounced.length > 0 && unannounced.every(({ stored }) => stored));
      await announceStored(course);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

async function announceStored({ unannounced }: Course): Promise<void> {
  const stored = unannounced.flatMap((news) => news.stored ?? []);
  if (stored.length > 0) {
    await atOnce.announceTransitions(stored).catch(() => activities.announceTransitions(stored));
  }
  unannounced.splice(0, stored.length); // what came meanwhile is behind them
}
