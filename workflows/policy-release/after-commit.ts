import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import { haveReached, haveSettled, publicOutcome } from './board.ts';
import { activities, type Course, disarm } from './course.ts';
import { amend, type Intervention, policyReleaseId, reportPeer } from './messages.ts';
import { isBeforeCommit, undoableWave } from './rules.ts';
import { dayAt, nextChangeAfter, startOf, validityOn } from './validity.ts';

/**
 * 不可逆次序: a wave goes only after the one before it is public and was read back, and none after somebody withdrew.
 * Before the point of no return a failure takes everything back, of every member of the group.
 */
export async function goLive(course: Course): Promise<void> {
  const { board, enter, tell } = course;
  const committedAt = board.committedAt ?? '';
  const waves = [...new Set(board.submission?.channels.map(({ wave }) => wave))].sort((a, b) => a - b);
  for (const wave of waves) {
    const channels: Channel[] = (board.submission?.channels ?? []).filter((c) => c.wave === wave).map((c) => c.channel);
    await tell({ type: 'release.go.v1', channels, committedAt, attempt: 1 });
    await condition(() => haveSettled(board, channels) || board.withdrawal !== null);
    const whole = haveReached(board, channels, 'verified') && !board.withdrawal;
    const groupWhole = wave === undoableWave ? await wholeWithPeers(course, whole) : whole;
    if (board.withdrawal) return;
    if (wave === undoableWave && !groupWhole) {
      // Nothing irreversible has happened yet, so document and interpretation disappear again together.
      const why = whole ? 'another bundle of the group failed' : 'an undoable channel failed';
      await tell({ type: 'release.rolled-back.v1', reason: `${why} before the point of no return` });
      board.notice = whole
        ? { zh: '同批政策包发布失败，已一并回退', en: 'Another bundle of the group failed; everything was rolled back' }
        : { zh: '首批渠道发布失败，已全部回退', en: 'An undoable channel failed; everything was rolled back' };
      return enter('rolled-back', 'system');
    }
    if (wave === waves[0]) {
      await enter('verifying', 'system');
      await act(course);
    }
    if (!whole && board.submission?.policy !== 'publish-rest') return; // the rest waits for people
  }
}

/** 同批发布: says how the undoable channels went, and waits until every member has said it; true where all are public. */
async function wholeWithPeers({ board, peers }: Course, whole: boolean): Promise<boolean> {
  if (!board.group) return whole;
  const { groupId, members } = board.group;
  const others = members.filter((member) => member !== board.bundleId);
  const told = await Promise.all(
    others.map((other) =>
      signalled(other, (handle) => handle.signal(reportPeer, { groupId, bundleId: board.bundleId, whole })),
    ),
  );
  if (!whole || told.includes(false)) return false;
  await condition(() => others.every((other) => peers.has(other)) || [...peers.values()].includes(false));
  return others.every((other) => peers.get(other) === true);
}

/** 更正、修改、替代、废止、撤回: what this bundle does to earlier ones begins once it is public itself. */
async function act({ board, sealed }: Course): Promise<void> {
  if (!board.submission?.acts || !board.releaseId) return;
  for (const { target, amendment, reason } of await activities.actsOf(sealed(), board.releaseId)) {
    const told = await signalled(target, (handle) => handle.signal(amend, { amendment, reason }));
    if (told) continue;
    const detail = { zh: `政策包 ${target} 已不在运行`, en: `Bundle ${target} does not run any more` };
    await activities.notify(sealed(), { kind: 'act-lost', gate: null, detail });
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

/** 发布之后: late reports, retries, acts of later bundles and the calendar still move it, until somebody withdraws. */
export async function settle(course: Course): Promise<void> {
  const { board, enter, tell, retried } = course;
  const outcome = publicOutcome(board);
  if (outcome !== board.state) {
    await enter(outcome, 'system');
    await alarm(course);
  }
  for (const channel of retried) {
    const status = board.channels.find((candidate) => candidate.channel === channel);
    if (status?.state !== 'ready') continue;
    retried.delete(channel);
    await tell({
      type: 'release.go.v1',
      channels: [channel],
      committedAt: board.committedAt ?? '',
      attempt: status.attempt,
    });
  }
  await passActsOn(course);
  const next = await keepValidity(course);
  const moved = () =>
    board.withdrawal !== null ||
    publicOutcome(board) !== board.state ||
    course.acts.length > 0 ||
    board.channels.some(({ channel, state }) => retried.has(channel) && state === 'ready');
  if (next === null) await condition(moved);
  else await condition(moved, Math.max(1, next - Date.now()));
}

async function alarm({ board, sealed }: Course): Promise<void> {
  if (board.state === 'outcome-unknown') {
    await activities.notify(sealed(), { kind: 'outcome-unknown', gate: null, detail: null });
  }
  if (board.state !== 'partly-released') return;
  const kind = board.submission?.policy === 'compensate' ? 'compensation-due' : 'channel-refused';
  await activities.notify(sealed(), { kind, gate: null, detail: null });
}

async function passActsOn({ board, sealed, acts, tell }: Course): Promise<void> {
  for (let news = acts[0]; news; news = acts[0]) {
    const { amendment, reason } = news;
    if (board.releaseId) await activities.recordAmendment(sealed(), board.releaseId, amendment);
    await tell({ type: 'release.amended.v1', amendment, reason });
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
    await activities.recordValidity(sealed(), releaseId, validity, today);
    await tell({ type: 'release.validity.v1', validity, since: today });
  }
  const next = nextChangeAfter(today, terms);
  return next ? startOf(next) : null;
}

/** 撤回: before release what was staged goes; after it every channel takes its copy back and says so. */
export async function takeBack(course: Course, { reason, actorId }: Intervention): Promise<void> {
  const { board, enter, tell } = course;
  if (isBeforeCommit(board.state) && (!board.plan || (await disarm(course)))) {
    await tell({ type: 'release.rolled-back.v1', reason });
    return enter('withdrawn', actorId, reason);
  }
  await enter('withdrawing', actorId, reason);
  await tell({ type: 'release.withdrawn.v1', reason, attempt: 1 });
  await condition(() => board.channels.every((channel) => channel.state === 'withdrawn'));
  await enter('withdrawn', 'system');
}
