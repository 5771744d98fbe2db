import type { Revision } from '../../activities/ports/core-store.ts';
import type { ChannelsFile } from '../../schemas/configuration.ts';
import type { Submission } from '../../workflows/policy-release/messages.ts';

/** What a workflow is told of a revision: at its submission, and again where the workflow is rebuilt from the rows. */
export function submissionOf(
  { revision, seal, content, gates, obligations, drafterId }: Revision,
  editors: string[],
  office: ChannelsFile,
): Submission {
  const { manifest, channels, policy } = content;
  const count = (role: string) => manifest.items.filter((item) => item.role === role).length;
  return {
    revision,
    seal,
    documentNumber: manifest.documentNumber,
    drafterId,
    editors,
    gates,
    channels: office.channels.filter(({ id }) => channels.includes(id)).map(({ id, wave }) => ({ channel: id, wave })),
    policy,
    interpretationPlans: count('interpretation-plan'),
    interpretationMaterials: count('interpretation-material'),
    isNotice: manifest.policyKind === 'release-notice',
    acts: manifest.acts?.length ?? 0,
    obligations,
    effectiveFrom: manifest.effectiveFrom,
    effectiveUntil: manifest.effectiveUntil,
    expiringDays: office.release.expiringDays,
  };
}
