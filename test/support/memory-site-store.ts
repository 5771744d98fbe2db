import { inShanghai } from '../../activities/rendering/dates.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId, Validity } from '../../schemas/release.ts';
import type {
  Going,
  NotedAct,
  Pointer,
  PublicReads,
  SealedFile,
  Shown,
  SiteRecords,
  SiteRelease,
  SiteWrites,
} from '../../services/website/site-store.ts';
import { createMemoryDatabase, createMemoryInbox } from './memory-database.ts';

type Live = Extract<Shown, { state: 'live' }>;
type ReleaseRow = Omit<SiteRelease, 'acts'> & {
  key: Uint8Array | null;
  catalogue: Live['catalogue'] | null;
  previous: ReleaseId | null;
  withdrawalReason: string | null;
  validity: { is: Validity; since: string } | null;
};
export type SiteTables = {
  inbox: Map<string, true>;
  release: Map<string, ReleaseRow>;
  /** By release. */
  files: Map<string, SealedFile[]>;
  act: Map<string, NotedAct & { notedAt: string }>;
  waiting: Map<string, Going>;
  pointer: Map<string, { bundleId: BundleId; releaseId: ReleaseId | null; version: number }>;
};

/** The website's database in memory, with the rules of `infra/postgres/website`. `now` is the database's clock. */
export function createMemorySiteStore(now: () => string) {
  const db = createMemoryDatabase<SiteTables>({
    inbox: new Map(),
    release: new Map(),
    files: new Map(),
    act: new Map(),
    waiting: new Map(),
    pointer: new Map(),
  });
  return {
    db,
    inbox: createMemoryInbox(db),
    writes: writesOf(now),
    records: recordsOf(db, now),
    reads: readsOf(db),
  };
}
export type MemorySiteStore = ReturnType<typeof createMemorySiteStore>;
type Db = ReturnType<typeof createMemoryDatabase<SiteTables>>;

function change(tx: SiteTables, releaseId: ReleaseId, set: Partial<ReleaseRow>): void {
  const row = tx.release.get(releaseId);
  if (row) tx.release.set(releaseId, { ...row, ...set });
}

function switchTo(tx: SiteTables, bundleId: BundleId, releaseId: ReleaseId | null): void {
  const versions = [...tx.pointer.values()].map(({ version }) => version);
  tx.pointer.set(bundleId, { bundleId, releaseId, version: Math.max(0, ...versions) + 1 });
}

/** Makes a staged release the one that its bundle shows, unless that shows a newer one. */
function show(tx: SiteTables, { releaseId, key, committedAt, catalogue }: Omit<Going, 'group'>, liveAt: string): void {
  const row = tx.release.get(releaseId);
  if (!row) throw new Error('No such release');
  const shown = tx.release.get(tx.pointer.get(row.bundleId)?.releaseId ?? '');
  const opened = { key, committedAt, liveAt, catalogue };
  if (shown?.committedAt && Date.parse(shown.committedAt) > Date.parse(committedAt)) {
    change(tx, releaseId, { state: 'superseded', ...opened });
    if (!shown.previous) change(tx, shown.releaseId, { previous: releaseId });
    return;
  }
  if (shown?.state === 'live') change(tx, shown.releaseId, { state: 'superseded' });
  change(tx, releaseId, { state: 'live', ...opened, previous: shown?.releaseId ?? null });
  switchTo(tx, row.bundleId, releaseId);
}

function refresh(tx: SiteTables, releaseId: ReleaseId): void {
  const shown = [...tx.pointer.values()].find((pointer) => pointer.releaseId === releaseId);
  if (shown) switchTo(tx, shown.bundleId, releaseId);
}

function writesOf(now: () => string): SiteWrites<SiteTables> {
  const fresh = (release: Pick<SiteRelease, 'releaseId' | 'bundleId' | 'seal' | 'attempt'>): ReleaseRow => ({
    ...release,
    state: 'staged',
    preparedAt: now(),
    refusal: null,
    committedAt: null,
    liveAt: null,
    verifiedAt: null,
    discardedAt: null,
    withdrawnAt: null,
    key: null,
    catalogue: null,
    previous: null,
    withdrawalReason: null,
    validity: null,
  });
  return {
    async stage(release, files, tx) {
      const known = tx.release.get(release.releaseId);
      if (known && !['staged', 'refused', 'discarded'].includes(known.state)) {
        if (known.state === 'live' && release.attempt > known.attempt)
          change(tx, release.releaseId, { attempt: release.attempt, verifiedAt: null });
        return;
      }
      const again = { state: 'staged' as const, preparedAt: now(), refusal: null, discardedAt: null };
      tx.release.set(release.releaseId, { ...(known ?? fresh(release)), ...again, attempt: release.attempt });
      tx.files.set(release.releaseId, files);
    },
    async refuse(release, reason, tx) {
      const known = tx.release.get(release.releaseId);
      if (known && !['staged', 'refused'].includes(known.state)) return;
      const refused = { state: 'refused' as const, refusal: { at: now(), reason }, attempt: release.attempt };
      tx.release.set(release.releaseId, { ...(known ?? fresh(release)), ...refused });
    },
    async staged(releaseIds, tx) {
      const staged = releaseIds.filter((releaseId) => tx.release.get(releaseId)?.state === 'staged');
      const bytesOf = (releaseId: ReleaseId) =>
        (tx.files.get(releaseId) ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
      return staged.map((releaseId) => ({ releaseId, bytes: bytesOf(releaseId) }));
    },
    async sealedFiles(releaseIds, _take, tx) {
      return new Map(releaseIds.map((releaseId) => [releaseId, tx.files.get(releaseId) ?? []]));
    },
    async goLive(releases, tx) {
      if (new Set(releases.map(({ bundleId }) => bundleId)).size < releases.length)
        throw new RangeError('One bundle twice');
      for (const going of releases) {
        if (going.group.length < 2) show(tx, going, now());
        else tx.waiting.set(going.releaseId, tx.waiting.get(going.releaseId) ?? going);
      }
      for (const { group } of releases) {
        const members = [...new Set(group)].flatMap((member) => tx.waiting.get(member) ?? []);
        if (members.length < new Set(group).size) continue;
        for (const member of members) show(tx, member, now());
        for (const { releaseId } of members) tx.waiting.delete(releaseId);
      }
    },
    async discard(releaseId, tx) {
      const row = tx.release.get(releaseId);
      if (!row || row.state === 'discarded' || row.state === 'withdrawn') return;
      tx.files.delete(releaseId);
      tx.waiting.delete(releaseId);
      change(tx, releaseId, { state: 'discarded', key: null, discardedAt: now() });
      if (row.state !== 'live') return;
      const before = row.previous ? tx.release.get(row.previous) : undefined;
      if (before?.state === 'superseded') change(tx, before.releaseId, { state: 'live' });
      const shows = before && ['superseded', 'withdrawn'].includes(before.state) ? before.releaseId : null;
      switchTo(tx, row.bundleId, shows);
    },
    async withdraw({ releaseId, bundleId, attempt }, reason, withdrawnAt, tx) {
      const row = tx.release.get(releaseId) ?? fresh({ releaseId, bundleId, seal: null, attempt });
      if (row.state === 'withdrawn') return change(tx, releaseId, { attempt });
      tx.files.delete(releaseId);
      tx.waiting.delete(releaseId);
      const withdrawn = { state: 'withdrawn' as const, attempt, key: null, withdrawnAt, withdrawalReason: reason };
      tx.release.set(releaseId, { ...row, ...withdrawn });
      if (row.state === 'live') switchTo(tx, bundleId, releaseId);
    },
    async noteAct(act, tx) {
      const row = tx.release.get(act.releaseId);
      if (!row || row.state === 'withdrawn') return;
      const id = `${act.releaseId} ${act.by.releaseId} ${act.act}`;
      if (!tx.act.has(id)) tx.act.set(id, { ...act, notedAt: now() });
      refresh(tx, act.releaseId);
    },
    async setValidity(releaseId, validity, since, tx) {
      const row = tx.release.get(releaseId);
      if (!row || (row.validity && row.validity.since > since)) return;
      change(tx, releaseId, { validity: { is: validity, since } });
      refresh(tx, releaseId);
    },
  };
}

const actsOn = (rows: SiteTables, releaseId: ReleaseId) =>
  [...rows.act.values()].filter((act) => act.releaseId === releaseId);

function recordsOf(db: Db, now: () => string): SiteRecords {
  const release = (releaseId: ReleaseId) => {
    const row = db.rows.release.get(releaseId);
    if (!row) return undefined;
    const acts = actsOn(db.rows, releaseId).map(({ by, notedAt }) => ({ by: by.releaseId, notedAt }));
    const files = (db.rows.files.get(releaseId) ?? []).map(({ path, mediaType, sha256 }) => ({
      ...{ path, mediaType, sha256 },
    }));
    return { ...row, acts, files };
  };
  return {
    releases: async (releaseIds) => releaseIds.flatMap((releaseId) => release(releaseId) ?? []),
    release: async (releaseId) => release(releaseId),
    files: async (releaseId) => release(releaseId)?.files ?? [],
    unverified: async () =>
      [...db.rows.release.values()]
        .filter(({ state, verifiedAt }) => state === 'live' && verifiedAt === null)
        .sort((a, b) => (a.liveAt ?? '').localeCompare(b.liveAt ?? ''))
        .map(({ releaseId }) => releaseId),
    markVerified: (releaseId) =>
      db.transaction((tx) => {
        const row = tx.release.get(releaseId);
        if (row?.state === 'live' && row.verifiedAt === null) change(tx, releaseId, { verifiedAt: now() });
      }),
  };
}

function readsOf(db: Db): PublicReads {
  const shownBy = (row: ReleaseRow | undefined): Shown | null => {
    if (!row?.catalogue) return null;
    const { releaseId, state, key, committedAt, liveAt, withdrawnAt, withdrawalReason, catalogue } = row;
    if (state === 'live' && key && committedAt && liveAt) {
      const { effectiveFrom } = catalogue;
      const early = effectiveFrom !== null && effectiveFrom > inShanghai(committedAt).day;
      const validity = row.validity?.is ?? (early ? 'not-yet-effective' : 'in-force');
      const acts = actsOn(db.rows, releaseId).map(({ act, on, reason, by }) => {
        const shown = db.rows.release.get(db.rows.pointer.get(by.bundleId)?.releaseId ?? '');
        return { act, on, reason, byBundleId: by.bundleId, title: shown?.catalogue?.title ?? null };
      });
      return { state, releaseId, key, committedAt, liveAt, catalogue, validity, acts };
    }
    if (state !== 'withdrawn' || !withdrawnAt || !withdrawalReason) return null;
    return { state, releaseId, title: catalogue.title, reason: withdrawalReason, withdrawnAt };
  };
  return {
    pointersSince: async (since) =>
      [...db.rows.pointer.values()]
        .filter(({ version }) => version > since)
        .map(({ bundleId, releaseId, version }): Pointer => {
          return { bundleId, version, shows: shownBy(db.rows.release.get(releaseId ?? '')) };
        }),
    async object(releaseId, path) {
      const shown = [...db.rows.pointer.values()].some((pointer) => pointer.releaseId === releaseId);
      if (!shown || db.rows.release.get(releaseId)?.state !== 'live') return undefined;
      const file = db.rows.files.get(releaseId)?.find((each) => each.path === path);
      return file && { mediaType: file.mediaType, sha256: file.sha256, ciphertext: file.sealed };
    },
  };
}
