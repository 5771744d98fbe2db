import type { FastifyInstance } from 'fastify';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { Logger } from '../../infra/logger.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { type GroupAnswer, GroupBody } from '../../schemas/desk.ts';
import type { BoardStatus, ReleaseGroup } from '../../schemas/release.ts';
import { checkInstant } from './arming.ts';
import { groupIdOf } from './group-id.ts';
import { Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import type { PersonOf } from './sign-in.ts';
import type { TimeTables } from './telling.ts';

type Deps = { releases: Releases; store: CoreStore; times: TimeTables; personOf: PersonOf; log: Logger };

/**
 * 同批发布: arms several bundles for one instant, to commit together or not at all. Where one cannot be armed the others are
 * held; if even that fails, the commit finds a member missing and nothing goes out.
 */
export function serveGroups(api: FastifyInstance, { releases, store, times, personOf, log }: Deps): void {
  api.post('/v1/groups', async (request): Promise<GroupAnswer> => {
    const leaderId = personOf(request, 'leader').id;
    const { members, t0 } = GroupBody.parse(request.body);
    const ids = members.map(({ bundleId }) => bundleId).sort();
    if (new Set(ids).size < ids.length) {
      throw new Refusal(
        'BadRequest',
        { zh: '同一个政策包列了两次', en: 'A bundle is named twice' },
        { where: 'members', mend: { zh: '每个政策包只列一次', en: 'Name each bundle once' } },
      );
    }
    // One is armed after another, and the first may not meet its instant before the last is armed.
    const warnings = await checkInstant(store, t0, times.channels.release.leadSeconds * ids.length);
    for (const warning of warnings) log.warn({ bundleIds: ids }, warning.en);
    const group = { groupId: groupIdOf(members), members: ids };
    await store.formGroup(group.groupId, ids, leaderId);

    const armed: BoardStatus[] = [];
    for (const { bundleId, seal } of members) {
      try {
        armed.push(await armMember(bundleId, { seal, t0, leaderId, group }));
      } catch (error) {
        throw groupFailed(error, bundleId, armed, await holdAll(armed, bundleId, leaderId));
      }
    }
    return { groupId: group.groupId, t0, members: armed.map(({ bundleId, state }) => ({ bundleId, state })) };
  });

  type Arming = Parameters<Releases['arm']>[1] & { group: ReleaseGroup };

  /** A member that is held, by an earlier try or by a leader, or was armed by a try that got no answer, goes on from there. */
  async function armMember(bundleId: BundleId, arming: Arming): Promise<BoardStatus> {
    const status = await releases.status(bundleId);
    const { seal, t0, leaderId: actorId, group } = arming;
    if (status.seal !== seal) return releases.arm(bundleId, arming); // it says what has changed
    if (status.state === 'held') {
      const resumed = await releases.resume(bundleId, { t0, actorId, group });
      return resumed.state === 'armed' ? resumed : releases.arm(bundleId, arming); // it was held before anybody armed it
    }
    const inGroup = status.group?.groupId === group.groupId;
    const same = status.plan && Date.parse(status.plan.t0) === Date.parse(t0);
    return status.state === 'armed' && inGroup && same ? status : releases.arm(bundleId, arming);
  }

  async function holdAll(armed: readonly BoardStatus[], failed: BundleId, actorId: string): Promise<BundleId[]> {
    const reason = `同批的 ${failed} 未能签发 could not be armed with its group`;
    const held = await Promise.allSettled(armed.map(({ bundleId }) => releases.hold(bundleId, { reason, actorId })));
    for (const outcome of held) {
      if (outcome.status === 'rejected') log.error({ err: outcome.reason }, 'a member of a failed group was not held');
    }
    return armed.flatMap(({ bundleId }, index) => (held[index]?.status === 'fulfilled' ? [bundleId] : []));
  }
}

const again = { zh: '再运行同一条命令', en: 'give the same command again' };

function groupFailed(
  error: unknown,
  failed: BundleId,
  armed: readonly BoardStatus[],
  held: readonly BundleId[],
): unknown {
  if (!(error instanceof Refusal)) return error;
  const { type, message, mend, findings } = error.answer.error;
  const left = armed.map(({ bundleId }) => bundleId).filter((bundleId) => !held.includes(bundleId));
  const others = { zh: '', en: '' };
  if (held.length > 0) {
    others.zh += `；已暂缓：${held.join('、')}`;
    others.en += `; held: ${held.join(', ')}`;
  }
  if (left.length > 0) {
    others.zh += `；未能暂缓，但同批不全，到时不会发布：${left.join('、')}`;
    others.en += `; not held, and not going either, since the group is not whole: ${left.join(', ')}`;
  }
  return new Refusal(
    type,
    {
      zh: `同批发布没有签发，${failed}：${message.zh}${others.zh}`,
      en: `The group was not armed; ${failed}: ${message.en}${others.en}`,
    },
    {
      ...{ where: failed, findings },
      mend: mend ? { zh: `${mend.zh}；然后${again.zh}`, en: `${mend.en}; then ${again.en}` } : again,
    },
  );
}
