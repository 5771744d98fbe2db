import { digestOf } from '../../activities/digest.ts';
import { openObject } from '../../activities/releases/sealed-staging.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { CliReplayed, Drift } from '../../schemas/replay.ts';
import type { PublicReads, Shown, SiteRecords } from './site-store.ts';
import type { Expected } from './what-the-log-says.ts';

type Site = { reads: PublicReads; records: Pick<SiteRecords, 'files'> };

const counts = (states: ('live' | 'withdrawn')[]): CliReplayed['log'] => ({
  public: states.filter((state) => state === 'live').length,
  withdrawn: states.filter((state) => state === 'withdrawn').length,
});

export const countExpected = (expected: Map<BundleId, Expected>) =>
  counts([...expected.values()].map(({ state }) => state));

/** What the site shows now, by its own database. */
export async function whatTheSiteShows({ reads }: Pick<Site, 'reads'>) {
  const pointers = await reads.pointersSince(0);
  const shown = new Map(pointers.flatMap(({ bundleId, shows }) => (shows ? [[bundleId, shows] as const] : [])));
  return { shown, counts: counts([...shown.values()].map(({ state }) => state)) };
}

/** Compares bundle by bundle; the files of what is public are opened and compared by digest, as readers get them. */
export async function findDrift(expected: Map<BundleId, Expected>, shown: Map<BundleId, Shown>, site: Site) {
  const drift: Drift[] = [];
  for (const bundleId of new Set([...expected.keys(), ...shown.keys()])) {
    const [said, seen] = [expected.get(bundleId), shown.get(bundleId)];
    const same = said?.releaseId === seen?.releaseId && said?.state === seen?.state;
    const files = same && said && seen?.state === 'live' ? await differingFiles(said, seen, site) : [];
    if (!same || files.length > 0) drift.push({ bundleId, log: brief(said), channel: brief(seen), files });
  }
  return drift;
}

const brief = (each: Expected | Shown | undefined): Drift['log'] =>
  each ? { releaseId: each.releaseId, state: each.state } : null;

async function differingFiles(
  { releaseId, files }: Expected,
  { key }: Extract<Shown, { state: 'live' }>,
  { reads, records }: Site,
): Promise<string[]> {
  const sealed = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const differing = (await records.files(releaseId)).map(({ path }) => path).filter((path) => !sealed.has(path));
  for (const [path, sha256] of sealed) {
    const stored = await reads.object(releaseId, path);
    if (!stored || digestIfOpened(key, { releaseId, path }, stored.ciphertext) !== sha256) differing.push(path);
  }
  return differing.sort();
}

function digestIfOpened(...sealed: Parameters<typeof openObject>): string | undefined {
  try {
    return digestOf(openObject(...sealed));
  } catch {
    return undefined; // damaged, or under another key
  }
}
