import type { CarriedDecision, Going } from '../../activities/releases/types.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { FindingKey } from '../../schemas/finding.ts';
import type { GateDecision, GateState } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type {
  Amendment,
  BoardStatus,
  ChannelState,
  ChannelStatus,
  ReleaseGroup,
  ReleaseId,
  ReleasePlan,
  ReleaseState,
  Validity,
} from '../../schemas/release.ts';
import type { Bilingual, Instant } from '../../schemas/text.ts';
import type { Intervention, Submission } from './messages.ts';

/** All that the workflow knows of one bundle. Changed by the functions below only; they are pure but for `board`. */
export type Board = {
  bundleId: BundleId;
  /** Null until the first submission. */
  submission: Submission | null;
  /** When the present revision came in; the clocks of its gates count from here. */
  submittedAt: Instant | null;
  state: ReleaseState;
  gates: GateState[];
  overrides: BoardStatus['overrides'];
  emergency: BoardStatus['emergency'];
  releaseId: ReleaseId | null;
  plan: ReleasePlan | null;
  armedBy: string | null;
  group: ReleaseGroup | null;
  committedAt: Instant | null;
  channels: ChannelStatus[];
  /** Receipts of this release, each as channel, try, state, instant and detail: what is told again is a repeat. */
  heard: string[];
  withdrawal: Intervention | null;
  validity: Validity | null;
  amendments: Amendment[];
  /** Why the release stands still, where the state alone does not say it. */
  notice: Bilingual | null;
};

export const openBoard = (bundleId: BundleId): Board => ({
  bundleId,
  submission: null,
  submittedAt: null,
  state: 'draft',
  gates: [],
  overrides: [],
  emergency: null,
  releaseId: null,
  plan: null,
  armedBy: null,
  group: null,
  committedAt: null,
  channels: [],
  heard: [],
  withdrawal: null,
  validity: null,
  amendments: [],
  notice: null,
});

/** Channels of this wave (website, gazette) can show less again as if nothing had been there; those of later waves cannot. */
const undoableWave = 1;
export const undoableChannels = ({ submission }: Board): Channel[] =>
  (submission?.channels ?? []).flatMap(({ channel, wave }) => (wave === undoableWave ? [channel] : []));

/** A new revision starts with open gates and nothing staged. */
export function enterReview(board: Board, submission: Submission, submittedAt: Instant): void {
  board.submission = submission;
  board.submittedAt = submittedAt;
  board.state = 'in-review';
  board.gates = submission.gates.map(({ id, name }) => ({
    gate: id,
    name,
    state: 'open',
    reviewerId: null,
    decidedAt: null,
    reason: null,
    actingFor: null,
    carriedFrom: null,
    mustAnswer: submission.obligations.warnings.filter(({ gate }) => gate === id).map(({ finding }) => finding),
    blockedBy: submission.obligations.errors.filter(({ gate }) => gate === id).map(({ finding }) => finding),
    dueAt: null,
    calendarVersion: null,
    overdue: false,
    clockProblem: null,
  }));
  board.releaseId = null;
  board.overrides = [];
  board.plan = null;
  board.armedBy = null;
  board.group = null;
  board.committedAt = null;
  board.notice = null;
  board.channels = submission.channels.map(({ channel }) => emptyChannel(channel));
  board.heard = [];
}

const emptyChannel = (channel: Channel, attempt = 1): ChannelStatus => ({
  channel,
  state: 'none',
  attempt,
  url: null,
  readyAt: null,
  liveAt: null,
  verifiedAt: null,
  withdrawnAt: null,
  detail: null,
});

export function applyDecision(board: Board, decision: GateDecision, decidedAt: Instant): void {
  const gate = board.gates.find((candidate) => candidate.gate === decision.gate);
  if (!gate) return;
  gate.state = decision.decision;
  gate.reviewerId = decision.reviewerId;
  gate.decidedAt = decidedAt;
  gate.actingFor = decision.actingFor ?? null;
  gate.reason = decision.decision === 'returned' ? decision.reason : (decision.opinion ?? null);
}

/** 未变即有效: the decision of an earlier revision stands at a gate that nobody has decided anew. */
export function applyCarried(board: Board, { gate: id, fromRevision, ...decision }: CarriedDecision): void {
  const gate = board.gates.find((candidate) => candidate.gate === id);
  if (gate?.state === 'open') Object.assign(gate, { ...decision, state: 'signed', carriedFrom: fromRevision });
}

export function applyOverride(
  board: Board,
  finding: FindingKey,
  step: 'requested' | 'confirmed',
  personId: string,
): void {
  const asked = board.overrides.find((override) => override.finding === finding);
  if (step === 'requested') {
    if (!asked) board.overrides.push({ finding, requestedBy: personId, confirmedBy: null }); // else a second click
    return;
  }
  if (asked) asked.confirmedBy = personId;
  for (const gate of board.gates) gate.blockedBy = gate.blockedBy.filter((blocking) => blocking !== finding);
}

/** 重试: from here on only the new try of the channel is heard. */
export function beginAttempt(board: Board, channel: Channel): number {
  const status = board.channels.find((candidate) => candidate.channel === channel);
  if (!status) throw new RangeError(`The bundle does not go to ${channel}`);
  const attempt = status.attempt + 1;
  Object.assign(status, emptyChannel(channel, attempt));
  return attempt;
}

/**
 * 撤回 is one order to all channels, so they have one number of a try from here on: the highest that any had, or, where a
 * channel refused, one more. What is withdrawn already says so again.
 */
export function beginWithdrawal(board: Board, refused: Channel | null = null): number {
  const attempt = Math.max(1, ...board.channels.map((channel) => channel.attempt)) + (refused ? 1 : 0);
  for (const status of board.channels) {
    Object.assign(status, { attempt }, status.channel === refused && { state: 'live', detail: null });
  }
  return attempt;
}

/** A later state is never overwritten by an earlier one: receipts may repeat and arrive out of order. */
const rank: Record<ChannelState, number> = {
  none: 0,
  ready: 1,
  refused: 2,
  unknown: 2,
  live: 3,
  verified: 4,
  discarded: 5,
  withdrawn: 6,
};

export function applyReceipt(board: Board, receipt: ChannelReceipt): void {
  const channel = board.channels.find((candidate) => candidate.channel === receipt.channel);
  if (!channel || receipt.releaseId !== board.releaseId) return; // of an earlier revision
  if (receipt.attempt < channel.attempt || receipt.state === 'amended') return; // of an earlier try; or of a later bundle
  const said = `${receipt.channel} ${receipt.attempt} ${receipt.state} ${receipt.at} ${receipt.detail?.en ?? ''}`;
  if (board.heard.includes(said)) return; // a `live` that comes again must not cover the refusal after it
  board.heard.push(said);
  if (receipt.state === 'ready') channel.readyAt ??= receipt.at;
  if (receipt.state === 'live') channel.liveAt ??= receipt.at;
  if (receipt.state === 'verified') channel.verifiedAt ??= receipt.at;
  if (receipt.state === 'withdrawn') channel.withdrawnAt ??= receipt.at;
  if (receipt.url) channel.url = receipt.url;
  // A refusal is heard at every stage (a live article may be refused later by the platform), success only forwards. A doubt
  // says nothing against what was read back or taken down: of two instances that look at once, one may get no answer.
  const doubt = receipt.state === 'unknown' && rank[channel.state] < rank.verified;
  const refusal = receipt.state === 'refused' || doubt;
  if (rank[receipt.state] <= rank[channel.state] && !(refusal && channel.state !== 'withdrawn')) return;
  channel.state = receipt.state;
  channel.detail = receipt.detail;
}

export const isCleared = (board: Board) =>
  board.gates.length > 0 && board.gates.every((gate) => gate.state === 'signed');
export const isReturned = (board: Board) => board.gates.some((gate) => gate.state === 'returned');

/** What ends a channel's part in the release without its being public. */
const failed: readonly ChannelState[] = ['refused', 'discarded', 'withdrawn'];
/** True where every named channel has reached `state` or gone beyond it; what failed or is in doubt has not. */
export const haveReached = (
  board: Board,
  channels: readonly Channel[],
  state: 'ready' | 'live' | 'verified',
): boolean =>
  board.channels
    .filter((status) => channels.includes(status.channel))
    .every(({ state: reached }) => !failed.includes(reached) && reached !== 'unknown' && rank[reached] >= rank[state]);

/** True where a named channel is not public, or nobody knows whether it is. */
export const haveFailed = (board: Board, channels: readonly Channel[]): boolean =>
  board.channels.some(
    ({ channel, state }) => channels.includes(channel) && (state === 'unknown' || failed.includes(state)),
  );

/** True where every named channel has said how it ended. */
const haveSettled = (board: Board, channels: readonly Channel[]): boolean =>
  board.channels
    .filter((status) => channels.includes(status.channel))
    .every(({ state }) => state === 'verified' || state === 'unknown' || failed.includes(state));

/**
 * 不可逆次序: the channels that are told to go next, by wave: ready, and not told yet (`told` has each channel's try). A wave
 * waits until the one before it said how it ended. Whatever the policy, nothing irreversible goes while an undoable
 * channel is not public and read back; a later failure stops the rest unless the policy is to publish it.
 */
export function dueToGo(board: Board, told: ReadonlyMap<Channel, number>): Channel[] {
  const { channels = [], policy } = board.submission ?? {};
  for (const wave of [...new Set(channels.map((each) => each.wave))].sort((a, b) => a - b)) {
    const inWave = channels.filter((each) => each.wave === wave).map(({ channel }) => channel);
    const due = board.channels.filter(
      ({ channel, state, attempt }) => inWave.includes(channel) && state === 'ready' && told.get(channel) !== attempt,
    );
    if (due.length > 0) return due.map(({ channel }) => channel);
    if (!haveSettled(board, inWave)) return [];
    const mayFail = wave !== undoableWave && policy === 'publish-rest';
    if (!mayFail && !haveReached(board, inWave, 'verified')) return [];
  }
  return [];
}

/** Each channel goes with the try that it is ready with: only what that try says will be heard. */
export function readyByTry(board: Board, channels: readonly Channel[]): Going[] {
  const tries = new Map<number, Channel[]>();
  for (const { channel, attempt, state } of board.channels) {
    if (channels.includes(channel) && state === 'ready') tries.set(attempt, [...(tries.get(attempt) ?? []), channel]);
  }
  return [...tries].map(([attempt, together]) => ({ channels: together, attempt }));
}

/** What the public result amounts to, from what the channels said. */
export function publicOutcome(board: Board): 'released' | 'partly-released' | 'outcome-unknown' | 'verifying' {
  if (board.channels.every((channel) => channel.state === 'verified')) return 'released';
  if (board.channels.some((channel) => channel.state === 'unknown')) return 'outcome-unknown';
  if (board.channels.some((channel) => failed.includes(channel.state))) return 'partly-released';
  return 'verifying';
}
