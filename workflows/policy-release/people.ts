import { condition, setHandler } from '@temporalio/workflow';
import type { GateDecision } from '../../schemas/gate.ts';
import { applyDecision, applyReceipt, enterReview } from './board.ts';
import { activities, type Course } from './course.ts';
import * as messages from './messages.ts';
import * as rules from './rules.ts';
import { statusOf } from './status.ts';

/** What people may do to a bundle, and when. Validators refuse before anything is written to the history. */
export function listenToPeople(course: Course): void {
  const { board, sealed, enter } = course;

  setHandler(messages.readStatus, () => statusOf(board));
  setHandler(messages.reportReceipt, (receipt) => applyReceipt(board, receipt));
  setHandler(
    messages.submit,
    async (submission) => {
      const superseded = board.releaseId ? { sealed: sealed(), releaseId: board.releaseId } : null;
      enterReview(board, submission);
      course.epoch++;
      await enter('in-review', submission.drafterId);
      if (superseded) {
        await activities.announceRelease(superseded.sealed, superseded.releaseId, {
          type: 'release.rolled-back.v1',
          reason: `superseded by revision ${submission.revision}`,
        });
      }
      return statusOf(board);
    },
    { validator: (submission: messages.Submission) => rules.assertMaySubmit(board, submission) },
  );

  const decide = async (decision: GateDecision) => {
    const decidedIn = course.epoch;
    // Two reviewers can reach one gate at once. The row decides: the first is kept, the second learns of it.
    const { decidedAt } = await activities.recordDecision(sealed(), decision);
    if (decidedIn === course.epoch) applyDecision(board, decision, decidedAt);
    return statusOf(board);
  };
  const validator = (decision: GateDecision) => rules.assertMayDecide(board, decision);
  setHandler(messages.signGate, decide, { validator });
  setHandler(messages.returnGate, decide, { validator });

  setHandler(
    messages.arm,
    async ({ t0, leaderId }) => {
      if (!board.submission) throw new RangeError('Nothing has been submitted');
      board.plan = { t0, policy: board.submission.policy };
      board.notice = null;
      board.state = 'armed'; // before the first await: a second click meets the new state
      await activities.savePlan(sealed(), board.plan);
      await enter('armed', leaderId, t0);
      return statusOf(board);
    },
    { validator: (arming: messages.Arming) => rules.assertMayArm(board, arming, Date.now()) },
  );
  setHandler(
    messages.hold,
    async ({ reason, actorId }) => {
      board.state = 'held';
      await activities.savePlan(sealed(), null);
      await enter('held', actorId, reason);
      return statusOf(board);
    },
    { validator: (_: messages.Intervention) => rules.assertMayHold(board) },
  );
  setHandler(
    messages.resume,
    async ({ t0, actorId }) => {
      board.notice = null;
      if (board.plan) {
        board.plan = { ...board.plan, t0: t0 ?? board.plan.t0 };
        board.state = 'armed';
        await activities.savePlan(sealed(), board.plan);
        await enter('armed', actorId, board.plan.t0);
      } else {
        await enter('prepared', actorId);
      }
      return statusOf(board);
    },
    { validator: ({ t0 }: messages.Resumption) => rules.assertMayResume(board, t0, Date.now()) },
  );
  setHandler(
    messages.withdraw,
    async (withdrawal) => {
      board.withdrawal = withdrawal;
      await condition(() => board.state === 'withdrawn' || board.state === 'withdrawing');
      return statusOf(board);
    },
    { validator: (_: messages.Intervention) => rules.assertMayWithdraw(board) },
  );
}
