import { digestOf } from '../../activities/digest.ts';
import { openObject } from '../../activities/releases/sealed-staging.ts';
import { fillSlots } from '../../activities/rendering/page-slots.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import { createByteCache } from './byte-cache.ts';
import type { OpenedFile } from './open-release.ts';
import type { Pointer, PublicReads, Shown } from './site-store.ts';

export type PublicFile = { body: Uint8Array; mediaType: string; etag: string; liveAt: string };

/** A release whose files were opened for its switch. */
export type OpenedRelease = { releaseId: ReleaseId; bundleId: BundleId; files: readonly OpenedFile[] };

type Live = Extract<Shown, { state: 'live' }>;
export type Released = { bundleId: BundleId; shows: Live };

type Deps = { reads: PublicReads; cacheBytes?: number };

/**
 * What the public may see, as of the moment each request asks. Every answer rests on a look at the database that began
 * after the request came in, so no reader can meet a policy on one instance and no interpretation on another; requests
 * that arrive together share one look.
 */
export function createPublicView({ reads, cacheBytes = 64 * 1024 * 1024 }: Deps) {
  const shown = new Map<BundleId, Shown>();
  const opened = createByteCache<PublicFile>(cacheBytes);
  let version = 0;
  let listed: Released[] | undefined;

  const apply = (pointers: Pointer[]) => {
    for (const pointer of pointers) {
      const before = shown.get(pointer.bundleId);
      if (before) opened.removeWhere((key) => key.startsWith(before.releaseId)); // withdrawn text leaves memory too
      if (pointer.shows) shown.set(pointer.bundleId, pointer.shows);
      else shown.delete(pointer.bundleId);
      version = Math.max(version, pointer.version);
      listed = undefined;
    }
  };

  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  /** A look under way may have begun before a switch that this reader already saw; only one that starts now will do. */
  const refresh = (): Promise<void> => {
    next ??= current
      .catch(() => {})
      .then(() => {
        next = undefined;
        current = reads.pointersSince(version).then(apply);
        return current;
      });
    return next;
  };

  const make = (release: Live, { path, mediaType, plain }: OpenedFile): PublicFile => {
    const body = fillSlots(plain, mediaType, release);
    const file = { body, mediaType, etag: `"${digestOf(body).slice(0, 32)}"`, liveAt: release.liveAt };
    opened.set(`${release.releaseId}/${path}`, file);
    return file;
  };

  return {
    /**
     * Makes the pages of releases that this instance has just opened and switched on, so that the first reader waits for
     * no key. What is not public by now (it waits for its group, or was taken back) is let go.
     */
    async remember(releases: readonly OpenedRelease[]): Promise<void> {
      await refresh().catch(() => {});
      for (const { releaseId, bundleId, files } of releases) {
        const shows = shown.get(bundleId);
        if (shows?.state !== 'live' || shows.releaseId !== releaseId) continue;
        for (const file of files) if (!opened.get(`${releaseId}/${file.path}`)) make(shows, file);
      }
    },

    /** What the bundle shows now. Rejects while the database is away and the bundle was never seen. */
    async bundle(bundleId: BundleId): Promise<Shown | undefined> {
      try {
        await refresh();
      } catch (error) {
        // What was public stays public (I19); whether something unknown exists, nobody can say now.
        if (!shown.has(bundleId)) throw error;
      }
      return shown.get(bundleId);
    },

    /** All bundles that show something, newest first. The same array until something is switched. */
    async list(): Promise<Released[]> {
      await refresh().catch((error) => {
        if (version === 0) throw error;
      });
      listed ??= [...shown]
        .flatMap(([bundleId, shows]) => (shows.state === 'live' ? [{ bundleId, shows }] : []))
        .sort((a, b) => b.shows.liveAt.localeCompare(a.shows.liveAt) || a.bundleId.localeCompare(b.bundleId));
      return listed;
    },

    /** An opened file of a live release; undefined where the release has no such file. */
    async file(release: Live, path: string): Promise<PublicFile | undefined> {
      const { releaseId, key } = release;
      const known = opened.get(`${releaseId}/${path}`);
      if (known) return known;
      const stored = await reads.object(releaseId, path);
      if (!stored) return undefined;
      const plain = openObject(key, { releaseId, path }, stored.ciphertext);
      return make(release, { path, mediaType: stored.mediaType, plain });
    },
  };
}
export type PublicView = ReturnType<typeof createPublicView>;
