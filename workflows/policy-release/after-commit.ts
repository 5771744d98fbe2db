import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import {
  beginWithdrawal,
  dueToGo,
  haveFailed,
  haveReached,
  publicOutcome,
  readyByTry,
  undoableChannels,
} from './board.ts';
import { type Course, disarm, markTold } from './course.ts';
import { amend, type Intervention, type PeerReport, policyReleaseId, reportPeer } from './messages.ts';
import { rows } from './port.ts';
import { isBeforeCommit } from './rules.ts';
import { dayAt, nextChangeAfter, startOf, validityOn } from './validity.ts';

/**
 * The undoable channels go first. Until they are public and were read back, in every member of the group, nothing
 * irreversible has happened anywhere, and a failure takes everything back: document and interpretation go together.
 */
export async function goLive(course: Course): Promise<void> {
  const { board, enter, tell } = course;
  const first = undoableChannels(board);
  const ended = () => haveReached(board, first, 'verified') || haveFailed(board, first) || board.withdrawal !== null;
  const peerFailed = () => [...course.peers.values()].includes(false);
  const over = () => ended() || peerFailed();
  if (!over()) await go(course, first);
  // What the others said while nobody was there to hear it. They may be begun anew too, a moment later.
  if (course.begunAnew && board.group && !(await condition(over, '1 minute'))) await tellPeers(course, null);
  // The first failure decides: the others are not waited for, since readers see them; and a site that waits for the rest
  // of a group would wait for ever for a member that will not go.
  await condition(over);
  const whole = haveReached(board, first, 'verified') && !board.withdrawal;
  const groupWhole = await wholeWithPeers(course, whole);
  if (groupWhole && board.group) course.wholeGroups.add(board.group.groupId);
  if (board.withdrawal) return;
  if (groupWhole) return enter('verifying', 'system');
  const byPeer = whole || (peerFailed() && !haveFailed(board, first));
  const why = byPeer ? 'another bundle of the group failed' : 'an undoable channel failed';
  await tell({ type: 'release.rolled-back.v1', reason: `${why} before the point of no return` });
  board.plan = null; // it is spent: what comes now is another revision, or nothing
  board.notice = byPeer
    ? { zh: '同批政策包发布失败，已一并回退', en: 'Another bundle of the group failed; everything was rolled back' }
    : { zh: '首批渠道发布失败，已全部回退', en: 'An undoable channel failed; everything was rolled back' };
  return enter('rolled-back', 'system');
}

/** Whoever was told with the commit is not told again. */
async function go({ board, told, tell }: Course, channels: Channel[]): Promise<void> {
  const attempts = new Map(board.channels.map(({ channel, attempt }) => [channel, attempt]));
  const untold = channels.filter((channel) => told.get(channel) !== attempts.get(channel));
  const going = readyByTry(board, untold);
  markTold(told, going);
  for (const each of going) await tell({ type: 'release.go.v1', committedAt: board.committedAt ?? '', ...each });
}

/** 同批发布: says how the undoable channels went, and waits until every member has said it; true where all are public. */
async function wholeWithPeers(course: Course, whole: boolean): Promise<boolean> {
  const { board, peers } = course;
  if (!board.group) return whole;
  course.saidWhole = whole;
  const others = await tellPeers(course, whole);
  if (!whole) return false;
  const all = () => others.every((other) => peers.has(other));
  await condition(() => all() || [...peers.values()].includes(false) || board.withdrawal !== null);
  return others.every((other) => peers.get(other) === true);
}

/** Says how this one went, null where it is not known yet; asks the same where it was not there to hear it. Answers with the other members. */
async function tellPeers({ board, peers, begunAnew }: Course, whole: boolean | null): Promise<BundleId[]> {
  if (!board.group) return [];
  const { groupId, members } = board.group;
  const others = members.filter((member) => member !== board.bundleId);
  const unheard = await Promise.all(
    others.map(
      async (other) => !(await tellPeer(other, { groupId, bundleId: board.bundleId, whole, asks: begunAnew })),
    ),
  );
  others.forEach((other, index) => {
    if (unheard[index] && !peers.has(other)) peers.set(other, false);
  });
  return others;
}

/** False where the other member's workflow has ended. */
export const tellPeer = (other: BundleId, report: PeerReport): Promise<boolean> =>
  signalled(other, (handle) => handle.signal(reportPeer, report));

/** 更正、修改、替代、废止、撤回: what this bundle does to earlier ones begins once it is public itself, and was read back. */
async function act(course: Course): Promise<void> {
  const { board, sealed } = course;
  if (!board.submission?.acts || !board.releaseId || course.acted) return;
  if (!board.channels.some(({ state }) => state === 'verified')) return;
  course.acted = true;
  for (const { target, amendment, reason } of await rows.actsOf(sealed(), board.releaseId)) {
    const told = await signalled(target, (handle) => handle.signal(amend, { amendment, reason }));
    if (told) continue;
    const detail = { zh: `政策包 ${target} 已不在运行`, en: `Bundle ${target} does not run any more` };
    await course.notify('act-lost', { detail });
  }
}

/** False where the other bundle's workflow has ended. */
const signalled = (
  bundleId: BundleId,
  send: (handle: ReturnType<typeof getExternalWorkflowHandle>) => Promise<void>,
): Promise<boolean> =>
  send(getExternalWorkflowHandle(policyReleaseId(bundleId))).then(
    () => true,
    () => false,
  );

/** 发布之后: wave after wave goes; late reports, retries, acts and the calendar still move it, until somebody withdraws. */
export async function settle(course: Course): Promise<void> {
  const { board, enter, told } = course;
  const outcome = publicOutcome(board);
  if (outcome !== board.state) {
    await enter(outcome, 'system');
    await alarm(course);
  }
  await act(course);
  await passActsOn(course);
  const due = board.withdrawal ? [] : dueToGo(board, told);
  if (due.length > 0) await go(course, due);
  const next = await keepValidity(course);
  const moved = () =>
    board.withdrawal !== null ||
    publicOutcome(board) !== board.state ||
    course.acts.length > 0 ||
    dueToGo(board, told).length > 0;
  if (next === null) await condition(moved);
  else await condition(moved, Math.max(1, next - Date.now()));
}

async function alarm({ board, notify }: Course): Promise<void> {
  if (board.state === 'outcome-unknown') await notify('outcome-unknown');
  if (board.state !== 'partly-released') return;
  await notify(board.submission?.policy === 'compensate' ? 'compensation-due' : 'channel-refused');
}

async function passActsOn({ board, sealed, acts, tell }: Course): Promise<void> {
  for (let news = acts[0]; news; news = acts[0]) {
    const { amendment, reason } = news;
    await tell({ type: 'release.amended.v1', amendment, reason });
    // The row last: it says that the channels were told, also to a workflow that is begun anew.
    if (board.releaseId) await rows.recordAmendment(sealed(), board.releaseId, amendment);
    if (amendment.act === 'withdraw') board.withdrawal ??= { reason, actorId: `bundle:${amendment.byBundleId}` };
    acts.shift();
  }
}

/** 有效性: told to the channels whenever it changes; answers with the instant of the next change that is known. */
async function keepValidity({ board, sealed, tell }: Course): Promise<number | null> {
  const { submission, releaseId } = board;
  if (!submission || !releaseId) return null;
  const terms = { ...submission, amendments: board.amendments };
  const today = dayAt(Date.now());
  const validity = validityOn(today, terms);
  if (validity !== board.validity) {
    board.validity = validity;
    await tell({ type: 'release.validity.v1', validity, since: today });
    await rows.recordValidity(sealed(), releaseId, validity, today); // last, as that of an act
  }
  const next = nextChangeAfter(today, terms);
  return next ? startOf(next) : null;
}

/** 撤回: before release what was staged goes; after it every channel takes its copy back and says so. */
export async function takeBack(course: Course, { reason, actorId }: Intervention): Promise<void> {
  const { board, enter, tell } = course;
  await condition(() => board.state !== 'committing'); // a hold that came first finds out whether the row is there
  if (isBeforeCommit(board.state) && (!board.plan || (await disarm(course)))) {
    await enter('withdrawn', actorId, reason); // first: whatever becomes of this workflow, it will not go out
    return tell({ type: 'release.rolled-back.v1', reason });
  }
  // Out with its group, and taken back before it could say how its channels went: the others must not wait for it.
  if (board.state === 'releasing') await wholeWithPeers(course, false);
  const attempt = beginWithdrawal(board);
  await enter('withdrawing', actorId, reason);
  await tell({ type: 'release.withdrawn.v1', reason, attempt });
  await condition(() => board.channels.every((channel) => channel.state === 'withdrawn'));
  await enter('withdrawn', 'system');
}
