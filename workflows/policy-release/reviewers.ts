import { setHandler } from '@temporalio/workflow';
import type { GateDecision } from '../../schemas/gate.ts';
import { applyCarried, applyDecision, applyOverride, enterReview } from './board.ts';
import type { Course } from './course.ts';
import * as messages from './messages.ts';
import { activities, rows } from './port.ts';
import * as rules from './rules.ts';
import { statusOf } from './status.ts';

/** What drafters and reviewers may do, and when. Validators refuse before anything is written to the history. */
export function listenToReviewers(course: Course): void {
  const { board, sealed, enter } = course;

  setHandler(messages.readStatus, () => statusOf(board));
  setHandler(
    messages.submit,
    async (submission) => {
      const before = board.submission;
      const superseded = board.releaseId ? { sealed: sealed(), releaseId: board.releaseId } : null;
      enterReview(board, submission, new Date().toISOString());
      const entered = ++course.epoch;
      course.told.clear(); // what an earlier release was told is nothing to the next one
      await enter('in-review', submission.drafterId);
      if (before) {
        const carried = await rows.carryDecisions(sealed(), before.revision);
        if (entered === course.epoch) for (const decision of carried) applyCarried(board, decision);
      }
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
    const { decidedAt } = await rows.recordDecision(sealed(), decision);
    if (decidedIn === course.epoch) applyDecision(board, decision, decidedAt);
    return statusOf(board);
  };
  const validator = (decision: GateDecision) => rules.assertMayDecide(board, decision);
  setHandler(messages.signGate, decide, { validator });
  setHandler(messages.returnGate, decide, { validator });

  const override =
    (step: 'requested' | 'confirmed') =>
    async ({ finding, reason, actorId }: messages.Overriding) => {
      const decidedIn = course.epoch;
      const gate = board.submission?.obligations.errors.find((error) => error.finding === finding)?.gate ?? '';
      await rows.recordOverride(sealed(), { finding, gate, step, personId: actorId, reason });
      if (decidedIn === course.epoch) applyOverride(board, finding, step, actorId);
      return statusOf(board);
    };
  setHandler(messages.requestOverride, override('requested'), {
    validator: (asked: messages.Overriding) => rules.assertMayOverride(board, asked, 'requested'),
  });
  setHandler(messages.confirmOverride, override('confirmed'), {
    validator: (asked: messages.Overriding) => rules.assertMayOverride(board, asked, 'confirmed'),
  });
}
