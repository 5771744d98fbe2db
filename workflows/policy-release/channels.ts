import { setHandler } from '@temporalio/workflow';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { applyReceipt, beginAttempt } from './board.ts';
import { activities, type Course } from './course.ts';
import * as messages from './messages.ts';
import * as rules from './rules.ts';
import { statusOf } from './status.ts';

/** What channels, other bundles, and the operators who look after the channels tell this bundle. */
export function listenToChannels(course: Course): void {
  const { board, tell } = course;

  setHandler(messages.reportReceipt, (receipt) => applyReceipt(board, receipt));
  setHandler(messages.reportPeer, ({ groupId, bundleId, whole }) => {
    if (groupId === board.group?.groupId && !course.peers.has(bundleId)) course.peers.set(bundleId, whole);
  });
  setHandler(messages.amend, (news) => {
    const { act, byReleaseId } = news.amendment;
    if (board.amendments.some((known) => known.byReleaseId === byReleaseId && known.act === act)) return;
    board.amendments.push(news.amendment);
    course.acts.push(news);
  });

  setHandler(
    messages.retryChannel,
    async ({ channel }) => {
      const afterCommit = board.committedAt !== null;
      const attempt = beginAttempt(board, channel);
      if (board.withdrawal && afterCommit) {
        await tell({ type: 'release.withdrawn.v1', reason: board.withdrawal.reason, attempt });
      } else {
        if (afterCommit) course.retried.add(channel);
        await tell({ type: 'release.prepare.v1', channels: [channel], attempt });
      }
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
      await activities.recordReceipt(receipt);
      applyReceipt(board, receipt);
      return statusOf(board);
    },
    { validator: (settlement: messages.Settlement) => rules.assertMaySettle(board, settlement) },
  );
}
