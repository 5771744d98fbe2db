import { condition } from '@temporalio/workflow';
import type { GateClock } from '../../activities/releases/types.ts';
import { type PermanentCause, permanentCause } from '../../schemas/failures.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { haveReached, isCleared, isReturned, readyByTry, undoableChannels } from './board.ts';
import { type Course, disarm, markTold } from './course.ts';
import { activities, commitWithin, rows } from './port.ts';
import { releaseBlockers } from './rules.ts';

/** So long before T0 the commit is asked for: enough to start a hundred of them on a busy machine. */
const EARLY_MS = 5_000;
/** So long before the end of the late window the last try of a commit may have been: two are no further apart. */
const LAST_TRY_MS = 2_000;
/** A clock that cannot be reckoned, for want of a year in the table of working days, is asked for again each day. */
const DAY_MS = 24 * 3_600_000;

/** 审签: waits for the decisions; reminds, escalates, and lets the clocks run out on those that are late. */
export async function review(course: Course): Promise<void> {
  const { board, enter, holdsUntil } = course;
  const reviewing = course.epoch;
  const { submission, submittedAt } = board;
  if (!submission || !submittedAt) return;
  const clocksNow = async (): Promise<GateClock[]> => {
    const clocks = await rows.gateClocks(submission.gates, submittedAt, board.emergency?.at ?? null);
    for (const { gate, dueAt, calendarVersion, problem } of clocks) {
      const state = board.gates.find((candidate) => candidate.gate === gate);
      if (state && reviewing === course.epoch) Object.assign(state, { dueAt, calendarVersion, clockProblem: problem });
    }
    return clocks;
  };
  const decided = () => isCleared(board) || isReturned(board);
  let emergency = board.emergency;
  let clocks = await clocksNow();
  const told = new Set<string>();
  for (;;) {
    const ahead = momentsAhead(clocks).filter(({ gate, kind }) => isOpen(course, gate) && !told.has(`${kind} ${gate}`));
    const unknown = clocks.some(({ problem }) => problem !== null);
    const moments = [...ahead.map(({ at }) => at - Date.now()), ...(unknown ? [DAY_MS] : [])];
    const next = moments.length > 0 ? Math.min(...moments) : undefined;
    if (course.epoch !== reviewing) return;
    if (await holdsUntil(() => decided() || board.emergency !== emergency, next)) {
      if (decided()) break;
      emergency = board.emergency;
      clocks = await clocksNow();
      continue;
    }
    if (board.state !== 'in-review' || course.epoch !== reviewing || board.withdrawal) return;
    for (const { gate, kind, at, limit } of ahead) {
      if (at > Date.now() || !isOpen(course, gate)) continue;
      told.add(`${kind} ${gate}`);
      const state = board.gates.find((candidate) => candidate.gate === gate);
      if (state && kind === 'gate-overdue') {
        state.overdue = true; // shown and announced; a late review is still a review
        await enter('in-review', 'system', `gate ${gate} is overdue: ${limit.en}`);
      }
      await course.notify(kind, { gate, detail: limit });
    }
    if (unknown) clocks = await clocksNow();
  }
  await enter(isReturned(board) ? 'returned' : 'cleared', 'system');
}

const isOpen = ({ board }: Course, gate: string) =>
  board.gates.some((candidate) => candidate.gate === gate && candidate.state === 'open');

/** 催办、超期、升级, as milliseconds since the epoch. */
const momentsAhead = (clocks: GateClock[]) =>
  clocks.flatMap((clock) =>
    (
      [
        ['gate-reminder', clock.remindAt],
        ['gate-overdue', clock.dueAt],
        ['gate-escalation', clock.escalateAt],
      ] as const
    ).flatMap(([kind, at]) => (at ? [{ gate: clock.gate, kind, at: Date.parse(at), limit: limitOf(clock) }] : [])),
  );

/** A time limit means nothing without the table by which it was reckoned: a later one may say another day (I22). */
const limitOf = ({ dueAt, calendarVersion }: GateClock): Bilingual =>
  calendarVersion === null
    ? { zh: `审核时限 ${dueAt}（应急，按小时计）`, en: `due ${dueAt} (emergency, in hours)` }
    : {
        zh: `审核时限 ${dueAt}（工作日历第 ${calendarVersion} 版）`,
        en: `due ${dueAt} (calendar version ${calendarVersion})`,
      };

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
  await tell({ type: 'release.prepare.v1', channels, attempt: 1 });
  if (course.epoch !== preparing) return; // or it would wait for channels to be ready with what nobody has signed yet
  if (await holdsUntil(() => haveReached(board, channels, 'ready'))) await enter('prepared', 'system');
}

/**
 * Waits for T0, then commits: early never, late only within the window and never silently. The bundle stays armed while the
 * commit waits for its instant, and whoever takes the plan back before it wins: the database decides which came first.
 */
export async function awaitInstant(course: Course, lateWindowMs: number): Promise<void> {
  const { board, sealed, enter, holdsUntil, told } = course;
  const { plan, releaseId } = board;
  if (!plan || !releaseId) return;
  // It is armed from the leader's click on, so that a second one meets that; the commit goes by the row, which may take
  // longer than T0 (a database or worker that was down). Late is still right then; to look for the row before it is there is not.
  if (!(await holdsUntil(() => course.planStored === plan))) return;
  const late = Date.now() - Date.parse(plan.t0);
  if (late < -EARLY_MS) return void (await holdsUntil(() => false, -late - EARLY_MS));
  const missedIt = () =>
    standStill(course, 'missed its instant', {
      zh: `错过了发布时刻 ${plan.t0}，请重新确定时刻后恢复`,
      en: `The release instant ${plan.t0} was missed; resume with a new one`,
    });
  if (late > lateWindowMs) return missedIt();
  // Every channel was ready when the leader armed; one may have taken that back since (I1, I18).
  const isMissing = () => releaseBlockers(board).length > 0;
  const missing: Bilingual = {
    zh: `临近发布时刻 ${plan.t0} 却不具备发布条件，已暂缓`,
    en: `Close to the release instant ${plan.t0} something was missing, so the release is held`,
  };
  if (isMissing()) return standStill(course, 'not ready at its instant', missing);

  const going = readyByTry(board, undoableChannels(board));
  let ended = false;
  const commitRelease = commitWithin(Math.max(1, lateWindowMs - late));
  const commit = commitRelease(sealed(), releaseId, { going, inGroup: board.group !== null })
    .catch((error: unknown) => ({ outcome: 'failed' as const, error }))
    .finally(() => {
      ended = true;
    });
  await holdsUntil(() => ended || isMissing());
  if (!ended && board.state === 'armed') {
    if (board.withdrawal) await disarm(course);
    else await standStill(course, 'not ready at its instant', missing);
  }
  await condition(() => ended || board.state !== 'committing'); // a hold finds out whether the row is there
  if (!ended && board.state !== 'releasing') return; // there is no plan any more, so it will commit nothing
  const answer = await commit; // where it is out nothing else is ordered before its own order
  if (answer.outcome === 'committed' && answer.told) markTold(told, going);
  if (board.state !== 'armed' || board.plan !== plan) return; // somebody was faster, and went on from there
  switch (answer.outcome) {
    case 'committed':
      board.committedAt = answer.committedAt;
      return enter('releasing', 'system', answer.committedAt);
    case 'early': // by the database clock: never early, so wait
      return void (await holdsUntil(() => false, answer.waitMs - EARLY_MS));
    case 'failed': {
      const cause = permanentCause(answer.error);
      const isOver = Date.now() - Date.parse(plan.t0) > lateWindowMs - LAST_TRY_MS;
      if (!cause && !isOver) throw answer.error;
      if (board.withdrawal) return;
      if (!cause) return missedIt(); // the row may be there all the same, and then it is out
      await standStill(course, cause.message.en, asNotice(cause));
    }
  }
}

const asNotice = ({ message, mend }: PermanentCause): Bilingual =>
  mend ? { zh: `${message.zh}；${mend.zh}`, en: `${message.en}; ${mend.en}` } : message;

/** The instant came and the release may not go: it is held, and somebody is told. Never in silence. */
async function standStill(course: Course, why: string, notice: Bilingual): Promise<void> {
  const { board, enter, notify } = course;
  board.state = 'committing'; // nobody decides while it is found out whether the row is there
  if (!(await disarm(course))) return; // its group has gone, with it
  board.notice = notice;
  await enter('held', 'system', why);
  await notify('release-held', { detail: notice });
}
