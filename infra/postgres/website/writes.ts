import { sql, type UpdateObject } from 'kysely';
import type { SiteWrites } from '../../../services/website/site-store.ts';
import type { Tx, WebsiteTables } from './tables.ts';

const now = sql<string>`clock_timestamp()`;

// Not 1, 2, 3: a database that was rebuilt must not give out numbers that a running instance has seen already.
const nextVersion = sql<number>`greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)`;

/** Points a bundle at a release (or at nothing) and numbers the switch. */
async function switchTo(bundleId: string, releaseId: string | null, tx: Tx): Promise<void> {
  const { version } = await tx
    .updateTable('pointer_version')
    .set({ version: nextVersion })
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

const change = (releaseId: string, set: UpdateObject<WebsiteTables, 'release'>, tx: Tx) =>
  tx.updateTable('release').set(set).where('release_id', '=', releaseId).execute();

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
      const shownId = (await shownBy(bundle_id, tx))?.release_id;
      const shown = shownId ? await locked(shownId, tx) : undefined;
      const opened = {
        key: Buffer.from(key),
        committed_at: committedAt,
        live_at: now,
        catalogue: JSON.stringify(catalogue),
      };
      // A `go` that comes late (it was parked) must not put an older release over a newer one, nor over its tombstone.
      if (shown?.committed_at && Date.parse(shown.committed_at) > Date.parse(committedAt)) {
        await change(releaseId, { state: 'superseded', ...opened }, tx);
        if (!shown.previous_release_id) await change(shown.release_id, { previous_release_id: releaseId }, tx);
        return;
      }
      if (shown?.state === 'live') await change(shown.release_id, { state: 'superseded' }, tx);
      await change(releaseId, { state: 'live', ...opened, previous_release_id: shown?.release_id ?? null }, tx);
      await switchTo(bundle_id, releaseId, tx); // last: the lock on the version number is held for the commit only
    },

    async discard(releaseId, tx) {
      const release = await locked(releaseId, tx);
      if (!release || release.state === 'discarded' || release.state === 'withdrawn') return;
      await deleteFiles(releaseId, tx);
      await change(releaseId, { state: 'discarded', key: null, discarded_at: now }, tx);
      if (release.state !== 'live') return;
      const before = release.previous_release_id ? await locked(release.previous_release_id, tx) : undefined;
      if (before?.state === 'superseded') await change(before.release_id, { state: 'live' }, tx);
      const shows = before && ['superseded', 'withdrawn'].includes(before.state) ? before.release_id : null;
      await switchTo(release.bundle_id, shows, tx);
    },

    async withdraw({ releaseId, bundleId }, reason, withdrawnAt, tx) {
      const withdrawn = { state: 'withdrawn' as const, withdrawn_at: withdrawnAt, withdrawal_reason: reason };
      const release = await locked(releaseId, tx);
      if (!release) {
        // What comes later of it (its `prepare` was parked) finds it withdrawn.
        const unseen = { release_id: releaseId, bundle_id: bundleId, seal: null, prepared_at: now, ...withdrawn };
        return void (await tx.insertInto('release').values(unseen).execute());
      }
      if (release.state === 'withdrawn') return;
      await deleteFiles(releaseId, tx);
      await change(releaseId, { ...withdrawn, key: null }, tx);
      // A newer release of the same bundle stays; a release that was never public leaves no tombstone.
      if (release.state === 'live') await switchTo(release.bundle_id, releaseId, tx);
    },
  };
}
