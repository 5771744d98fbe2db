import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';

type File = { path: string; sha256: Digest };

/** What a bundle is to show by the log alone; a tombstone has no files. */
export type Expected = { bundleId: BundleId; releaseId: ReleaseId; state: 'live' | 'withdrawn'; files: File[] };

type Known = {
  bundleId: BundleId;
  state: 'staged' | 'waiting' | 'live' | 'discarded' | 'withdrawn';
  /** Null until it went. */
  committedAt: Instant | null;
  files: File[];
};

/**
 * The public state of the website that follows from the release events and from nothing else: no database, no inbox.
 * Events of one bundle come in their order; repeats change nothing.
 */
export function createLogReading() {
  const handled = new Set<string>();
  const releases = new Map<ReleaseId, Known>();

  function prepare(releaseId: ReleaseId, bundleId: BundleId, files: File[]): void {
    const known = releases.get(releaseId);
    if (known && known.state !== 'staged' && known.state !== 'discarded') return; // public, or was: it stays so
    releases.set(releaseId, { bundleId, state: 'staged', committedAt: null, files });
  }

  /** One of a group waits until every member was told to go. */
  function go(releaseId: ReleaseId, committedAt: Instant, group: readonly ReleaseId[]): void {
    const known = releases.get(releaseId);
    if (known?.state !== 'staged') return;
    releases.set(releaseId, { ...known, state: 'waiting', committedAt });
    const members = (group.length < 2 ? [releaseId] : group).map((id) => ({ id, member: releases.get(id) }));
    if (!members.every(({ member }) => member?.state === 'waiting')) return;
    for (const { id, member } of members) if (member) releases.set(id, { ...member, state: 'live' });
  }

  return {
    add(event: ReleaseEvent): void {
      if (handled.has(event.id)) return;
      handled.add(event.id);
      const { releaseId } = event.data;
      const known = releases.get(releaseId);
      switch (event.type) {
        case 'release.prepare.v1': {
          const staged = event.data.channels.find(({ channel }) => channel === 'website');
          if (staged) prepare(releaseId, event.subject, staged.objects);
          return;
        }
        case 'release.go.v1':
          if (event.data.channels.includes('website')) go(releaseId, event.data.committedAt, event.data.group);
          return;
        case 'release.rolled-back.v1':
          if (known && known.state !== 'withdrawn')
            releases.set(releaseId, { ...known, state: 'discarded', files: [] });
          return;
        case 'release.withdrawn.v1': {
          const wasPublic = known?.state === 'live' ? known.committedAt : null;
          if (known?.state === 'withdrawn') return;
          releases.set(releaseId, { bundleId: event.subject, state: 'withdrawn', committedAt: wasPublic, files: [] });
          return;
        }
        case 'release.amended.v1':
        case 'release.validity.v1':
        case 'release.inspect.v1':
          return; // said on the pages; which release is public does not depend on it
        default:
          event satisfies never; // a new event type stops compiling here
      }
    },

    /** Of each bundle the release that was committed last; nothing where none of it was ever public. */
    shows(): Map<BundleId, Expected> {
      const newest = new Map<BundleId, Expected & { committedAt: Instant }>();
      for (const [releaseId, { bundleId, state, committedAt, files }] of releases) {
        if ((state !== 'live' && state !== 'withdrawn') || committedAt === null) continue;
        const other = newest.get(bundleId);
        if (other && Date.parse(other.committedAt) > Date.parse(committedAt)) continue;
        newest.set(bundleId, { bundleId, releaseId, state, files, committedAt });
      }
      return newest;
    },
  };
}
