import type { Revision } from '../../../activities/ports/core-store.ts';
import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { ChannelsFile } from '../../../schemas/configuration.ts';
import type { ReleaseState } from '../../../schemas/release.ts';
import {
  applyCarried,
  applyDecision,
  applyOverride,
  applyReceipt,
  type Board,
  beginAttempt,
  enterReview,
  openBoard,
} from '../../../workflows/policy-release/board.ts';
import type { Restored } from '../../../workflows/policy-release/messages.ts';
import { submissionOf } from '../submission-of.ts';

/** The rows win: what they say of a bundle, as its workflow would know it. Null where nothing was ever accepted, or it is over. */
export function boardFromRows(rows: BundleRows, office: ChannelsFile): Restored | null {
  const { bundleId, revision, last, release, staging } = rows;
  if (!revision || !last || last.state === 'withdrawn') return null;
  const board = openBoard(bundleId);
  enterReview(board, submissionOf(revision, rows.editors, office), rows.submittedAt ?? new Date().toISOString());
  for (const { decidedAt, carriedFrom, ...decision } of rows.decisions) {
    if (carriedFrom === null) {
      applyDecision(board, decision, decidedAt);
      continue;
    }
    const { gate, reviewerId, actingFor = null } = decision;
    const reason = decision.decision === 'signed' ? (decision.opinion ?? null) : decision.reason;
    applyCarried(board, { gate, reviewerId, actingFor, reason, decidedAt, fromRevision: carriedFrom });
  }
  for (const { finding, step, personId } of rows.overrides) applyOverride(board, finding, step, personId);
  board.emergency = rows.emergency;
  board.releaseId = staging?.releaseId ?? null;
  board.group = rows.group;
  board.plan = planOf(rows, revision);
  board.armedBy = rows.plan?.armedBy ?? null;
  board.committedAt = release?.committedAt ?? null;
  board.amendments = rows.amendments;
  board.validity = rows.validity;
  for (const receipt of rows.receipts) {
    const status = board.channels.find(({ channel }) => channel === receipt.channel);
    if (status && receipt.releaseId === board.releaseId && receipt.attempt > status.attempt) {
      if (receipt.state === 'ready') beginAttempt(board, receipt.channel); // a retry: what the one before said is over
      status.attempt = receipt.attempt;
    }
    applyReceipt(board, receipt);
  }
  board.state = stateOf(board, last.state);
  if (board.state === 'withdrawing') {
    board.withdrawal = { reason: last.detail ?? '', actorId: last.actorId };
  }
  return { board, transitions: rows.transitions };
}

function planOf({ plan, release }: BundleRows, { content }: Revision): Board['plan'] {
  const t0 = release?.t0 ?? plan?.t0;
  return t0 ? { t0, policy: content.policy } : null;
}

const beforeCommit: readonly ReleaseState[] = ['cleared', 'preparing', 'prepared', 'armed', 'held'];

/** Where it goes on from. What was under way begins again: every step of it may be repeated. */
function stateOf({ committedAt, plan, releaseId }: Board, last: ReleaseState): ReleaseState {
  if (committedAt !== null && beforeCommit.includes(last)) return 'releasing'; // committed, and nobody was told yet
  if (last === 'preparing' || (last === 'prepared' && releaseId === null)) return 'cleared';
  if (last === 'armed' && plan === null) return 'held';
  return last;
}
