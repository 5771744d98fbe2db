import type { Sealed } from '../../activities/releases/types.ts';
import { eventId } from '../../schemas/event-id.ts';
import { GroupId } from '../../schemas/release.ts';

/** The same bundles with the same seals are the same group: a leader may try again, and a restore finds it by the log. */
export const groupIdOf = (members: readonly Pick<Sealed, 'bundleId' | 'seal'>[]): GroupId =>
  GroupId.parse(eventId('release group', ...members.map(({ bundleId, seal }) => `${bundleId} ${seal}`).sort()));
