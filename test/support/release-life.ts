import { expect, vi } from 'vitest';
import type { ArmedPlan, ReleaseOrder, Transition } from '../../activities/releases/types.ts';
import { BundleId, Channel } from '../../schemas/bundle.ts';
import { permanent } from '../../schemas/failures.ts';
import { type BoardStatus, GroupId, ReleaseId } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import { createCorePort } from './release-port.ts';
import * as ref from './release-reference.ts';
import { errorOf, sealOf, submissionOf, warningOf } from './release-revision.ts';
import type { Step } from './release-steps.ts';
import { begin, pass, pause, query, signal, update } from './workflow-runtime.ts';

const minute = 60_000;
const lateWindowMs = 10 * minute;
const bundleId = BundleId.parse('11111111-1111-4111-8111-111111111111');
const other = BundleId.parse('11111111-1111-4111-8111-222222222222');
const numbered = (start: string, n: number) => `${start}-${String(n).padStart(12, '0')}`;
const releaseOf = (revision: number) => ReleaseId.parse(numbered('22222222-2222-4222-8222', revision));
const groupOf = (revision: number) => GroupId.parse(numbered('33333333-3333-4333-8333', revision));

/** Lives one bundle's life through the real workflow, and holds it against the reference after every step. */
export async function live(life: Step[], reached: Set<string>): Promise<void> {
  vi.setSystemTime('2026-11-24T00:00:00Z');
  let now = ref.blank();
  let databaseBehindMs = 0;
  /** The group that it goes with. */
  let joined: GroupId | null = null;
  const commits: number[] = [];
  let committedAt = '';
  let answer = Promise.resolve();
  let give = () => {};
  const orders = new Set<string>();
  /** What the channels of each release were told to go with: the try. */
  const gone = new Map<string, number>();
  const toldPeer: boolean[] = [];
  const amendments = new Set<string>();
  const heard: { channel: string; state: ref.Said; revision: number; attempt: number; at: string }[] = [];
  const counted = new Set<string>();
  const number = () => now.revision?.number ?? 0;

  const ordered = (revision: number, order: ReleaseOrder) => {
    const name = JSON.stringify([revision, order]);
    if (order.type !== 'release.rolled-back.v1') same(orders.has(name), false, 'I9: each order is given once');
    orders.add(name);
    if (order.type === 'release.go.v1') {
      same(commits.includes(revision), true, 'I4: go only behind a commit');
      for (const channel of order.channels) {
        same(ref.mayBeTold(now, channel), true, `I1, I17, I18: ${channel} may go`);
        same(order.attempt, now.attempt[channel] ?? 1, 'only what that try says will be heard');
      }
      for (const channel of order.channels) gone.set(`${revision} ${channel}`, order.attempt);
    }
    if (order.type === 'release.withdrawn.v1') {
      expect(now.withdrawn, 'I18: only people, and acts of later bundles, withdraw').toBe(true);
      expect(order.attempt, 'I17').toBe(Math.max(...ref.channels.map((channel) => now.attempt[channel] ?? 1)));
    }
    if (order.type === 'release.rolled-back.v1' && revision === number() && now.committed) {
      expect(now.rolledBack, 'I11: what cannot be undone is not called rolled back').toBe(true);
      const irreversible = ref.channels.filter((channel) => ref.waves[channel] !== 1);
      expect(irreversible.filter((channel) => gone.has(`${revision} ${channel}`))).toEqual([]);
    }
  };

  let askedTooLate = false;
  const core = createCorePort(() => now);
  const port = {
    ...core.port,
    recordTransition: async ({ state, transition }: Transition) => {
      reached.add(state);
      return transition;
    },
    announceTransitions: async () => {},
    gateClocks: async () => [],
    notify: async () => {},
    signalOther: async (workflowId: string, name: string, { groupId, whole }: messages.PeerReport) => {
      expect([workflowId, name]).toEqual([messages.policyReleaseId(other), 'reportPeer']);
      if (groupId === joined && whole !== null) toldPeer.push(whole);
    },
    stageRelease: async ({ revision }: { revision: number }) => ({ releaseId: releaseOf(revision), channels: [] }),
    announceRelease: async ({ revision }: { revision: number }, _: unknown, order: ReleaseOrder) =>
      ordered(revision, order),
    recordReceipt: async () => {},
    recordAmendment: async (_: unknown, __: unknown, { act, byReleaseId }: { act: string; byReleaseId: string }) => {
      expect(amendments, 'an act is recorded once').not.toContain(`${act} ${byReleaseId}`);
      amendments.add(`${act} ${byReleaseId}`);
    },
    recordValidity: async () => {},
    commitRelease: async ({ revision, seal }: { revision: number; seal: string }) => {
      const asked = core.plan();
      if (!asked) throw new Error('I3: commit was asked for while held');
      if (Date.now() - Date.parse(asked.t0) > lateWindowMs) askedTooLate = true; // it may bear a commit that fails
      same(ref.all(now, 'ready'), true, 'I1, I18: every channel is ready when it is asked for');
      const ahead = Date.parse(asked.t0) - Date.now() + databaseBehindMs;
      if (ahead > 0 && ahead <= 10_000) await pause(ahead);
      await answer;
      if (commits.includes(revision)) return { outcome: 'committed', committedAt, told: false };
      const plan = core.plan();
      if (!plan) throw permanent('WrongPhase', { zh: '发布已暂缓', en: 'The release is held' });
      if (plan.seal !== seal) throw permanent('SealStale', { zh: '又有新版本', en: 'There is a newer revision' });
      const clock = Date.now() - databaseBehindMs;
      const waitMs = Date.parse(plan.t0) - clock;
      if (waitMs > 0) return { outcome: 'early', waitMs };
      same(ref.all(now, 'ready'), true, 'I1, I18: every channel is ready at T0');
      same(commits.includes(revision), false, 'I9: one commit a revision');
      same(`${revision} ${seal}`, `${number()} ${now.revision?.seal}`, 'I7: what stands is committed');
      for (const gate of ref.gates) same(core.signatures(gate, seal), 1, `I5: ${gate} signed this seal once`);
      commits.push(revision);
      Object.assign(now, { committed: true, armed: false });
      ref.follow(now);
      committedAt = new Date(clock).toISOString();
      return { outcome: 'committed', committedAt, told: false };
    },
  };
  const workflow = await begin(() => policyRelease({ bundleId, lateWindowMs }), port);

  const command = async (allowed: boolean, sent: { name: string }, input: object, effect: () => void) => {
    const before = { ...now, decisions: [...now.decisions], said: { ...now.said }, attempt: { ...now.attempt } };
    if (allowed) effect(); // first: what the workflow orders at once is judged by what has just been decided
    const refusal = await update(sent, input);
    if ((refusal === undefined) === allowed) return;
    throw new Error(`${sent.name} ${JSON.stringify(input)} with ${JSON.stringify(before)}: ${refusal}`);
  };
  const decide = (made: ref.Decision, seal: string, answers: boolean) => {
    const { gate, person, actingFor, decision } = made;
    const input = {
      ...{ gate, decision, seal, reviewerId: person, reason: '退回修改' },
      ...(actingFor !== null && { actingFor }),
      ...(answers && { answers: [{ finding: warningOf(gate), answer: '固定用语' }] }),
    };
    const sent = decision === 'signed' ? messages.signGate : messages.returnGate;
    return command(ref.mayDecide(now, made, seal, answers), sent, input, () => now.decisions.push(made));
  };
  const say = async (
    channel: string,
    state: ref.Said,
    revision: number,
    attempt: number,
    at = new Date().toISOString(),
  ) => {
    const said = [channel, state, revision, attempt, at].join(' ');
    const heeded = revision === number() && ref.cleared(now) && attempt >= (now.attempt[channel] ?? 1);
    const counts = heeded && !counted.has(said); // a repeat says nothing new
    if (counts) counted.add(said);
    if (counts) now.said[channel] = [...(now.said[channel] ?? []), state];
    if (counts && ref.all(now, 'ready', 'live', 'verified')) now.staged = true;
    ref.follow(now);
    heard.push({ channel, state, revision, attempt, at });
    await signal(messages.reportReceipt, {
      releaseId: releaseOf(revision),
      bundleId,
      channel: Channel.parse(channel),
      state,
      attempt,
      about: null,
      at,
      digests: [],
      url: null,
      detail: null,
    });
  };
  const trying = (channel: string) => now.attempt[channel] ?? 1;
  const at = (minutes: number) => Date.now() + minutes * minute;
  const by = (actorId: string) => ({ reason: '依据变化', actorId });

  for (const one of life) {
    if (workflow.ended()) return;
    switch (one.type) {
      case 'submit': {
        const next = number() + one.next;
        const revision = core.revise(next, one);
        const after = ref.submitted(now, revision);
        const allowed = next > 0 && ref.maySubmit(now, next);
        await command(allowed, messages.submit, submissionOf(revision, after.editors), () => {
          now = after;
          toldPeer.length = 0;
        });
        break;
      }
      case 'decide': {
        const { gate, person, actingFor, decision } = one;
        await decide(
          { gate, person, actingFor, decision, carriedFrom: null },
          sealOf(number() - one.behind),
          one.answers,
        );
        break;
      }
      case 'everyone-signs':
        for (const gate of ref.gates) {
          const made = { gate, person: gate, actingFor: null, decision: 'signed', carriedFrom: null } as const;
          await decide(made, sealOf(number()), true);
        }
        break;
      case 'override': {
        const { step, person, behind } = one;
        const allowed = behind === 0 && ref.mayOverride(now, 'legal', step, person);
        const sent = step === 'requested' ? messages.requestOverride : messages.confirmOverride;
        const input = { finding: errorOf('legal'), seal: sealOf(number() - behind), reason: '有依据', actorId: person };
        await command(allowed, sent, input, () => {
          now.overrides = { legal: [...(now.overrides.legal ?? []), person] };
        });
        break;
      }
      case 'emergency':
        await command(ref.mayDeclareEmergency(now), messages.declareEmergency, by('leader'), () => {
          now.emergency = true;
        });
        break;
      case 'all-say':
        for (const channel of ref.channels) await say(channel, one.state, number(), trying(channel));
        break;
      case 'say': {
        const { channel, state, behind, late } = one;
        await say(channel, state, Math.max(1, number() - behind), Math.max(1, trying(channel) - late));
        break;
      }
      case 'say-again': // Kafka delivers again, from some record on and in order
        for (const { channel, state, revision, attempt, at } of heard.slice(-1 - one.from))
          await say(channel, state, revision, attempt, at);
        break;
      case 'arm': {
        const [seal, t0] = [sealOf(number() - one.behind), at(one.inMinutes)];
        const group = one.group ? { groupId: groupOf(number()), members: [bundleId, other] } : null;
        const input = { seal, t0: new Date(t0).toISOString(), leaderId: one.leader, group };
        const allowed = ref.mayArm(now, seal, t0, Date.now());
        core.delayPlans(one.slow ? t0 + minute - Date.now() : 0);
        await command(allowed, messages.arm, input, () => {
          joined = group?.groupId ?? null;
          Object.assign(now, { armed: true, t0, armedBy: one.leader, group: one.group });
        });
        core.delayPlans(0);
        if (allowed && one.slow) await pass(t0 + minute - Date.now());
        break;
      }
      case 'peer-says': {
        const { whole, behind } = one;
        if (now.group && behind === 0 && now.peer === null) now.peer = whole;
        ref.follow(now);
        const first = groupOf(number());
        const groupId =
          behind === 0 ? (joined ?? first) : joined === first ? groupOf(Math.max(0, number() - 1)) : first;
        await signal(messages.reportPeer, { groupId, bundleId: other, whole, asks: true });
        break;
      }
      case 'hold':
        await command(ref.mayHold(now), messages.hold, by('leader'), () => {
          Object.assign(now, { armed: false, held: true });
        });
        break;
      case 'resume': {
        const t0 = one.inMinutes === null ? null : at(one.inMinutes);
        const another = { groupId: groupOf(500 + number()), members: [bundleId, other] };
        const group = one.group === 'another' ? another : null;
        const input = {
          ...{ t0: t0 === null ? null : new Date(t0).toISOString(), actorId: one.leader },
          ...(one.group !== 'as before' && { group }),
        };
        await command(ref.mayResume(now, t0, Date.now()), messages.resume, input, () => {
          const armed = now.t0 !== null;
          Object.assign(now, { held: false, armed }, armed && { t0: t0 ?? now.t0, armedBy: one.leader });
          if (!armed || one.group === 'as before') return;
          joined = group?.groupId ?? null;
          Object.assign(now, { group: group !== null, peer: null });
        });
        break;
      }
      case 'withdraw':
        await command(ref.mayWithdraw(now), messages.withdraw, by('leader'), () => ref.withdraw(now));
        break;
      case 'compensate':
        await command(ref.mayCompensate(now, one.leader), messages.compensate, by(one.leader), () => ref.withdraw(now));
        break;
      case 'retry': {
        const { channel } = one;
        await command(ref.mayRetry(now, channel), messages.retryChannel, { channel, actorId: 'operator' }, () => {
          if (now.withdrawn) return ref.withdraw(now, channel);
          now.attempt[channel] = trying(channel) + 1;
          now.said[channel] = [];
        });
        break;
      }
      case 'settle': {
        const { channel, state } = one;
        const input = { channel, state, evidence: '后台截图', actorId: 'operator' };
        await command(ref.maySettle(now, channel, state), messages.settleChannel, input, () => {
          now.said[channel] = [...(now.said[channel] ?? []), state];
          ref.follow(now);
        });
        break;
      }
      case 'amend': {
        const amendment = { act: one.act, on: '2026-11-24', byBundleId: other, byReleaseId: releaseOf(1000 + one.by) };
        if (one.act === 'withdraw') now.unwanted = true;
        ref.follow(now);
        await signal(messages.amend, { amendment, reason: '新规定' });
        break;
      }
      case 'wait':
        await pass(one.minutes * minute);
        break;
      case 'outage': // nothing of ours runs, and the clock goes on
        vi.setSystemTime(at(one.minutes));
        await pass(0);
        break;
      case 'slow-commit':
        give();
        answer = new Promise<void>((resolve) => {
          give = resolve;
        });
        await pass(0);
        break;
      case 'database-clock':
        databaseBehindMs = one.behindMs;
        break;
    }
    workflow.ended();
    same(askedTooLate, false, 'late window');
    if (now.revision) compare(query<BoardStatus>(messages.readStatus), core.plan());
  }

  function compare(board: BoardStatus, row: ArmedPlan | null): void {
    const { state, gates, channels, seal, plan, blockers } = board;
    same(seal, now.revision?.seal, 'I7');
    const shown = gates.filter((gate) => gate.state !== 'open');
    same(
      told(shown.map((gate) => [gate.gate, gate.state, gate.reviewerId, gate.actingFor, gate.carriedFrom])),
      told(now.decisions.map((made) => [made.gate, made.decision, made.person, made.actingFor, made.carriedFrom])),
      'I8: the board is what was decided',
    );
    same(
      told(channels.map((status) => [status.channel, status.state, status.attempt])),
      told(ref.channels.map((channel) => [channel, ref.of(now, channel), trying(channel)])),
      'I11, I13',
    );
    if (state === 'held' && now.armed) {
      const missed = now.t0 !== null && Date.now() - now.t0 > lateWindowMs;
      const closeToT0 = now.t0 !== null && Date.now() >= now.t0 - 5_000;
      same(missed || (closeToT0 && !ref.all(now, 'ready')), true, 'held by the system only for a reason');
      Object.assign(now, { armed: false, held: true });
    }
    same(state, ref.stateOf(now), 'the one state that all this amounts to');
    const waiting = ref.channels.filter(
      (channel) => ref.mayBeTold(now, channel) && gone.get(`${number()} ${channel}`) !== trying(channel),
    );
    same(waiting.join(), '', 'nothing waits that may go');
    same(plan !== null, now.t0 !== null, 'I7: a new revision has no instant yet');
    if (now.held) same(row, null, 'I3: the database knows of no instant while held');
    if (now.armed) same(row?.t0, plan?.t0, 'the row and the board have one instant');
    if (now.armed) same(row?.armedBy, now.armedBy, 'I18: who armed it');
    if (now.armed) same(row?.groupId, joined, 'I1: it goes with whom the leader said, and with nobody else');
    const over = now.committed || now.withdrawn;
    const unsigned = gates.filter((gate) => gate.state !== 'signed').length;
    const open = blockers.filter(({ en }) => / gate: /.test(en)).length;
    same(open, over ? 0 : unsigned, 'each open gate is named');
    if (now.committed && !now.rolledBack) {
      const channel = blockers.find(({ en }) => en.startsWith('Channel '));
      same(channel, undefined, 'nothing stands before what is out');
    }
    if (now.past && now.group) same(toldPeer[0], true, 'the other member was told');
  }
}

/** Hundreds of thousands of comparisons: `expect` is asked only where one fails. */
function same(actual: unknown, expected: unknown, rule: string): void {
  if (actual !== expected) expect(actual, rule).toBe(expected);
}
const told = (rows: unknown[][]) =>
  rows
    .map((row) => row.join())
    .sort()
    .join('; ');
