import { type Kysely, type Selectable, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { inShanghai } from '../../../activities/rendering/dates.ts';
import { Catalogue } from '../../../activities/rendering/website/catalogue.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { ReleaseId, Validity } from '../../../schemas/release.ts';
import { Digest } from '../../../schemas/text.ts';
import type { PublicReads, Shown, SiteRecords, SiteReleaseAndFiles } from '../../../services/website/site-store.ts';
import type { WebsiteTables } from './tables.ts';

/** The service's own view of its releases. */
export const createSiteRecords = (db: Kysely<WebsiteTables>): SiteRecords => ({
  releases: (releaseIds) => releasesOf(db, releaseIds),
  release: async (releaseId) => (await releasesOf(db, [releaseId]))[0],
  files: async (releaseId) => (await releasesOf(db, [releaseId]))[0]?.files ?? [],
  async unverified() {
    const rows = await db
      .selectFrom('release')
      .select('release_id')
      .where('state', '=', 'live')
      .where('verified_at', 'is', null)
      .orderBy('live_at')
      .execute();
    return rows.map(({ release_id }) => ReleaseId.parse(release_id));
  },
  async markVerified(releaseId) {
    await db
      .updateTable('release')
      .set({ verified_at: sql<string>`clock_timestamp()` })
      .where('release_id', '=', releaseId)
      .where('state', '=', 'live')
      .where('verified_at', 'is', null)
      .execute();
  },
});

async function releasesOf(db: Kysely<WebsiteTables>, releaseIds: readonly ReleaseId[]): Promise<SiteReleaseAndFiles[]> {
  if (releaseIds.length === 0) return [];
  const rows = await db
    .selectFrom('release')
    .selectAll()
    .select(({ selectFrom }) => [
      jsonArrayFrom(
        selectFrom('staged_object')
          .select(['path', 'media_type', 'sha256'])
          .whereRef('staged_object.release_id', '=', 'release.release_id')
          .orderBy('path'),
      ).as('files'),
      jsonArrayFrom(
        selectFrom('later_act')
          .select(['by_release_id', 'noted_at'])
          .whereRef('later_act.release_id', '=', 'release.release_id')
          .orderBy('noted_at'),
      ).as('acts'),
    ])
    .where('release_id', 'in', releaseIds)
    .execute();
  return rows.map((row) => ({
    releaseId: ReleaseId.parse(row.release_id),
    bundleId: BundleId.parse(row.bundle_id),
    seal: Digest.nullable().parse(row.seal),
    state: row.state,
    preparedAt: row.prepared_at,
    refusal: row.refused_at && row.refusal ? { at: row.refused_at, reason: row.refusal } : null,
    committedAt: row.committed_at,
    liveAt: row.live_at,
    verifiedAt: row.verified_at,
    discardedAt: row.discarded_at,
    withdrawnAt: row.withdrawn_at,
    attempt: row.attempt,
    // In JSON the database writes instants in its own way; everywhere else they are ours.
    acts: row.acts.map(({ by_release_id, noted_at }) => ({
      by: ReleaseId.parse(by_release_id),
      notedAt: new Date(noted_at).toISOString(),
    })),
    files: row.files.map(({ path, media_type, sha256 }) => ({
      path,
      mediaType: media_type,
      sha256: Digest.parse(sha256),
    })),
  }));
}

/** Reads through the public views only, which hold released rows and nothing else. */
export const createPublicReads = (db: Kysely<WebsiteTables>): PublicReads => ({
  async pointersSince(version) {
    const rows = await db.selectFrom('public_release').selectAll().where('version', '>', version).execute();
    return rows.map((row) => ({ bundleId: BundleId.parse(row.bundle_id), version: row.version, shows: shownBy(row) }));
  },
  async object(releaseId, path) {
    const row = await db
      .selectFrom('public_object')
      .select(['media_type', 'sha256', 'ciphertext'])
      .where('release_id', '=', releaseId)
      .where('path', '=', path)
      .executeTakeFirst();
    return row && { mediaType: row.media_type, sha256: row.sha256, ciphertext: row.ciphertext };
  },
});

/** 有效性 as it is shown; by the dates alone until the core says what the document is worth, moments after T0. */
export function validityOf({
  validity,
  catalogue,
  committed_at,
}: Pick<Selectable<WebsiteTables['public_release']>, 'validity' | 'catalogue' | 'committed_at'>): Validity | null {
  if (validity) return Validity.parse(validity);
  if (!catalogue || !committed_at) return null;
  const { effectiveFrom } = catalogue;
  return effectiveFrom && effectiveFrom > inShanghai(committed_at).day ? 'not-yet-effective' : 'in-force';
}

function shownBy(row: Selectable<WebsiteTables['public_release']>): Shown | null {
  const { release_id, state, key, committed_at, live_at, withdrawn_at, withdrawal_reason } = row;
  if (!release_id) return null;
  const releaseId = ReleaseId.parse(release_id);
  if (!row.catalogue) return null; // withdrawn without ever having been public
  const catalogue = Catalogue.parse(row.catalogue);
  const validity = validityOf(row);
  if (state === 'live' && key && committed_at && live_at && validity) {
    return { state, releaseId, key, committedAt: committed_at, liveAt: live_at, catalogue, validity, acts: row.acts };
  }
  if (state === 'withdrawn' && withdrawn_at && withdrawal_reason) {
    return { state, releaseId, title: catalogue.title, reason: withdrawal_reason, withdrawnAt: withdrawn_at };
  }
  return null;
}
