import { eventId } from '../../schemas/event-id.ts';
import { type BoardStatus, GroupId, type ReleaseGroup } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import type { Office, OfficeBundle } from './office.ts';

/** Those who set the instant, for one bundle or for several that go together. */
export function createLeaders(office: Office, submit: (bundle: OfficeBundle) => Promise<void>) {
  const { world, random, bundles, statusOf, act, hold, restless } = office;
  const canStillGo = (state = 'draft') =>
    ['draft', 'in-review', 'cleared', 'preparing', 'prepared', 'armed', 'held'].includes(state);

  /** Some time soon; often the same for several bundles, as the hour strikes. */
  function instant(): string {
    const soon = Date.now() + (random.chance(0.05) && restless() ? -5_000 : random.between(2_000, 60_000));
    return new Date(random.chance(0.5) ? soon : Math.ceil(soon / 20_000) * 20_000).toISOString();
  }

  /** A group is armed as the API does it: one by one, for one instant; where one cannot be armed, the others are held. */
  async function arm(bundle: OfficeBundle, status: BoardStatus, t0: string): Promise<void> {
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
    const armed: OfficeBundle[] = [];
    for (const member of members) {
      if (await armMember(member, group, t0)) armed.push(member);
      else return void (await Promise.all(armed.map(hold)));
    }
  }

  async function armMember(member: OfficeBundle, group: ReleaseGroup, t0: string): Promise<boolean> {
    const status = statusOf(member);
    if (!status) return false;
    if (status.group?.groupId === group.groupId && status.state === 'held')
      return act(member, messages.resume, { t0, actorId: 'leader' });
    if (status.group?.groupId === group.groupId && status.state === 'armed' && status.plan?.t0 === t0) return true;
    return act(member, messages.arm, { seal: status.seal, t0, leaderId: 'leader', group });
  }

  return { arm, instant };
}
