import { sql, type UpdateObject } from 'kysely';
import type { SiteWrites } from '../../../services/website/site-store.ts';
import { goingLive, stopWaiting } from './go-live.ts';
import { switchTo } from './pointers.ts';
import { validityOf } from './reads.ts';
import type { Tx, WebsiteTables } from './tables.ts';

const now = sql<string>`clock_timestamp()`;

const locked = (releaseId: string, tx: Tx) =>
  tx.selectFrom('release').selectAll().where('release_id', '=', releaseId).forUpdate().executeTakeFirst();

const change = (releaseId: string, set: UpdateObject<WebsiteTables, 'release'>, tx: Tx) =>
  tx.updateTable('release').set(set).where('release_id', '=', releaseId).execute();

const deleteFiles = (releaseId: string, tx: Tx) =>
  tx.deleteFrom('staged_object').where('release_id', '=', releaseId).execute();

/** Every instance forgets what it made of the pages of a release whose facts have changed. */
async function refresh(releaseId: string, tx: Tx): Promise<void> {
  const shown = await tx
    .selectFrom('pointer')
    .select('bundle_id')
    .where('release_id', '=', releaseId)
    .executeTakeFirst();
  if (shown) await switchTo([{ bundleId: shown.bundle_id, releaseId }], tx);
}

export function createSiteWrites(): SiteWrites<Tx> {
  return {
    ...goingLive,

    async stage({ releaseId, bundleId, seal, attempt }, files, tx) {
      const known = await locked(releaseId, tx);
      if (known && !['staged', 'refused', 'discarded'].includes(known.state)) {
        // Public, or was: it stays so. A later try of what is public has it read back once more, and speaks for itself.
        if (known.state !== 'live' || attempt <= known.attempt) return;
        return void (await change(releaseId, { attempt, verified_at: null }, tx));
      }
      const fresh = {
        state: 'staged' as const,
        attempt,
        prepared_at: now,
        refused_at: null,
        refusal: null,
        discarded_at: null,
      };
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

    async refuse({ releaseId, bundleId, seal, attempt }, refusal, tx) {
      const state = 'refused' as const;
      const refused = { state, attempt, refused_at: now, refusal: JSON.stringify(refusal) };
      await tx
        .insertInto('release')
        .values({ release_id: releaseId, bundle_id: bundleId, seal, prepared_at: now, ...refused })
        .onConflict((conflict) =>
          // A late order must not touch what is public, or was: a tombstone would vanish.
          conflict.column('release_id').doUpdateSet(refused).where('release.state', 'in', ['staged', 'refused']),
        )
        .execute();
    },

    async discard(releaseId, tx) {
      const release = await locked(releaseId, tx);
      if (!release || release.state === 'discarded' || release.state === 'withdrawn') return;
      await deleteFiles(releaseId, tx);
      await stopWaiting([releaseId], tx);
      await change(releaseId, { state: 'discarded', key: null, discarded_at: now }, tx);
      if (release.state !== 'live') return;
      const before = release.previous_release_id ? await locked(release.previous_release_id, tx) : undefined;
      if (before?.state === 'superseded') await change(before.release_id, { state: 'live' }, tx);
      const shows = before && ['superseded', 'withdrawn'].includes(before.state) ? before.release_id : null;
      await switchTo([{ bundleId: release.bundle_id, releaseId: shows }], tx);
    },

    async withdraw({ releaseId, bundleId, attempt }, reason, withdrawnAt, tx) {
      const withdrawn = { state: 'withdrawn' as const, attempt, withdrawn_at: withdrawnAt, withdrawal_reason: reason };
      const release = await locked(releaseId, tx);
      if (!release) {
        // What comes later of it (its `prepare` was parked) finds it withdrawn.
        const unseen = { release_id: releaseId, bundle_id: bundleId, seal: null, prepared_at: now, ...withdrawn };
        return void (await tx.insertInto('release').values(unseen).execute());
      }
      if (release.state === 'withdrawn') return void (await change(releaseId, { attempt }, tx));
      await deleteFiles(releaseId, tx);
      await stopWaiting([releaseId], tx);
      await change(releaseId, { ...withdrawn, key: null }, tx);
      // A newer release of the same bundle stays; a release that was never public leaves no tombstone.
      if (release.state === 'live') await switchTo([{ bundleId: release.bundle_id, releaseId }], tx);
    },

    async noteAct({ releaseId, act, on, reason, by }, tx) {
      const release = await locked(releaseId, tx);
      if (!release || release.state === 'withdrawn') return;
      await tx
        .insertInto('later_act')
        .values({
          release_id: releaseId,
          by_release_id: by.releaseId,
          by_bundle_id: by.bundleId,
          act,
          effective_on: on,
          reason,
          noted_at: now,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await refresh(releaseId, tx);
    },

    async setValidity(releaseId, validity, since, tx) {
      const release = await locked(releaseId, tx);
      if (!release || (release.validity_since && release.validity_since > since)) return;
      await change(releaseId, { validity, validity_since: since }, tx);
      // What the core says moments after T0 is what stands there already, most times: every page would be made anew for it.
      if (validityOf(release) !== validity) await refresh(releaseId, tx);
    },
  };
}
