import { permanent } from '../../schemas/failures.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { Board } from './board.ts';
import type { Arming, Submission } from './messages.ts';

/** Until the leader has armed it, a bundle may be replaced by a new revision; an armed one is held first. */
const replaceable: readonly ReleaseState[] = [
  'draft',
  'in-review',
  'returned',
  'cleared',
  'preparing',
  'prepared',
  'held',
  'rolled-back',
];
const beforeCommit: readonly ReleaseState[] = [...replaceable, 'armed'];

/** Channels of this wave (website, gazette) can show less again as if nothing had been there; those of later waves cannot. */
export const undoableWave = 1;

export const isBeforeCommit = (state: ReleaseState) => beforeCommit.includes(state);

/**
 * What stands between this bundle and the public, each in plain words: 政策文件、解读方案、解读材料同步 first, then the gates,
 * then the channels. Empty: it may be released.
 */
export function releaseBlockers({ submission, gates, channels, state }: Board): Bilingual[] {
  if (!submission || !isBeforeCommit(state)) return [];
  const blockers: Bilingual[] = [];
  if (submission.interpretationPlans === 0) {
    blockers.push({ zh: '没有解读方案', en: 'The interpretation plan is missing' });
  }
  if (submission.interpretationMaterials === 0) {
    blockers.push({ zh: '没有解读材料', en: 'Every interpretation material is missing' });
  }
  for (const gate of gates) {
    if (gate.state === 'signed') continue;
    const why =
      gate.state === 'returned'
        ? { zh: `退回：${gate.reason}`, en: `returned: ${gate.reason}` }
        : { zh: '尚未审签', en: 'not signed yet' };
    blockers.push({ zh: `${gate.name.zh}${why.zh}`, en: `${gate.name.en}: ${why.en}` });
  }
  if (gates.some((gate) => gate.state !== 'signed')) return blockers; // channels are prepared once the gates are passed
  for (const channel of channels) {
    if (channel.state === 'ready') continue;
    const detail = channel.detail ? `（${channel.detail.zh}）` : '';
    blockers.push({
      zh: `渠道 ${channel.channel} 未就绪${detail}`,
      en: `Channel ${channel.channel} is not ready${channel.detail ? ` (${channel.detail.en})` : ''}`,
    });
  }
  return blockers;
}

const list = (blockers: Bilingual[]): Bilingual => ({
  zh: blockers.map(({ zh }) => zh).join('；'),
  en: blockers.map(({ en }) => en).join('; '),
});

export function assertMaySubmit(board: Board, submission: Submission): void {
  if (!replaceable.includes(board.state)) {
    throw permanent('WrongPhase', {
      zh: `当前状态“${board.state}”不能提交新版本；待发布的先暂缓，已发布的另行更正`,
      en: `A new revision cannot be submitted while the bundle is ${board.state}; hold an armed one first, correct a released one`,
    });
  }
  if (submission.revision <= (board.submission?.revision ?? 0)) {
    throw permanent('SealStale', {
      zh: `第 ${submission.revision} 版已经提交过`,
      en: `Revision ${submission.revision} has been submitted already`,
    });
  }
}

/** Refuses a stale seal, a wrong phase, a self-review, a second gate by one person. The database refuses them again. */
export function assertMayDecide({ submission, state, gates }: Board, decision: GateDecision): void {
  if (!submission || state !== 'in-review') {
    throw permanent('WrongPhase', {
      zh: `当前状态“${state}”不能审签`,
      en: `No gate can be decided while the bundle is ${state}`,
    });
  }
  if (decision.seal !== submission.seal) {
    throw permanent('SealStale', {
      zh: `您看到的封签 ${decision.seal.slice(0, 12)} 已不是当前版本（${submission.seal.slice(0, 12)}），请重新查看`,
      en: `You saw seal ${decision.seal.slice(0, 12)}; the current one is ${submission.seal.slice(0, 12)}. Look again`,
    });
  }
  const gate = gates.find((candidate) => candidate.gate === decision.gate);
  if (gate?.state !== 'open') {
    throw permanent('GateNotOpen', {
      zh: gate ? `${gate.name.zh}已由 ${gate.reviewerId} 作出决定` : `本政策包没有“${decision.gate}”这一关`,
      en: gate ? `${gate.name.en} has been decided by ${gate.reviewerId}` : `This bundle has no gate ${decision.gate}`,
    });
  }
  if (decision.reviewerId === submission.drafterId) {
    throw permanent('NotAllowed', { zh: '起草人不能审签自己的稿件', en: 'The drafter may not review the own bundle' });
  }
  const other = gates.find((candidate) => candidate.reviewerId === decision.reviewerId);
  if (other) {
    throw permanent('NotAllowed', {
      zh: `${decision.reviewerId} 已审签${other.name.zh}，一人至多审签一关`,
      en: `${decision.reviewerId} has decided ${other.name.en}; one person decides at most one gate`,
    });
  }
  if (decision.decision === 'signed' && submission.blockedGates.includes(decision.gate)) {
    throw permanent('FindingsBlock', {
      zh: `${gate.name.zh}还有“错误”级检查意见，只能退回修改`,
      en: `${gate.name.en} has findings of severity error; it can only be returned`,
    });
  }
}

function assertNothingMissing(board: Board): void {
  const blockers = releaseBlockers(board);
  if (blockers.length === 0) return;
  const passed = board.gates.length > 0 && board.gates.every((gate) => gate.state === 'signed');
  throw permanent(passed ? 'WrongPhase' : 'GatesNotPassed', list(blockers));
}

export function assertMayArm(board: Board, { seal, t0 }: Arming, now: number): void {
  assertNothingMissing(board);
  if (board.state !== 'prepared') {
    throw permanent('WrongPhase', {
      zh: `当前状态“${board.state}”不能签发`,
      en: `A release cannot be armed while the bundle is ${board.state}`,
    });
  }
  if (seal !== board.submission?.seal) {
    throw permanent('SealStale', {
      zh: '您看到的封签已不是当前版本',
      en: 'The seal that you saw is not the current one',
    });
  }
  assertFuture(t0, now);
}

export function assertFuture(t0: string, now: number): void {
  if (Date.parse(t0) > now) return;
  throw permanent('T0Invalid', { zh: `发布时刻 ${t0} 已经过去`, en: `The release instant ${t0} has passed` });
}

export function assertMayHold({ state }: Board): void {
  if (state === 'armed' || state === 'prepared') return;
  throw permanent('WrongPhase', { zh: `当前状态“${state}”不能暂缓`, en: `A bundle that is ${state} cannot be held` });
}

/**
 * A held release keeps its date; once the date has passed a new one is needed. What was ready when it was armed must be
 * so still.
 */
export function assertMayResume(board: Board, t0: string | null, now: number): void {
  const { state, plan } = board;
  if (state !== 'held') {
    throw permanent('WrongPhase', { zh: `当前状态“${state}”，没有暂缓`, en: `The bundle is ${state}, not held` });
  }
  if (plan) assertNothingMissing(board);
  const next = t0 ?? plan?.t0;
  if (next) assertFuture(next, now);
}

export function assertMayWithdraw({ state, withdrawal }: Board): void {
  if (state === 'draft' || state === 'withdrawn' || withdrawal) {
    throw permanent('WrongPhase', { zh: '已经撤回，或尚未送审', en: 'It has been withdrawn, or was never submitted' });
  }
}
