import type pc from 'picocolors';
import { latenessOf, skewOf } from '../../activities/releases/release-times.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import { actName, beijingTime, validityName } from './words.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Lines of `release status` about the release itself: with what it goes, how punctual it was, what it is worth since. */
export function releaseLines(status: ReleaseStatus, colors: Colors): string[] {
  const { plan, armedBy, group, committedAt, channels, validity, amendments } = status;
  const live = channels.flatMap(({ liveAt }) => liveAt ?? []);
  const others = group?.members.filter((bundleId) => bundleId !== status.bundleId) ?? [];
  return [
    ...(plan
      ? [`定时 T0         ${beijingTime(plan.t0)}  ${plan.policy}${armedBy ? `  签发 armed by ${armedBy}` : ''}`]
      : []),
    ...(group ? [`同批 group      ${group.groupId}  ${others.map((bundleId) => `+ ${bundleId}`).join('  ')}`] : []),
    ...(committedAt
      ? [
          `发布 committed  ${beijingTime(committedAt, { milliseconds: true })}${plan ? `  晚于 T0 late ${latenessOf({ t0: plan.t0, committedAt })} ms` : ''}`,
        ]
      : []),
    ...(live.length > 0
      ? [`时差 skew       ${skewOf(live)} ms  ${live.length}/${channels.length} 渠道已上线 channels live`]
      : []),
    ...(validity
      ? [
          `有效性 validity ${(validity === 'in-force' ? colors.green : colors.yellow)(`${validityName[validity]} ${validity}`)}`,
        ]
      : []),
    ...amendments.map(({ act, on, byBundleId }) => `  ${actName[act]} ${act}  自 from ${on}  由 by ${byBundleId}`),
  ];
}
