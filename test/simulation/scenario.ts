import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import type { BundleId, Channel } from '../../schemas/bundle.ts';
import { eventId } from '../../schemas/event-id.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { type BoardStatus, GroupId, type ReleaseGroup, type ReleasePolicy } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { fourGates as gates } from '../support/release-fixture.ts';
import { bundleIdOf, contentOf } from './content.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const minute = 60_000;
export const lateWindowMs = 30 * minute;
const waves = { website: 1, wechat: 2, 'press-pack': 2 } as const;
export type ScenarioBundle = {
  bundleId: BundleId;
  channels: { channel: Channel; wave: number }[];
  policy: ReleasePolicy;
  /** How many versions have been written. */
  versions: number;
  retries: number;
  /** Bundles that it shall go with, itself included; empty where it goes alone. */
  group: BundleId[];
};

/** What somebody did and was told: the outside of the office, as `invariants.ts` may know it. */
export type Act =
  | { kind: 'decided'; bundleId: BundleId; revision: number; gate: string; reviewerId: string; decision: string }
  | { kind: 'withdrew'; bundleId: BundleId }
  | { kind: 'refused'; bundleId: BundleId; type: string };

/** The bundles of a run, and the people who work on them: mostly as they should, sometimes as they must not. */
export function createScenario(world: World, random: Random, seed: string, restAt: number) {
  const { scheduler, temporal } = world;
  const bundles: ScenarioBundle[] = Array.from({ length: random.pick([1, 1, 2, 2, 3, 4]) }, (_, number) => ({
    bundleId: bundleIdOf(seed, number),
    channels: (['website', 'wechat', 'press-pack'] as const)
      .filter((channel) => channel === 'website' || random.chance(0.7))
      .map((channel) => ({ channel, wave: waves[channel] })),
    policy: random.pick(['publish-rest', 'publish-rest', 'compensate', 'hold-all'] as const),
    versions: 0,
    retries: 0,
    group: [],
  }));
  if (bundles.length > 1 && random.chance(0.5)) {
    const members = bundles.slice(0, random.between(2, bundles.length));
    for (const bundle of members) bundle.group = members.map(({ bundleId }) => bundleId);
  }
  const acts: Act[] = [];
  const statusOf = ({ bundleId }: ScenarioBundle) =>
    temporal.ask<BoardStatus>(messages.policyReleaseId(bundleId), messages.readStatus);
  const restless = () => scheduler.now() < restAt;
  const canStillGo = (state = 'draft') =>
    ['draft', 'in-review', 'cleared', 'preparing', 'prepared', 'armed', 'held'].includes(state);
  const later = (ms: number) => new Date(Date.now() + ms).toISOString();

  /** One act of one person; what the office answers is written down. */
  async function act<T extends object>(
    bundle: ScenarioBundle,
    sent: { name: string },
    input: T,
    told?: Act,
  ): Promise<boolean> {
    const id = messages.policyReleaseId(bundle.bundleId);
    const what = `${sent.name} ${bundle.bundleId.slice(0, 8)}`;
    try {
      await temporal.act(id, sent, input);
      world.told(`person: ${what} is accepted`);
      if (told) acts.push(told);
      return true;
    } catch (error) {
      const cause = permanentCause(error);
      if (cause) acts.push({ kind: 'refused', bundleId: bundle.bundleId, type: cause.type });
      world.told(`person: ${what}: ${cause?.type ?? (error instanceof Error ? error.name : error)}`);
      return false;
    }
  }

  async function submit(bundle: ScenarioBundle): Promise<void> {
    const { bundleId, channels, policy } = bundle;
    bundle.versions += random.chance(0.95) || bundle.versions === 0 ? 1 : 0; // else the same once more
    const names = channels.map(({ channel }) => channel);
    const { content, seal } = contentOf(bundleId, bundle.versions, names, policy);
    const drafterId = random.pick(['drafter', 'drafter', 'second-drafter']);
    const obligations = { errors: [], warnings: [] };
    const inputs = gateInputs(content, gates, []);
    const frozen = { bundleId, seal, content, gates, findings: [], obligations, gateInputs: inputs, drafterId };
    const revision = await world.core.store.addRevision(frozen);
    const submission: messages.Submission = {
      revision,
      seal,
      documentNumber: null,
      drafterId,
      editors: await world.core.store.editors({ bundleId, revision }),
      gates,
      channels,
      policy,
      interpretationPlans: 1,
      interpretationMaterials: 1,
      isNotice: false,
      acts: 0,
      obligations,
      effectiveFrom: null,
      effectiveUntil: null,
      expiringDays: 30,
    };
    const id = messages.policyReleaseId(bundleId);
    const first = { workflow: 'policyRelease', queue: taskQueues.core, input: { bundleId, lateWindowMs } };
    await temporal.act(id, messages.submit, submission, first).then(
      () => world.told(`person: submit ${bundleId.slice(0, 8)} version ${bundle.versions} as revision ${revision}`),
      (error) => world.told(`person: submit ${bundleId.slice(0, 8)}: ${permanentCause(error)?.type ?? error}`),
    );
  }

  function decide(bundle: ScenarioBundle, status: BoardStatus): Promise<unknown> {
    const open = status.gates.filter(({ state }) => state === 'open');
    const { gate } = random.pick(open.length > 0 && !random.chance(0.05) ? open : status.gates);
    const reviewerId = random.chance(0.93)
      ? `${gate}-reviewer`
      : random.pick(['drafter', 'second-drafter', 'legal-reviewer']);
    const stale = random.chance(0.03) && bundle.versions > 1;
    const seal = stale
      ? contentOf(
          bundle.bundleId,
          1,
          bundle.channels.map(({ channel }) => channel),
          bundle.policy,
        ).seal
      : status.seal;
    const returns = random.chance(restless() ? 0.04 : 0);
    const common = { gate, seal, reviewerId };
    const told = { kind: 'decided', bundleId: bundle.bundleId, revision: status.revision, gate, reviewerId } as const;
    return returns
      ? act(
          bundle,
          messages.returnGate,
          { ...common, decision: 'returned', reason: '请修改' },
          { ...told, decision: 'returned' },
        )
      : act(bundle, messages.signGate, { ...common, decision: 'signed' }, { ...told, decision: 'signed' });
  }

  /** A leader arms a group as the API does: one by one, for one instant; where one cannot be armed, the others are held. */
  async function arm(bundle: ScenarioBundle, status: BoardStatus, t0: string): Promise<void> {
    const { seal } = status;
    const members = bundles.filter((member) => bundle.group.includes(member.bundleId));
    const left = members.some((member) => !canStillGo(statusOf(member)?.state));
    if (status.group && left) return void (restless() && random.chance(0.2) && (await submit(bundle))); // its group will never go
    if (members.length < 2 || left || random.chance(0.05)) {
      await act(bundle, messages.arm, { seal, t0, leaderId: 'leader', group: null });
      return;
    }
    const seals = members.map((member) => `${member.bundleId} ${statusOf(member)?.seal}`).sort();
    const group = { groupId: GroupId.parse(eventId('release group', ...seals)), members: [...bundle.group].sort() };
    const able = (now: BoardStatus | undefined) =>
      now?.state === 'prepared' || (now?.group?.groupId === group.groupId && ['held', 'armed'].includes(now.state));
    if (!members.every((member) => able(statusOf(member)))) return;
    await world.core.store.formGroup(group.groupId, group.members, 'leader');
    const armed: ScenarioBundle[] = [];
    for (const member of members) {
      if (await armMember(member, group, t0)) armed.push(member);
      else return void (await Promise.all(armed.map((each) => act(each, messages.hold, intervention('同批未能签发')))));
    }
  }

  async function armMember(member: ScenarioBundle, group: ReleaseGroup, t0: string): Promise<boolean> {
    const status = statusOf(member);
    if (!status) return false;
    if (status.group?.groupId === group.groupId && status.state === 'held')
      return act(member, messages.resume, { t0, actorId: 'leader' });
    if (status.group?.groupId === group.groupId && status.state === 'armed' && status.plan?.t0 === t0) return true;
    return act(member, messages.arm, { seal: status.seal, t0, leaderId: 'leader', group });
  }

  const intervention = (reason: string) => ({ reason, actorId: 'leader' });
  /** An operator gives up some time: what a channel refuses for good stays refused. */
  function retry(bundle: ScenarioBundle, channel: Channel): Promise<unknown> | undefined {
    bundle.retries += 1;
    return bundle.retries > 4 ? undefined : act(bundle, messages.retryChannel, { channel, actorId: 'operator' });
  }
  const withdraw = (bundle: ScenarioBundle) =>
    act(bundle, messages.withdraw, intervention('依据变化'), { kind: 'withdrew', bundleId: bundle.bundleId });

  /** What somebody does about a bundle as it stands. */
  function next(bundle: ScenarioBundle, status: BoardStatus | undefined): Promise<unknown> | undefined {
    if (!status) return submit(bundle);
    const t0 = later(random.chance(0.05) && restless() ? -5_000 : random.between(2_000, 60_000));
    if (restless() && random.chance(0.05)) {
      const { seal } = status;
      return random.pick([
        () => submit(bundle),
        () => act(bundle, messages.arm, { seal, t0, leaderId: 'leader', group: null }),
        () => act(bundle, messages.hold, intervention('等待通知')),
        () => act(bundle, messages.resume, { t0, actorId: 'leader' }),
        () => (random.chance(0.3) ? withdraw(bundle) : undefined),
        () => decide(bundle, status),
      ])();
    }
    const refused = status.channels.find(({ state }) => state === 'refused');
    switch (status.state) {
      case 'in-review':
        return decide(bundle, status);
      case 'returned':
      case 'rolled-back':
        return restless() ? submit(bundle) : undefined;
      case 'preparing':
        return refused && (random.chance(0.7) || !restless() ? retry(bundle, refused.channel) : submit(bundle));
      case 'prepared':
        return arm(bundle, status, t0);
      case 'armed':
        if (!restless() || random.chance(0.7)) return undefined;
        return random.chance(0.9) ? act(bundle, messages.hold, intervention('等待通知')) : withdraw(bundle);
      case 'held':
        if (refused) return random.chance(0.7) || !restless() ? retry(bundle, refused.channel) : submit(bundle);
        if (status.group) return arm(bundle, status, t0);
        return act(bundle, messages.resume, { t0: random.chance(0.5) && restless() ? null : t0, actorId: 'leader' });
      case 'withdrawing':
        return refused && retry(bundle, refused.channel);
      case 'partly-released':
        if (bundle.policy === 'compensate' && random.chance(0.5))
          return act(bundle, messages.compensate, { reason: '部分渠道失败', actorId: 'second-leader' });
        return refused && random.chance(0.5) ? retry(bundle, refused.channel) : undefined;
      case 'releasing':
      case 'verifying':
      case 'released':
      case 'outcome-unknown':
        return restless() && random.chance(0.01) ? withdraw(bundle) : undefined;
      default:
        return undefined;
    }
  }

  function live(bundle: ScenarioBundle): void {
    void next(bundle, statusOf(bundle));
    if (random.chance(0.03)) void next(bundle, statusOf(bundle)); // a double click
    scheduler.after(random.chance(0.5) ? random.between(50, 3_000) : random.between(1_000, 25_000), () => live(bundle));
  }
  for (const bundle of bundles) scheduler.after(random.between(0, 20_000), () => live(bundle));

  /** Clocks drift and jump while it lasts. */
  function jump(): void {
    if (scheduler.now() >= restAt) return;
    const skew = random.chance(0.85) ? random.between(-500, 500) : random.between(-600_000, 600_000);
    const database = random.pick(Object.keys(world.skews)) as keyof typeof world.skews;
    if (random.chance(0.5)) world.skews[database] = skew;
    else random.pick(world.processes).skewMs = skew;
    world.told(`a clock is ${skew} ms off`);
    scheduler.after(random.between(10_000, 120_000), jump);
  }
  if (random.chance(0.5)) scheduler.after(random.between(0, 60_000), jump);

  return { bundles, acts, statusOf };
}
export type Scenario = ReturnType<typeof createScenario>;
