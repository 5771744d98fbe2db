import { setHandler } from '@temporalio/workflow';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { tellPeer } from './after-commit.ts';
import { applyReceipt, beginAttempt, beginWithdrawal } from './board.ts';
import type { Course } from './course.ts';
import * as messages from './messages.ts';
import { rows } from './port.ts';
import * as rules from './rules.ts';
import { statusOf } from './status.ts';

/** What channels, other bundles, and the operators who look after the channels tell this bundle. */
export function listenToChannels(course: Course): void {
  const { board, enter, tell } = course;

  setHandler(messages.reportReceipt, (receipt) => applyReceipt(board, receipt));
  setHandler(messages.reportPeer, async ({ groupId, bundleId, whole, asks }) => {
    const answer = async (isWhole: boolean) => {
      if (asks) await tellPeer(bundleId, { groupId, bundleId: board.bundleId, whole: isWhole, asks: false });
    };
    // What asks was begun anew: it has not heard what was said long ago, be it in a group that this bundle has left since.
    if (groupId !== board.group?.groupId) return answer(course.wholeGroups.has(groupId));
    if (whole !== null && !course.peers.has(bundleId)) course.peers.set(bundleId, whole);
    const past = rules.afterFirstWave(board.state);
    if (past) await answer(past === 'whole');
    else if (course.saidWhole !== null) await answer(course.saidWhole);
  });
  setHandler(messages.amend, (news) => {
    const { act, byReleaseId } = news.amendment;
    if (board.amendments.some((known) => known.byReleaseId === byReleaseId && known.act === act)) return;
    board.amendments.push(news.amendment);
    course.acts.push(news);
  });

  setHandler(
    messages.retryChannel,
    async ({ channel, actorId }) => {
      const withdrawing = board.state === 'withdrawing';
      const attempt = withdrawing ? beginWithdrawal(board, channel) : beginAttempt(board, channel);
      await enter(board.state, actorId, `${channel} is tried again (${attempt})`);
      if (withdrawing) await tell({ type: 'release.withdrawn.v1', reason: board.withdrawal?.reason ?? '', attempt });
      else await tell({ type: 'release.prepare.v1', channels: [channel], attempt });
      return statusOf(board);
    },
    { validator: (retry: messages.Retry) => rules.assertMayRetry(board, retry) },
  );
  setHandler(
    messages.settleChannel,
    async ({ channel, state, evidence, actorId }) => {
      const status = board.channels.find((candidate) => candidate.channel === channel);
      if (!board.releaseId || !status) throw new RangeError(`Nothing of this bundle is on ${channel}`);
      const receipt: ChannelReceipt = {
        releaseId: board.releaseId,
        bundleId: board.bundleId,
        channel,
        state,
        attempt: status.attempt,
        about: null,
        at: new Date().toISOString(),
        digests: [],
        url: status.url,
        detail: { zh: `人工核实（${actorId}）：${evidence}`, en: `Settled by hand (${actorId}): ${evidence}` },
      };
      await enter(board.state, actorId, `${channel} is ${state}: ${evidence}`); // a receipt row names no person
      await rows.recordReceipt(receipt);
      applyReceipt(board, receipt);
      return statusOf(board);
    },
    { validator: (settlement: messages.Settlement) => rules.assertMaySettle(board, settlement) },
  );
}
