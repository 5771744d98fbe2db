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

const stopWaiting = (releaseIds: readonly string[], tx: Tx) =>
  tx
    .deleteFrom('waiting_to_go')
    .where('release_id', 'in', [...releaseIds])
    .execute();

type Opened = { release_id: string; key: Buffer; committed_at: string; catalogue: string };

/** Makes a staged release the one that its bundle shows, unless that shows a newer one. */
async function show({ release_id: releaseId, ...facts }: Opened, tx: Tx): Promise<void> {
  const { bundle_id } = await tx
    .selectFrom('release')
    .select('bundle_id')
    .where('release_id', '=', releaseId)
    .executeTakeFirstOrThrow();
  const shownId = (await shownBy(bundle_id, tx))?.release_id;
  const shown = shownId ? await locked(shownId, tx) : undefined;
  const opened = { ...facts, live_at: now };
  // A `go` that comes late (it was parked) must not put an older release over a newer one, nor over its tombstone.
  if (shown?.committed_at && Date.parse(shown.committed_at) > Date.parse(facts.committed_at)) {
    await change(releaseId, { state: 'superseded', ...opened }, tx);
    if (!shown.previous_release_id) await change(shown.release_id, { previous_release_id: releaseId }, tx);
    return;
  }
  if (shown?.state === 'live') await change(shown.release_id, { state: 'superseded' }, tx);
  await change(releaseId, { state: 'live', ...opened, previous_release_id: shown?.release_id ?? null }, tx);
  await switchTo(bundle_id, releaseId, tx); // last: the lock on the version number is held for the commit only
}

/** Every instance forgets what it made of the pages of a release whose facts have changed. */
async function refresh(releaseId: string, tx: Tx): Promise<void> {
  const shown = await tx
    .selectFrom('pointer')
    .select('bundle_id')
    .where('release_id', '=', releaseId)
    .executeTakeFirst();
  if (shown) await switchTo(shown.bundle_id, releaseId, tx);
}

export function createSiteWrites(): SiteWrites<Tx> {
  return {
    async stage({ releaseId, bundleId, seal, attempt }, files, tx) {
      const known = await locked(releaseId, tx);
      if (known && !['staged', 'refused', 'discarded'].includes(known.state)) return; // public, or was: it stays so
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

    async goLive({ releaseId, key, committedAt, catalogue, group }, tx) {
      const own = { key: Buffer.from(key), committed_at: committedAt, catalogue: JSON.stringify(catalogue) };
      if (group.length < 2) return show({ ...own, release_id: releaseId }, tx);
      await tx
        .insertInto('waiting_to_go')
        .values({ ...own, release_id: releaseId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      // Members are told one by one, maybe at once: behind this lock one of them is the last, and sees all the others.
      await tx.selectFrom('pointer_version').select('version').forUpdate().execute();
      const waiting = await tx
        .selectFrom('waiting_to_go')
        .selectAll()
        .where('release_id', 'in', [...group])
        .execute();
      if (waiting.length < new Set(group).size) return;
      for (const member of waiting) await show({ ...member, catalogue: JSON.stringify(member.catalogue) }, tx);
      await stopWaiting(group, tx);
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
      await switchTo(release.bundle_id, shows, tx);
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
      if (release.state === 'live') await switchTo(release.bundle_id, releaseId, tx);
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
      const changed = await tx
        .updateTable('release')
        .set({ validity, validity_since: since })
        .where('release_id', '=', releaseId)
        .where((where) => where.or([where('validity_since', 'is', null), where('validity_since', '<=', since)]))
        .executeTakeFirst();
      if (changed.numUpdatedRows > 0n) await refresh(releaseId, tx);
    },
  };
}
