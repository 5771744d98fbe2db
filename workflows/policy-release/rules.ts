import { permanent } from '../../schemas/failures.ts';
import type { GateDecision, GateState } from '../../schemas/gate.ts';
import type { ReleaseState } from '../../schemas/release.ts';
import { stateName } from '../../schemas/state-name.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { Board } from './board.ts';
import { laterInstant, lookAgain, readyChannels, signedGates, wayOn } from './mends.ts';
import type { Arming, Intervention, Overriding, Retry, Settlement, Submission } from './messages.ts';

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

/** How the undoable channels went, where that is over. */
export function afterFirstWave(state: ReleaseState): 'whole' | 'taken back' | null {
  if (state === 'rolled-back' || state === 'withdrawing') return 'taken back';
  const over: ReleaseState[] = ['verifying', 'released', 'partly-released', 'outcome-unknown'];
  return over.includes(state) ? 'whole' : null;
}

export const isBeforeCommit = (state: ReleaseState) => beforeCommit.includes(state);

/**
 * What stands between this bundle and the public, each in plain words: 政策文件、解读方案、解读材料同步 first, then the gates,
 * then the channels. Empty: it may be released.
 */
export function releaseBlockers({ submission, gates, channels, state }: Board): Bilingual[] {
  if (!submission || !isBeforeCommit(state)) return [];
  const blockers: Bilingual[] = [];
  if (submission.interpretationPlans === 0 && !submission.isNotice) {
    blockers.push({ zh: '没有解读方案', en: 'The interpretation plan is missing' });
  }
  if (submission.interpretationMaterials === 0 && !submission.isNotice) {
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

/** 撤回 is the last word: while it is carried out nobody moves the bundle elsewhere. */
function assertNotWithdrawn({ withdrawal }: Board): void {
  if (!withdrawal) return;
  throw permanent('WrongPhase', { zh: '正在撤回，不能再办理', en: 'It is being withdrawn; nothing else can be done' });
}

export function assertMaySubmit(board: Board, submission: Submission): void {
  assertNotWithdrawn(board);
  if (!replaceable.includes(board.state)) {
    throw permanent('WrongPhase', {
      zh: `当前状态“${stateName[board.state]}”不能提交新版本；待发布的先暂缓，已发布的另行更正`,
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

/**
 * 回避: who drafted the bundle, or has decided another of its gates, decides none, for nobody. The API asks it of the rows,
 * the workflow of its board, and the database refuses it again.
 */
export function assertStandsApart(
  { gate, reviewerId, actingFor }: GateDecision,
  editors: readonly string[],
  gates: readonly Pick<GateState, 'gate' | 'name' | 'reviewerId' | 'actingFor'>[],
): void {
  const people = [reviewerId, ...(actingFor ? [actingFor] : [])];
  if (people.some((person) => editors.includes(person))) {
    throw permanent('NotAllowed', {
      zh: '起草人不能审签自己的稿件，也不能委托他人审签',
      en: 'Whoever drafted the bundle may not review it, nor may anyone for them',
    });
  }
  for (const other of gates) {
    if (other.gate === gate) continue; // a repeat is told what became of the first
    const taken = people.find((person) => person === other.reviewerId || person === other.actingFor);
    if (!taken) continue;
    throw permanent('NotAllowed', {
      zh: `${taken} 已审签${other.name.zh}，一人至多审签一关（受托也算）`,
      en: `${taken} has decided ${other.name.en}; one person decides at most one gate, also by delegation`,
    });
  }
}

/** Refuses a stale seal, a wrong phase, a self-review, a second gate by one person. The database refuses them again. */
export function assertMayDecide({ submission, state, gates }: Board, decision: GateDecision): void {
  if (!submission || state !== 'in-review') {
    throw permanent('WrongPhase', {
      zh: `当前状态“${stateName[state]}”不能审签`,
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
  if (decision.actingFor === decision.reviewerId) {
    throw permanent('NotAllowed', { zh: '不能受自己委托', en: 'Nobody acts for themselves' });
  }
  assertStandsApart(decision, submission.editors, gates);
  if (decision.decision === 'returned') return;
  if (gate.blockedBy.length > 0) {
    throw permanent('FindingsBlock', {
      zh: `${gate.name.zh}还有“错误”级检查意见，只能退回修改：${gate.blockedBy.join('、')}`,
      en: `${gate.name.en} has findings of severity error; it can only be returned: ${gate.blockedBy.join(', ')}`,
    });
  }
  const answered = new Set(decision.answers?.map(({ finding }) => finding));
  const open = gate.mustAnswer.filter((finding) => !answered.has(finding));
  if (open.length > 0) {
    throw permanent('FindingsUnanswered', {
      zh: `${gate.name.zh}的“警告”级检查意见要逐条书面答复，还缺：${open.join('、')}`,
      en: `Each warning of ${gate.name.en} needs a written answer; missing: ${open.join(', ')}`,
    });
  }
}

/** I23: an error finding passes by two people with a reason each, and only where its rule allows it. */
export function assertMayOverride(
  { submission, state, gates, overrides }: Board,
  { finding, seal, actorId }: Overriding,
  step: 'requested' | 'confirmed',
): void {
  if (!submission || state !== 'in-review') throw wrongPhase(state, '办理例外放行', 'let a finding pass');
  if (seal !== submission.seal) throw sealStale();
  const error = submission.obligations.errors.find((candidate) => candidate.finding === finding);
  if (!error?.overridable) {
    throw permanent('NotAllowed', {
      zh: error ? `${finding} 不得例外放行，只能修改稿件` : `没有待处理的“错误”级检查意见 ${finding}`,
      en: error ? `${finding} may not be let pass; mend the bundle` : `There is no error finding ${finding}`,
    });
  }
  if (submission.editors.includes(actorId)) {
    throw permanent('NotAllowed', {
      zh: '起草人不能放行自己的稿件',
      en: 'Whoever drafted the bundle may not let it pass',
    });
  }
  const asked = overrides.find((override) => override.finding === finding);
  if (step === 'confirmed' ? !asked || asked.confirmedBy : asked) {
    const gate = gates.find((candidate) => candidate.gate === error.gate);
    throw permanent('WrongPhase', {
      zh:
        step === 'confirmed'
          ? `${finding} 没有待确认的放行申请`
          : `${finding} 已由 ${asked?.requestedBy} 申请放行（${gate?.name.zh}）`,
      en:
        step === 'confirmed'
          ? `Nobody asked to let ${finding} pass`
          : `${asked?.requestedBy} has asked for ${finding} already`,
    });
  }
  if (step === 'confirmed' && asked?.requestedBy === actorId) {
    throw permanent('NotAllowed', { zh: '例外放行须由第二人确认', en: 'A second person has to confirm it' });
  }
}

export function assertMayDeclareEmergency({ submission, emergency, state }: Board): void {
  if (!submission || state !== 'in-review') throw wrongPhase(state, '启用应急通道', 'take the emergency lane');
  if (emergency) throw permanent('WrongPhase', { zh: '已启用应急通道', en: 'It is in the emergency lane already' });
}

/** I18: everything is taken back because one channel failed only by policy, and by a second person's word. */
export function assertMayCompensate(
  { submission, state, armedBy, withdrawal }: Board,
  { actorId }: Intervention,
): void {
  if (state !== 'partly-released' || submission?.policy !== 'compensate' || withdrawal) {
    throw wrongPhase(state, '补偿撤回', 'be withdrawn to compensate');
  }
  if (actorId === armedBy) {
    throw permanent('NotAllowed', {
      zh: '补偿撤回须由签发人以外的第二人确认',
      en: 'Somebody other than the leader who armed it has to confirm this',
    });
  }
}

/** Not armed: the leader decided on what was ready then. Not releasing: the undoable channels go as one. */
const retriable: readonly ReleaseState[] = [
  'preparing',
  'prepared',
  'held',
  'verifying',
  'partly-released',
  'outcome-unknown',
  'withdrawing',
];

/** Where readers should have it: what a channel has lost can be shown to them again. */
const withReaders: readonly ReleaseState[] = ['verifying', 'released', 'partly-released', 'outcome-unknown'];

/**
 * A refused channel may try again, and one that has lost what it showed; one whose outcome is unknown is asked or looked at,
 * never told twice. A mail that nobody finds is not sent again.
 */
export function assertMayRetry(board: Board, { channel, lost }: Retry): void {
  const { state, channels } = board;
  if (state !== 'withdrawing') assertNotWithdrawn(board); // a late `prepare` would follow the roll-back
  const status = channels.find((candidate) => candidate.channel === channel);
  if (!(lost ? withReaders : retriable).includes(state) || !status) {
    throw wrongPhase(state, '重试渠道', 'have a channel tried again');
  }
  if (lost ? status.state === 'verified' && channel !== 'press-pack' : status.state === 'refused') return;
  throw permanent('WrongPhase', {
    zh: `渠道 ${channel} 没有被拒绝，无须重试`,
    en: `Channel ${channel} was not refused; there is nothing to try again`,
  });
}

/** 人工核实 settles what no machine can: an unknown outcome, or a withdrawal that the channel refuses to carry out. */
export function assertMaySettle({ state, channels, committedAt }: Board, { channel, state: seen }: Settlement): void {
  const status = channels.find((candidate) => candidate.channel === channel)?.state;
  const mayBePublic = committedAt !== null && state !== 'rolled-back';
  const takenBack = seen === 'withdrawn' && (status === 'unknown' || status === 'refused');
  // Before the commit nothing can be public: an unknown preparation can only be given up, and then tried again.
  const unknown = status === 'unknown' && (seen === 'refused' || (seen === 'verified' && mayBePublic));
  if (state === 'withdrawing' ? takenBack : unknown) return;
  throw permanent('WrongPhase', {
    zh: `渠道 ${channel} 现在不需要人工核实为“${seen}”`,
    en: `Channel ${channel} needs nobody to settle it as ${seen} now`,
  });
}

const wrongPhase = (state: ReleaseState, zh: string, en: string) =>
  permanent('WrongPhase', {
    zh: `当前状态“${stateName[state]}”不能${zh}`,
    en: `A bundle that is ${state} cannot ${en}`,
  });
const sealStale = () =>
  permanent(
    'SealStale',
    { zh: '您看到的封签已不是当前版本', en: 'The seal that you saw is not the current one' },
    lookAgain,
  );

function assertNothingMissing(board: Board): void {
  const blockers = releaseBlockers(board);
  if (blockers.length === 0) return;
  const passed = board.gates.length > 0 && board.gates.every((gate) => gate.state === 'signed');
  throw permanent(passed ? 'WrongPhase' : 'GatesNotPassed', list(blockers), passed ? readyChannels : signedGates);
}

export function assertMayArm(board: Board, { seal, t0 }: Arming, now: number): void {
  assertNotWithdrawn(board);
  assertNothingMissing(board);
  if (board.state !== 'prepared') {
    const zh = `当前状态“${stateName[board.state]}”不能签发`;
    throw permanent(
      'WrongPhase',
      { zh, en: `A release cannot be armed while the bundle is ${board.state}` },
      wayOn(board.state),
    );
  }
  if (seal !== board.submission?.seal) throw sealStale();
  assertFuture(t0, now);
}

export function assertFuture(t0: string, now: number): void {
  if (Date.parse(t0) > now) return;
  throw permanent(
    'T0Invalid',
    { zh: `发布时刻 ${t0} 已经过去`, en: `The release instant ${t0} has passed` },
    laterInstant,
  );
}

export function assertMayHold(board: Board): void {
  assertNotWithdrawn(board);
  const { state } = board;
  if (state === 'armed' || state === 'prepared') return;
  const zh = `当前状态“${stateName[state]}”不能暂缓`;
  throw permanent('WrongPhase', { zh, en: `A bundle that is ${state} cannot be held` }, wayOn(state));
}

/**
 * A held release keeps its date; once the date has passed a new one is needed. What was ready when it was armed must be
 * so still.
 */
export function assertMayResume(board: Board, t0: string | null, now: number): void {
  assertNotWithdrawn(board);
  const { state, plan } = board;
  if (state !== 'held') {
    const zh = `当前状态“${stateName[state]}”，没有暂缓`;
    throw permanent('WrongPhase', { zh, en: `The bundle is ${state}, not held` }, wayOn(state));
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
