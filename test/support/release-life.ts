import { expect, vi } from 'vitest';
import type { ReleaseOrder } from '../../activities/releases/types.ts';
import { BundleId, Channel } from '../../schemas/bundle.ts';
import type { BoardStatus, ReleasePlan } from '../../schemas/release.ts';
import { ReleaseId } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { policyRelease } from '../../workflows/policy-release/workflow.ts';
import { digest, fourGates } from './release-fixture.ts';
import * as ref from './release-reference.ts';
import type { Step } from './release-steps.ts';
import { begin, pass, query, signal, update } from './workflow-runtime.ts';

const minute = 60_000;
const lateWindowMs = 10 * minute;
const bundleId = BundleId.parse('11111111-1111-4111-8111-111111111111');
const releaseOf = (revision: number) =>
  ReleaseId.parse(`22222222-2222-4222-8222-${String(revision).padStart(12, '0')}`);
const sealOf = (revision: number) => digest(`revision ${revision}`);

/** Lives one bundle's life through the real workflow, and holds it against the reference after every step. */
export async function live(life: Step[], reached: Set<string>): Promise<void> {
  vi.setSystemTime('2026-11-24T00:00:00Z');
  let now = ref.blank();
  let compensates = false;
  let plan: ReleasePlan | null = null;
  let databaseBehindMs = 0;
  const rows: (ref.Decision & { seal: string })[] = [];
  const commits: number[] = [];
  let answer = Promise.resolve();
  let give = () => {};
  const orders: string[] = [];
  const heard: { channel: string; state: ref.Said; revision: number }[] = [];
  let withdrawnBy: 'nobody' | 'a person' = 'nobody';

  const ordered = (revision: number, order: ReleaseOrder) => {
    const name = `${revision} ${order.type} ${'channels' in order ? (order.type === 'release.go.v1' ? order.channels.join() : '') : ''}`;
    const irreversible = (text: string) => text.startsWith(`${revision} release.go`) && text.includes('wechat');
    if (order.type === 'release.go.v1') {
      expect(orders, 'I9: each go is given once').not.toContain(name);
      expect(commits, 'I4: go only behind a commit').toContain(revision);
      if (irreversible(name)) {
        const undoable = ref.channels.filter((channel) => ref.waves[channel] === 1);
        expect(
          undoable.map((channel) => ref.standing(now.said[channel])),
          'I1: wave 2 after wave 1 was read back',
        ).toEqual(undoable.map(() => 'verified'));
        expect(withdrawnBy, 'I17: nothing irreversible after a withdrawal').toBe('nobody');
      }
    }
    if (order.type === 'release.rolled-back.v1') {
      expect(orders.some(irreversible), 'I11: what cannot be undone is not called rolled back').toBe(false);
      if (revision === now.revision?.number && now.committed) now.rolledBack = true;
    }
    orders.push(name);
  };

  const port = {
    recordDecision: async (_: unknown, made: ref.Decision & { seal: string; reviewerId: string }) => {
      rows.push({ gate: made.gate, person: made.reviewerId, decision: made.decision, seal: made.seal });
      return { decidedAt: new Date().toISOString() };
    },
    recordTransition: async ({ state }: { state: string }) => void reached.add(state),
    announceTransition: async () => {},
    gateDeadlines: async () => [],
    stageRelease: async ({ revision }: { revision: number }) => ({ releaseId: releaseOf(revision), channels: [] }),
    savePlan: async (_: unknown, next: ReleasePlan | null) => {
      plan = next;
    },
    announceRelease: async ({ revision }: { revision: number }, _: unknown, order: ReleaseOrder) =>
      ordered(revision, order),
    commitRelease: async ({ revision, seal }: { revision: number; seal: string }) => {
      const clock = Date.now() - databaseBehindMs;
      if (!plan) throw new Error('I3: commit was asked for while held');
      expect(Date.now() - Date.parse(plan.t0), 'late window').toBeLessThanOrEqual(lateWindowMs);
      const waitMs = Date.parse(plan.t0) - clock;
      expect(ref.all(now, 'ready'), 'I1, I18: every channel is ready at T0').toBe(true);
      Object.assign(now, { armed: false, asked: true });
      await answer;
      Object.assign(now, { asked: false });
      if (waitMs > 0) {
        now.armed = !now.withdrawn;
        return { outcome: 'early', waitMs };
      }
      expect(commits, 'I9: one commit a revision').not.toContain(revision);
      expect({ revision, seal }, 'I7: what stands is committed').toEqual({
        revision: now.revision?.number,
        seal: now.revision?.seal,
      });
      for (const gate of ref.gates) {
        const signed = rows.filter((row) => row.gate === gate && row.seal === seal && row.decision === 'signed');
        expect(signed.length, `I5: ${gate} signed this seal once`).toBe(1);
      }
      commits.push(revision);
      now.committed = true;
      return { outcome: 'committed', committedAt: new Date(clock).toISOString() };
    },
  };
  const workflow = await begin(() => policyRelease({ bundleId, lateWindowMs }), port);

  const command = async (allowed: boolean, sent: { name: string }, input: object, effect: () => void) => {
    const before = now;
    if (allowed) effect(); // first: what the workflow orders at once is judged by what has just been decided
    const refusal = await update(sent, input);
    const told = `${sent.name} ${JSON.stringify(input)} with ${JSON.stringify(before)}: ${refusal}`;
    expect(refusal === undefined, told).toBe(allowed);
  };
  const decide = (gate: string, person: string, decision: 'signed' | 'returned', seal: string) => {
    const made = { gate, person, decision };
    const input = { gate, decision, seal, reviewerId: person, reason: '退回修改' };
    const sent = decision === 'signed' ? messages.signGate : messages.returnGate;
    return command(ref.mayDecide(now, made, seal), sent, input, () => now.decisions.push(made));
  };
  const say = async (channel: string, state: ref.Said, revision: number) => {
    const counts = revision === now.revision?.number && ref.cleared(now);
    if (counts) now.said[channel] = [...(now.said[channel] ?? []), state];
    if (counts && ref.all(now, 'ready', 'live', 'verified', 'discarded', 'withdrawn')) now.staged = true;
    heard.push({ channel, state, revision });
    await signal(messages.reportReceipt, {
      releaseId: releaseOf(revision),
      bundleId,
      channel: Channel.parse(channel),
      state,
      at: new Date().toISOString(),
      digests: [],
      url: null,
      detail: null,
    });
  };
  const number = () => now.revision?.number ?? 0;
  const at = (minutes: number) => Date.now() + minutes * minute;

  for (const one of life) {
    if (workflow.ended()) return;
    switch (one.type) {
      case 'submit': {
        const next = number() + one.next;
        const revision: ref.Revision = {
          number: next,
          seal: sealOf(next),
          drafter: one.drafter,
          hasPlan: one.missing !== 'plan',
          hasMaterials: one.missing !== 'materials',
          blocked: one.blocked === '' ? [] : [one.blocked],
        };
        const allowed = next > 0 && ref.maySubmit(now, next);
        const input = {
          revision: next,
          seal: revision.seal,
          documentNumber: null,
          drafterId: one.drafter,
          gates: fourGates,
          channels: ref.channels.map((channel) => ({ channel: Channel.parse(channel), wave: ref.waves[channel] })),
          policy: one.policy,
          interpretationPlans: revision.hasPlan ? 1 : 0,
          interpretationMaterials: revision.hasMaterials ? 1 : 0,
          isNotice: false,
          acts: 0,
          obligations: {
            errors: revision.blocked.map((gate) => ({ gate, finding: 'WRD-TYPO.00000000', overridable: false })),
            warnings: [],
          },
          editors: [one.drafter],
          effectiveFrom: null,
          effectiveUntil: null,
          expiringDays: 30,
        };
        await command(allowed, messages.submit, input, () => {
          now = { ...ref.blank(), revision };
          compensates = one.policy === 'compensate';
        });
        break;
      }
      case 'decide':
        await decide(one.gate, one.person, one.decision, sealOf(number() - one.behind));
        break;
      case 'everyone-signs':
        for (const gate of ref.gates) await decide(gate, gate, 'signed', sealOf(number()));
        break;
      case 'all-say':
        for (const channel of ref.channels) await say(channel, one.state, number());
        break;
      case 'say':
        await say(one.channel, one.state, Math.max(1, number() - one.behind));
        break;
      case 'say-again': // Kafka delivers again, from some record on and in order
        for (const { channel, state, revision } of heard.slice(-1 - one.from)) await say(channel, state, revision);
        break;
      case 'arm': {
        const [seal, t0] = [sealOf(number() - one.behind), at(one.inMinutes)];
        const input = { seal, t0: new Date(t0).toISOString(), leaderId: 'leader' };
        await command(ref.mayArm(now, seal, t0, Date.now()), messages.arm, input, () => {
          Object.assign(now, { armed: true, t0 });
        });
        break;
      }
      case 'hold':
        await command(ref.mayHold(now), messages.hold, { reason: '等待通知', actorId: 'leader' }, () => {
          Object.assign(now, { armed: false, held: true });
        });
        break;
      case 'resume': {
        const t0 = one.inMinutes === null ? null : at(one.inMinutes);
        const input = { t0: t0 === null ? null : new Date(t0).toISOString(), actorId: 'leader' };
        await command(ref.mayResume(now, t0, Date.now()), messages.resume, input, () => {
          Object.assign(now, { held: false, armed: now.t0 !== null, t0: now.t0 === null ? null : (t0 ?? now.t0) });
        });
        break;
      }
      case 'withdraw':
        await command(ref.mayWithdraw(now), messages.withdraw, { reason: '依据变化', actorId: 'leader' }, () => {
          Object.assign(now, { withdrawn: true, armed: false });
          withdrawnBy = 'a person';
        });
        break;
      case 'wait':
        await pass(one.minutes * minute);
        break;
      case 'outage': // nobody is there to see the timers end
        vi.setSystemTime(at(one.minutes));
        await pass(0);
        break;
      case 'slow-commit': // its answer comes when the next one like this does
        give();
        answer = new Promise((resolve) => {
          give = resolve;
        });
        await pass(0);
        break;
      case 'database-clock':
        databaseBehindMs = one.behindMs;
        break;
    }
    workflow.ended();
    if (now.revision) compare(query<BoardStatus>(messages.readStatus));
  }

  function compare({ state, gates, channels, seal, plan: shown, blockers }: BoardStatus): void {
    expect(seal, 'I7').toBe(now.revision?.seal);
    const decided = gates.filter((gate) => gate.state !== 'open');
    expect(
      decided.map((gate) => `${gate.gate} ${gate.state} ${gate.reviewerId}`).sort(),
      'I8: the board is what was decided',
    ).toEqual(now.decisions.map((made) => `${made.gate} ${made.decision} ${made.person}`).sort());
    const shownStates = Object.fromEntries(channels.map((status) => [status.channel, status.state]));
    expect(shownStates, 'I11, I13').toEqual(
      Object.fromEntries(ref.channels.map((channel) => [channel, ref.standing(now.said[channel])])),
    );
    if (state === 'released') expect(ref.all(now, 'verified'), 'I11: released means read back everywhere').toBe(true);
    if (state === 'held' && now.armed) {
      const missed = now.t0 !== null && Date.now() - now.t0 > lateWindowMs;
      const atT0 = now.t0 !== null && Date.now() >= now.t0;
      expect(missed || (atT0 && !ref.all(now, 'ready')), 'held by the system only for a reason').toBe(true);
      Object.assign(now, { armed: false, held: true });
    }
    if (state === 'withdrawing' && !now.withdrawn) {
      expect(compensates, 'I18: only the policy compensates').toBe(true);
      now.withdrawn = true;
    }
    expect(state === 'armed', 'the plan stands while armed').toBe(now.armed);
    expect(shown !== null, 'I7: a new revision has no instant yet').toBe(now.t0 !== null);
    if (now.held) expect(plan, 'I3: the database knows of no instant while held').toBeNull();
    if (now.armed) expect(shown && plan, 'the row and the board have one instant').toEqual(plan);
    const over = now.asked || now.committed || now.withdrawn;
    const unsigned = gates.filter((gate) => gate.state !== 'signed').length;
    expect(blockers.filter(({ en }) => / gate: /.test(en)).length, 'each open gate is named').toBe(over ? 0 : unsigned);
    if (now.committed && !now.rolledBack) {
      expect(
        blockers.filter(({ en }) => en.startsWith('Channel ')),
        'nothing stands before what is out',
      ).toEqual([]);
    }
    if (state === 'returned') expect(ref.returned(now)).toBe(true);
  }
}
