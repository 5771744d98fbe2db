import { sql, type Transaction } from 'kysely';
import type { SiteWrites } from '../../../services/website/site-store.ts';
import type { WebsiteTables } from './tables.ts';

type Tx = Transaction<WebsiteTables>;

const now = sql<string>`clock_timestamp()`;

/** Points a bundle at a release (or at nothing) and numbers the switch. */
async function switchTo(bundleId: string, releaseId: string | null, tx: Tx): Promise<void> {
  const { version } = await tx
    .updateTable('pointer_version')
    .set(({ eb }) => ({ version: eb('version', '+', 1) }))
    .returning('version')
    .executeTakeFirstOrThrow();
  const row = { bundle_id: bundleId, release_id: releaseId, version };
  await tx
    .insertInto('pointer')
    .values(row)
    .onConflict((conflict) => conflict.column('bundle_id').doUpdateSet(row))
    .execute();
}

const locked = (releaseId: string, tx: Tx) =>
  tx.selectFrom('release').selectAll().where('release_id', '=', releaseId).forUpdate().executeTakeFirst();

const shownBy = (bundleId: string, tx: Tx) =>
  tx.selectFrom('pointer').select('release_id').where('bundle_id', '=', bundleId).executeTakeFirst();

const deleteFiles = (releaseId: string, tx: Tx) =>
  tx.deleteFrom('staged_object').where('release_id', '=', releaseId).execute();

export function createSiteWrites(): SiteWrites<Tx> {
  return {
    async stage({ releaseId, bundleId, seal }, files, tx) {
      const known = await locked(releaseId, tx);
      if (known && !['staged', 'refused', 'discarded'].includes(known.state)) return; // public, or was: it stays so
      const fresh = { state: 'staged' as const, prepared_at: now, refused_at: null, refusal: null, discarded_at: null };
      await tx
        .insertInto('release')
        .values({ release_id: releaseId, bundle_id: bundleId, seal, ...fresh })
        .onConflict((conflict) => conflict.column('release_id').doUpdateSet(fresh))
        .execute();
      await deleteFiles(releaseId, tx);
      const rows = files.map(({ sealed, mediaType, ...file }) => ({
        ...file,
        release_id: releaseId,
        media_type: mediaType,
        ciphertext: Buffer.from(sealed),
      }));
      await tx.insertInto('staged_object').values(rows).execute();
    },

    async refuse({ releaseId, bundleId, seal }, refusal, tx) {
      const state = 'refused' as const;
      const refused = { state, refused_at: now, refusal: JSON.stringify(refusal) };
      await tx
        .insertInto('release')
        .values({ release_id: releaseId, bundle_id: bundleId, seal, prepared_at: now, ...refused })
        .onConflict((conflict) =>
          // A late order must not touch what is public, or was: a tombstone would vanish.
          conflict.column('release_id').doUpdateSet(refused).where('release.state', 'in', ['staged', 'refused']),
        )
        .execute();
    },

    async staged(releaseId, tx) {
      const release = await locked(releaseId, tx);
      if (release?.state !== 'staged') return undefined;
      const rows = await tx.selectFrom('staged_object').selectAll().where('release_id', '=', releaseId).execute();
      return rows.map(({ path, media_type, sha256, bytes, ciphertext }) => ({
        path,
        mediaType: media_type,
        sha256: sha256 as never,
        bytes,
        sealed: ciphertext,
      }));
    },

    async goLive({ releaseId, key, committedAt, catalogue }, tx) {
      const { bundle_id } = await tx
        .selectFrom('release')
        .select('bundle_id')
        .where('release_id', '=', releaseId)
        .executeTakeFirstOrThrow();
      const previous = (await shownBy(bundle_id, tx))?.release_id ?? null;
      if (previous) {
        await tx
          .updateTable('release')
          .set({ state: 'superseded' })
          .where('release_id', '=', previous)
          .where('state', '=', 'live')
          .execute();
      }
      await tx
        .updateTable('release')
        .set({
          state: 'live',
          key: Buffer.from(key),
          committed_at: committedAt,
          live_at: now,
          catalogue: JSON.stringify(catalogue),
          previous_release_id: previous,
        })
        .where('release_id', '=', releaseId)
        .execute();
      await switchTo(bundle_id, releaseId, tx); // last: the lock on the version number is held for the commit only
    },

    async discard(releaseId, tx) {
      const release = await locked(releaseId, tx);
      if (!release || release.state === 'discarded' || release.state === 'withdrawn') return;
      await deleteFiles(releaseId, tx);
      await tx
        .updateTable('release')
        .set({ state: 'discarded', key: null, discarded_at: now })
        .where('release_id', '=', releaseId)
        .execute();
      if (release.state !== 'live') return;
      const before = release.previous_release_id ? await locked(release.previous_release_id, tx) : undefined;
      if (before?.state === 'superseded') {
        await tx.updateTable('release').set({ state: 'live' }).where('release_id', '=', before.release_id).execute();
      }
      const shows = before && ['superseded', 'withdrawn'].includes(before.state) ? before.release_id : null;
      await switchTo(release.bundle_id, shows, tx);
    },

    async withdraw(releaseId, reason, withdrawnAt, tx) {
      const release = await locked(releaseId, tx);
      if (!release || release.state === 'withdrawn') return;
      await deleteFiles(releaseId, tx);
      await tx
        .updateTable('release')
        .set({ state: 'withdrawn', key: null, withdrawn_at: withdrawnAt, withdrawal_reason: reason })
        .where('release_id', '=', releaseId)
        .execute();
      // A newer release of the same bundle stays; a release that was never public leaves no tombstone.
      if (release.state === 'live') await switchTo(release.bundle_id, releaseId, tx);
    },
  };
}
