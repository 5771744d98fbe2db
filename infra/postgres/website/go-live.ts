import { sql, type UpdateObject } from 'kysely';
import { BundleId } from '../../../schemas/bundle.ts';
import { ReleaseId } from '../../../schemas/release.ts';
import { Digest } from '../../../schemas/text.ts';
import type { Going, SiteWrites } from '../../../services/website/site-store.ts';
import { switchTo } from './pointers.ts';
import type { Tx, WebsiteTables } from './tables.ts';

type Told = Omit<Going, 'group'>;

/** However many releases go at once, the number of statements is the same. */
export const goingLive: Pick<SiteWrites<Tx>, 'staged' | 'sealedFiles' | 'goLive'> = {
  async staged(releaseIds, tx) {
    const rows = await tx
      .selectFrom('release')
      .select('release_id')
      .select(({ selectFrom }) =>
        selectFrom('staged_object')
          .select(({ fn }) => fn.sum<number>('bytes').as('bytes'))
          .whereRef('staged_object.release_id', '=', 'release.release_id')
          .as('bytes'),
      )
      .where('release_id', 'in', releaseIds)
      .where('state', '=', 'staged')
      .orderBy('release_id') // in one order everywhere: two that hold rows of each other would wait for ever
      .forUpdate()
      .execute();
    return rows.map(({ release_id, bytes }) => ({ releaseId: ReleaseId.parse(release_id), bytes: bytes ?? 0 }));
  },

  async sealedFiles(releaseIds, take, tx) {
    const rows = await tx
      .selectFrom('staged_object')
      .select(['release_id', 'path', 'media_type', 'sha256', 'bytes'])
      // Of what lies there now, so that what is in memory stands for it and for nothing else.
      .select(sql<string>`encode(sha256(ciphertext), 'hex')`.as('lies'))
      .where('release_id', 'in', releaseIds)
      .execute();
    const held = rows.map(({ lies }) => take(lies));
    const ciphertext = await ciphertextOf(
      rows.filter((_, at) => !held[at]),
      tx,
    );
    const files = rows.flatMap(({ release_id, path, media_type, sha256, bytes }, at) => {
      const sealed = held[at] ?? ciphertext.get(`${release_id}/${path}`);
      if (!sealed) return [];
      const file = { path, mediaType: media_type, sha256: Digest.parse(sha256), bytes, sealed };
      return [{ releaseId: ReleaseId.parse(release_id), file }];
    });
    const byRelease = Map.groupBy(files, ({ releaseId }) => releaseId);
    return new Map([...byRelease].map(([releaseId, own]) => [releaseId, own.map(({ file }) => file)]));
  },

  async goLive(releases, tx) {
    if (new Set(releases.map(({ bundleId }) => bundleId)).size < releases.length)
      throw new RangeError('Two releases of one bundle cannot go live at once');
    const alone = releases.filter(({ group }) => group.length < 2);
    const whole = await wholeGroups(
      releases.filter(({ group }) => group.length >= 2),
      tx,
    );
    await show([...alone, ...whole], tx);
  },
};

async function ciphertextOf(
  objects: readonly { release_id: string; path: string }[],
  tx: Tx,
): Promise<Map<string, Uint8Array>> {
  if (objects.length === 0) return new Map();
  const rows = await tx
    .selectFrom('staged_object')
    .select(['release_id', 'path', 'ciphertext'])
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('release_id', 'path'),
        'in',
        objects.map(({ release_id, path }) => tuple(release_id, path)),
      ),
    )
    .execute();
  return new Map(rows.map(({ release_id, path, ciphertext }) => [`${release_id}/${path}`, ciphertext]));
}

export const stopWaiting = (releaseIds: readonly string[], tx: Tx) =>
  tx
    .deleteFrom('waiting_to_go')
    .where('release_id', 'in', [...releaseIds])
    .execute();

const change = async (
  releases: readonly { release_id: string }[],
  set: UpdateObject<WebsiteTables, 'release'>,
  tx: Tx,
): Promise<void> => {
  const releaseIds = releases.map(({ release_id }) => release_id);
  if (releaseIds.length > 0) await tx.updateTable('release').set(set).where('release_id', 'in', releaseIds).execute();
};

/** Makes each the one that its bundle shows, unless that shows a newer one. */
async function show(goings: readonly Told[], tx: Tx): Promise<void> {
  if (goings.length === 0) return;
  const rows = await tx
    .selectFrom('pointer')
    .innerJoin('release', 'release.release_id', 'pointer.release_id')
    .select(['release.release_id', 'release.bundle_id', 'state', 'committed_at', 'previous_release_id'])
    .where(
      'pointer.bundle_id',
      'in',
      goings.map(({ bundleId }) => bundleId),
    )
    .orderBy('release.release_id')
    .forUpdate('release')
    .execute();
  const shown = new Map(rows.map((row) => [row.bundle_id, row]));
  // A `go` that comes late (it was parked) must not put an older release over a newer one, nor over its tombstone.
  const isLate = ({ bundleId, committedAt }: Told): boolean => {
    const newest = shown.get(bundleId)?.committed_at;
    return newest != null && Date.parse(newest) > Date.parse(committedAt);
  };
  const [late, next] = [goings.filter(isLate), goings.filter((going) => !isLate(going))];
  await open(late, 'superseded', () => null, tx);
  for (const { bundleId, releaseId } of late) {
    const newer = shown.get(bundleId);
    if (newer && !newer.previous_release_id) await change([newer], { previous_release_id: releaseId }, tx);
  }
  const older = next.flatMap(({ bundleId }) => shown.get(bundleId) ?? []).filter(({ state }) => state === 'live');
  await change(older, { state: 'superseded' }, tx);
  await open(next, 'live', ({ bundleId }) => shown.get(bundleId)?.release_id ?? null, tx);
  await switchTo(next, tx);
}

/** Writes what makes releases readable. */
async function open(
  goings: readonly Told[],
  state: 'live' | 'superseded',
  previous: (going: Told) => string | null,
  tx: Tx,
): Promise<void> {
  if (goings.length === 0) return;
  await sql`
    update release
    set state = ${state}, live_at = clock_timestamp(), key = each.key, committed_at = each.committed_at,
        catalogue = each.catalogue, previous_release_id = each.previous
    from unnest(
      ${goings.map(({ releaseId }) => releaseId)}::uuid[], ${goings.map(({ key }) => Buffer.from(key))}::bytea[],
      ${goings.map(({ committedAt }) => committedAt)}::timestamptz[],
      ${goings.map(({ catalogue }) => JSON.stringify(catalogue))}::jsonb[], ${goings.map(previous)}::uuid[]
    ) as each (release_id, key, committed_at, catalogue, previous)
    where release.release_id = each.release_id`.execute(tx);
}

/** Of groups that these releases belong to, the members of those that are complete now. They wait no longer. */
async function wholeGroups(goings: readonly Going[], tx: Tx): Promise<Told[]> {
  if (goings.length === 0) return [];
  const rows = goings.map(({ releaseId, key, committedAt, catalogue }) => ({
    release_id: releaseId,
    key: Buffer.from(key),
    committed_at: committedAt,
    catalogue: JSON.stringify(catalogue),
  }));
  await tx
    .insertInto('waiting_to_go')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  // Members are told one by one, maybe at once: behind this lock one of them is the last, and sees all the others.
  await tx.selectFrom('pointer_version').select('version').forUpdate().execute();
  const waiting = await tx
    .selectFrom('waiting_to_go')
    .innerJoin('release', 'release.release_id', 'waiting_to_go.release_id')
    .select(['release.release_id', 'bundle_id', 'waiting_to_go.key', 'waiting_to_go.committed_at'])
    .select('waiting_to_go.catalogue')
    .where(
      'release.release_id',
      'in',
      goings.flatMap(({ group }) => group),
    )
    .execute();
  const told = new Set<string>(waiting.map(({ release_id }) => release_id));
  const whole = new Set<string>(
    goings.flatMap(({ group }) => (group.every((member) => told.has(member)) ? group : [])),
  );
  if (whole.size > 0) await stopWaiting([...whole], tx);
  return waiting
    .filter(({ release_id }) => whole.has(release_id))
    .map(({ release_id, bundle_id, key, committed_at, catalogue }) => ({
      releaseId: ReleaseId.parse(release_id),
      bundleId: BundleId.parse(bundle_id),
      key,
      committedAt: committed_at,
      catalogue,
    }));
}
