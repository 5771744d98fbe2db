import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ReleaseActivities, ReleaseOrder, Sealed, Transition } from '../../activities/releases/types.ts';
import type { Channel } from '../../schemas/bundle.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import * as boards from './board.ts';
import * as messages from './messages.ts';
import * as rules from './rules.ts';
import { searchAttributes } from './search-attributes.ts';

const activities = proxyActivities<ReleaseActivities>({
  startToCloseTimeout: '10 minutes', // a long document takes a while; a worker that died is noticed by its silence
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '30 seconds' }, // only a permanent failure gives up
});
// At T0 every millisecond counts, and a lost worker must not hold the commit up for minutes.
const { commitRelease } = proxyActivities<ReleaseActivities>({
  startToCloseTimeout: '10 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '2 seconds' },
});

/**
 * Carries one policy bundle from submission to release. The public sees nothing until every gate has signed the same
 * seal, every channel is ready and the leader's instant has come; then document, plan and materials go out together
 * (同步组织、同步审签、同步部署). It stays open afterwards, for what channels report late and for a withdrawal.
 */
export async function policyRelease({ bundleId, lateWindowMs }: messages.PolicyReleaseInput): Promise<void> {
  const board = boards.openBoard(bundleId);
  let transitions = 0;
  let epoch = 0; // counts submissions: whoever waits for an earlier revision stops waiting
  const unannounced: Transition[] = [];

  const sealed = (): Sealed => {
    if (!board.submission) throw new RangeError('Nothing has been submitted');
    return { bundleId, revision: board.submission.revision, seal: board.submission.seal };
  };
  async function enter(state: ReleaseState, actorId: string, detail: string | null = null): Promise<void> {
    board.state = state;
    const transition: Transition = { ...sealed(), transition: transitions++, state, actorId, detail };
    upsertSearchAttributes(searchAttributes(board));
    await activities.recordTransition(transition);
    unannounced.push(transition);
  }

  setHandler(messages.readStatus, () => boards.statusOf(board));
  setHandler(messages.reportReceipt, (receipt) => boards.applyReceipt(board, receipt));
  setHandler(
    messages.submit,
    async (submission) => {
      const superseded = board.releaseId ? { sealed: sealed(), releaseId: board.releaseId } : null;
      boards.enterReview(board, submission);
      epoch++;
      await enter('in-review', submission.drafterId);
      if (superseded) {
        await activities.announceRelease(superseded.sealed, superseded.releaseId, {
          type: 'release.rolled-back.v1',
          reason: `superseded by revision ${submission.revision}`,
        });
      }
      return boards.statusOf(board);
    },
    { validator: (submission: messages.Submission) => rules.assertMaySubmit(board, submission) },
  );
  const decide = async (decision: GateDecision) => {
    const decidedIn = epoch;
    // Two reviewers can reach one gate at once. The row decides: the first is kept, the second learns of it.
    const { decidedAt } = await activities.recordDecision(sealed(), decision);
    if (decidedIn === epoch) boards.applyDecision(board, decision, decidedAt);
    return boards.statusOf(board);
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
      return boards.statusOf(board);
    },
    { validator: (arming: messages.Arming) => rules.assertMayArm(board, arming, Date.now()) },
  );
  setHandler(
    messages.hold,
    async ({ reason, actorId }) => {
      board.state = 'held';
      await activities.savePlan(sealed(), null);
      await enter('held', actorId, reason);
      return boards.statusOf(board);
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
      return boards.statusOf(board);
    },
    { validator: ({ t0 }: messages.Resumption) => rules.assertMayResume(board, t0, Date.now()) },
  );
  setHandler(
    messages.withdraw,
    async (withdrawal) => {
      board.withdrawal = withdrawal;
      await condition(() => board.state === 'withdrawn' || board.state === 'withdrawing');
      return boards.statusOf(board);
    },
    { validator: (_: messages.Intervention) => rules.assertMayWithdraw(board) },
  );

  // People go on working while Kafka is down: announcements wait here, in order.
  const announcing = (async () => {
    for (;;) {
      await condition(() => unannounced.length > 0);
      const next = unannounced[0];
      if (next) await activities.announceTransition(next);
      unannounced.shift();
    }
  })().catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });

  const tell = async (order: ReleaseOrder): Promise<void> => {
    if (board.releaseId) await activities.announceRelease(sealed(), board.releaseId, order);
  };
  /** Waits in the present state and revision; true where `ready` came true before the state, a withdrawal or time did. */
  async function holdsUntil(ready: () => boolean, timeoutMs?: number): Promise<boolean> {
    const [state, began] = [board.state, epoch];
    const interrupted = () => board.state !== state || epoch !== began || board.withdrawal !== null;
    const settled = () => ready() || interrupted();
    if (timeoutMs === undefined) await condition(settled);
    else await condition(settled, Math.max(0, timeoutMs));
    return ready() && !interrupted();
  }

  async function review(): Promise<void> {
    const reviewing = epoch;
    const submission = board.submission;
    if (!submission) return;
    for (const { gate, dueAt, problem } of await activities.gateDeadlines(submission.gates, new Date().toISOString())) {
      const state = board.gates.find((candidate) => candidate.gate === gate);
      if (state && reviewing === epoch) Object.assign(state, { dueAt, clockProblem: problem });
    }
    const decided = () => boards.isCleared(board) || boards.isReturned(board);
    for (;;) {
      const due = board.gates
        .filter((gate) => gate.state === 'open' && !gate.overdue && gate.dueAt !== null)
        .map((gate) => Date.parse(gate.dueAt ?? ''));
      const next = due.length > 0 ? Math.min(...due) - Date.now() : undefined;
      if (await holdsUntil(decided, next)) break;
      if (board.state !== 'in-review' || epoch !== reviewing || board.withdrawal) return;
      for (const gate of board.gates) {
        if (gate.state !== 'open' || gate.overdue || !gate.dueAt || Date.parse(gate.dueAt) > Date.now()) continue;
        gate.overdue = true; // shown and announced; a late review is still a review
        await enter('in-review', 'system', `gate ${gate.gate} is overdue since ${gate.dueAt}`);
      }
    }
    await enter(boards.isReturned(board) ? 'returned' : 'cleared', 'system');
  }

  async function prepare(): Promise<void> {
    const preparing = epoch;
    const channels = board.channels.map(({ channel }) => channel);
    await enter('preparing', 'system');
    const staged = await activities.stageRelease(sealed(), channels).catch((error: unknown) => {
      const cause = permanentCause(error);
      if (!cause) throw error;
      return cause;
    });
    if (epoch !== preparing) return;
    if (!('releaseId' in staged)) {
      board.notice = staged.message; // what was signed cannot be shown: only another revision helps
      return enter('returned', 'system', staged.message.en);
    }
    board.releaseId = staged.releaseId;
    await tell({ type: 'release.prepare.v1', channels: staged.channels });
    if (await holdsUntil(() => boards.haveReached(board, channels, 'ready'))) await enter('prepared', 'system');
  }

  async function awaitInstant(): Promise<void> {
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

  /** 不可逆次序: a wave goes only after the one before it is public and was read back. */
  async function goLive(): Promise<void> {
    const committedAt = board.committedAt ?? '';
    const waves = [...new Set(board.submission?.channels.map(({ wave }) => wave))].sort((a, b) => a - b);
    for (const wave of waves) {
      const channels: Channel[] = (board.submission?.channels ?? [])
        .filter((c) => c.wave === wave)
        .map((c) => c.channel);
      await tell({ type: 'release.go.v1', channels, committedAt });
      const settled = () =>
        board.channels.every(
          (c) => !channels.includes(c.channel) || ['verified', 'refused', 'unknown'].includes(c.state),
        );
      await condition(settled);
      if (wave === waves[0] && waves.length > 1 && !boards.haveReached(board, channels, 'verified')) {
        // Nothing irreversible has happened yet, so document and interpretation disappear again together.
        await tell({
          type: 'release.rolled-back.v1',
          reason: 'an undoable channel failed before the point of no return',
        });
        board.notice = {
          zh: '首批渠道发布失败，已全部回退',
          en: 'An undoable channel failed; everything was rolled back',
        };
        return enter('rolled-back', 'system');
      }
      if (wave === waves[0]) await enter('verifying', 'system');
    }
  }

  /** 发布之后: late reports still move the outcome, until somebody withdraws. */
  async function settle(): Promise<void> {
    const outcome = boards.publicOutcome(board);
    if (outcome !== board.state) await enter(outcome, 'system');
    if (outcome === 'partly-released' && board.submission?.policy === 'compensate') {
      board.withdrawal ??= { reason: 'a channel failed, and the bundle’s policy is to compensate', actorId: 'system' };
    }
    await condition(() => board.withdrawal !== null || boards.publicOutcome(board) !== board.state);
  }

  async function takeBack({ reason, actorId }: messages.Intervention): Promise<void> {
    if (rules.isBeforeCommit(board.state)) {
      await tell({ type: 'release.rolled-back.v1', reason });
      return enter('withdrawn', actorId, reason);
    }
    await enter('withdrawing', actorId, reason);
    await tell({ type: 'release.withdrawn.v1', reason });
    await condition(() => board.channels.every((channel) => channel.state === 'withdrawn'));
    await enter('withdrawn', 'system');
  }

  const order = async (): Promise<void> => {
    for (;;) {
      if (board.withdrawal && board.state !== 'committing' && board.state !== 'releasing')
        return takeBack(board.withdrawal);
      switch (board.state) {
        case 'in-review':
          await review();
          break;
        case 'cleared':
          await prepare();
          break;
        case 'armed':
          await awaitInstant();
          break;
        case 'releasing':
          await goLive();
          break;
        case 'verifying':
        case 'released':
        case 'partly-released':
        case 'outcome-unknown':
          await settle();
          break;
        default: {
          // draft, returned, preparing, prepared, held, rolled back: a person moves it on
          const { state } = board;
          await condition(() => board.state !== state || board.withdrawal !== null);
        }
      }
    }
  };

  try {
    await order();
    await condition(() => unannounced.length === 0);
  } catch (error) {
    if (isCancellation(error) && board.submission && rules.isBeforeCommit(board.state)) {
      log.warn('Cancelled before release: what was staged is taken down');
      await CancellationScope.nonCancellable(async () => {
        await tell({ type: 'release.rolled-back.v1', reason: 'cancelled by an operator' });
        await enter('withdrawn', 'system', 'cancelled by an operator');
        for (const transition of unannounced) await activities.announceTransition(transition);
      });
    }
    throw error;
  } finally {
    void announcing;
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}
