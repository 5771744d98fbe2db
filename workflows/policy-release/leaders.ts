import { condition, setHandler } from '@temporalio/workflow';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseGroup } from '../../schemas/release.ts';
import { type Course, disarm } from './course.ts';
import * as messages from './messages.ts';
import { rows } from './port.ts';
import * as rules from './rules.ts';
import { statusOf } from './status.ts';

/** What the signing leader 签发人 may do, and when. */
export function listenToLeaders(course: Course): void {
  const { board, sealed, enter } = course;
  const savePlan = async () => {
    if (!board.plan) return;
    const { plan, armedBy, group } = board;
    await course.savePlan({ ...plan, armedBy: armedBy ?? '', groupId: group?.groupId ?? null });
  };

  const goWith = (group: ReleaseGroup | null) => {
    board.group = group;
    course.saidWhole = null;
    course.peers.clear(); // what was said in an earlier group is nothing to this one
  };

  setHandler(
    messages.declareEmergency,
    async ({ reason, actorId }) => {
      const { at } = await rows.recordEmergency(sealed(), { reason, declaredBy: actorId });
      board.emergency = { declaredBy: actorId, at };
      return statusOf(board);
    },
    { validator: (_: messages.Intervention) => rules.assertMayDeclareEmergency(board) },
  );
  setHandler(
    messages.arm,
    async ({ t0, leaderId, group }) => {
      if (!board.submission) throw new RangeError('Nothing has been submitted');
      board.plan = { t0, policy: board.submission.policy };
      board.armedBy = leaderId;
      goWith(group);
      board.notice = null;
      const entered = enter('armed', leaderId, t0); // before the first await: a second click meets the new state
      await savePlan();
      await entered;
      return statusOf(board);
    },
    { validator: (arming: messages.Arming) => rules.assertMayArm(board, arming, Date.now()) },
  );
  setHandler(
    messages.hold,
    async ({ reason, actorId }) => {
      board.state = 'committing'; // nobody decides while it is found out whether the row is there
      if (!(await disarm(course))) {
        throw permanent('WrongPhase', {
          zh: '已经发布，来不及暂缓；可以撤回',
          en: 'It has been released; it is too late to hold it, but it can be withdrawn',
        });
      }
      await enter('held', actorId, reason);
      return statusOf(board);
    },
    { validator: (_: messages.Intervention) => rules.assertMayHold(board) },
  );
  setHandler(
    messages.resume,
    async ({ t0, actorId, group }) => {
      board.notice = null;
      if (board.plan) {
        if (group !== undefined) goWith(group);
        board.plan = { ...board.plan, t0: t0 ?? board.plan.t0 };
        board.armedBy = actorId;
        const entered = enter('armed', actorId, board.plan.t0);
        await savePlan();
        await entered;
      } else {
        await enter('prepared', actorId);
      }
      return statusOf(board);
    },
    { validator: ({ t0 }: messages.Resumption) => rules.assertMayResume(board, t0, Date.now()) },
  );
  const takeBack = async (withdrawal: messages.Intervention) => {
    board.withdrawal ??= withdrawal;
    await condition(() => board.state === 'withdrawn' || board.state === 'withdrawing');
    return statusOf(board);
  };
  setHandler(messages.withdraw, takeBack, {
    validator: (_: messages.Intervention) => rules.assertMayWithdraw(board),
  });
  setHandler(messages.compensate, takeBack, {
    validator: (intervention: messages.Intervention) => rules.assertMayCompensate(board, intervention),
  });
}
