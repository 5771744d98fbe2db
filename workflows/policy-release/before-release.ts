import { proxyActivities } from '@temporalio/workflow';
import type { ReleaseActivities } from '../../activities/releases/types.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { haveReached, isCleared, isReturned } from './board.ts';
import { activities, type Course } from './course.ts';
import { releaseBlockers } from './rules.ts';

// At T0 every millisecond counts, and a lost worker must not hold the commit up for minutes.
const { commitRelease } = proxyActivities<ReleaseActivities>({
  startToCloseTimeout: '10 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '2 seconds' },
});

/** 审签: waits for the four decisions, and lets the clocks run out on those that are late. */
export async function review(course: Course): Promise<void> {
  const { board, enter, holdsUntil } = course;
  const reviewing = course.epoch;
  const submission = board.submission;
  if (!submission) return;
  for (const { gate, dueAt, problem } of await activities.gateDeadlines(submission.gates, new Date().toISOString())) {
    const state = board.gates.find((candidate) => candidate.gate === gate);
    if (state && reviewing === course.epoch) Object.assign(state, { dueAt, clockProblem: problem });
  }
  const decided = () => isCleared(board) || isReturned(board);
  for (;;) {
    const due = board.gates
      .filter((gate) => gate.state === 'open' && !gate.overdue && gate.dueAt !== null)
      .map((gate) => Date.parse(gate.dueAt ?? ''));
    const next = due.length > 0 ? Math.min(...due) - Date.now() : undefined;
    if (await holdsUntil(decided, next)) break;
    if (board.state !== 'in-review' || course.epoch !== reviewing || board.withdrawal) return;
    for (const gate of board.gates) {
      if (gate.state !== 'open' || gate.overdue || !gate.dueAt || Date.parse(gate.dueAt) > Date.now()) continue;
      gate.overdue = true; // shown and announced; a late review is still a review
      await enter('in-review', 'system', `gate ${gate.gate} is overdue since ${gate.dueAt}`);
    }
  }
  await enter(isReturned(board) ? 'returned' : 'cleared', 'system');
}

/** 预置: final objects are made and staged on every channel, and no reader can see them. */
export async function prepare(course: Course): Promise<void> {
  const { board, sealed, enter, tell, holdsUntil } = course;
  const preparing = course.epoch;
  const channels = board.channels.map(({ channel }) => channel);
  await enter('preparing', 'system');
  const staged = await activities.stageRelease(sealed(), channels).catch((error: unknown) => {
    const cause = permanentCause(error);
    if (!cause) throw error;
    return cause;
  });
  if (course.epoch !== preparing) return;
  if (!('releaseId' in staged)) {
    board.notice = staged.message; // what was signed cannot be shown: only another revision helps
    return enter('returned', 'system', staged.message.en);
  }
  board.releaseId = staged.releaseId;
  await tell({ type: 'release.prepare.v1', channels: staged.channels });
  if (await holdsUntil(() => haveReached(board, channels, 'ready'))) await enter('prepared', 'system');
}

/** Waits for T0, then commits: early never, late only within the window and never silently. */
export async function awaitInstant(course: Course, lateWindowMs: number): Promise<void> {
  const { board, sealed, enter, holdsUntil } = course;
  const { plan, releaseId } = board;
  if (!plan || !releaseId) return;
  const late = Date.now() - Date.parse(plan.t0);
  if (late < 0) return void (await holdsUntil(() => false, -late));
  if (late > lateWindowMs) {
    board.notice = {
      zh: `错过了发布时刻 ${plan.t0}，请重新确定时刻后恢复`,
      en: `The release instant ${plan.t0} was missed; resume with a new one`,
    };
    await activities.savePlan(sealed(), null);
    return enter('held', 'system', 'missed its instant');
  }
  // Every channel was ready when the leader armed; one may have taken that back since (I1, I18).
  if (releaseBlockers(board).length > 0) {
    board.notice = {
      zh: `到了发布时刻 ${plan.t0} 却不具备发布条件，已暂缓`,
      en: `At the release instant ${plan.t0} something was missing, so the release is held`,
    };
    await activities.savePlan(sealed(), null);
    return enter('held', 'system', 'not ready at its instant');
  }
  board.state = 'committing'; // from here a hold comes too late
  try {
    const answer = await commitRelease(sealed(), releaseId);
    if (answer.outcome === 'committed') {
      board.committedAt = answer.committedAt;
      return enter('releasing', 'system', answer.committedAt);
    }
    board.state = 'armed'; // by the database clock it is too early: never early, so wait
    await holdsUntil(() => false, answer.waitMs);
  } catch (error) {
    const cause = permanentCause(error);
    if (!cause) throw error;
    board.notice = cause.message;
    await enter('held', 'system', cause.message.en);
  }
}
