import { type Kysely, type Selectable, sql, type UpdateObject } from 'kysely';
import { z } from 'zod';
import { permanent } from '../../../schemas/failures.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from '../../../services/new-media/delivery-store.ts';
import type { Submission } from '../../../services/new-media/wechat/ports.ts';
import { createOrders } from './orders.ts';
import type { NewMediaTables } from './tables.ts';

const now = sql<string>`clock_timestamp()`;
const Marker = z.object({ title: z.string(), contentSourceUrl: z.string() });
const StoredSubmission = z.discriminatedUnion('state', [
  z.object({ state: z.literal('submitted'), publishId: z.string() }),
  z.object({ state: z.literal('accepted'), mediaId: z.string(), marker: Marker, since: z.number() }),
  z.object({ state: z.literal('published'), articleId: z.string() }),
]) satisfies z.ZodType<Submission>;

function toDelivery(row: Selectable<NewMediaTables['delivery']>): StoredDelivery {
  return {
    draft: row.media_id === null ? null : { mediaId: row.media_id, marker: Marker.parse(row.marker) },
    preparedAt: row.prepared_at,
    intendedAt: row.intended_at,
    attempt: row.attempt,
    submission: row.submission === null ? null : StoredSubmission.parse(row.submission),
    live: row.article_id === null ? null : { articleId: row.article_id, url: row.url, at: row.live_at ?? '' },
    discardedAt: row.discarded_at,
    withdrawalAskedAt: row.withdrawal_asked_at,
    withdrawnAt: row.withdrawn_at,
  };
}

export function createDeliveryStore(db: Kysely<NewMediaTables>): DeliveryStore {
  /** Makes the row where it is missing. Whoever comes second changes nothing. */
  const present = ({ releaseId, bundleId, account }: DeliveryRef) =>
    db
      .insertInto('delivery')
      .values({ release_id: releaseId, bundle_id: bundleId, account })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  const rowOf = ({ releaseId, account }: DeliveryRef) =>
    db
      .selectFrom('delivery')
      .selectAll()
      .where('release_id', '=', releaseId)
      .where('account', '=', account)
      .executeTakeFirst();
  const update = ({ releaseId, account }: DeliveryRef, set: UpdateObject<NewMediaTables, 'delivery'>) =>
    db.updateTable('delivery').set(set).where('release_id', '=', releaseId).where('account', '=', account);
  /** Sets an instant that is not set yet, and gives the one that stands. */
  const stamp = async (ref: DeliveryRef, column: 'verified_at' | 'withdrawn_at') => {
    await present(ref);
    const row = await update(ref, { [column]: sql`coalesce(${sql.ref(column)}, ${now})` })
      .returningAll()
      .executeTakeFirstOrThrow();
    return row[column] ?? '';
  };

  return {
    ...createOrders(db),

    async find(ref) {
      const row = await rowOf(ref);
      return row && toDelivery(row);
    },

    async prepared(ref, { mediaId, marker }, replaces) {
      await present(ref);
      await update(ref, {
        media_id: mediaId,
        marker: JSON.stringify(marker),
        prepared_at: sql`coalesce(prepared_at, ${now})`,
      })
        .where('media_id', replaces ? '=' : 'is', replaces?.mediaId ?? null)
        .where('intended_at', 'is', null)
        .execute();
      return toDelivery((await rowOf(ref)) ?? neverHere());
    },

    publishRecord: (ref) => ({
      async find() {
        const row = await rowOf(ref);
        if (!row?.intended_at) return undefined;
        const { submission } = toDelivery(row);
        return { intendedAt: Date.parse(row.intended_at), ...(submission && { confirmed: submission }) };
      },
      async intended(_key, at) {
        // One statement, so that a withdrawal either sees this intent or keeps it from being written.
        const { numUpdatedRows } = await update(ref, {
          intended_at: sql`coalesce(intended_at, ${new Date(at).toISOString()}::timestamptz)`,
          attempt: sql`case when intended_at is null then ${ref.attempt} else attempt end`,
        })
          .where('withdrawal_asked_at', 'is', null)
          .where('discarded_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 1n) return;
        throw permanent('ChannelRefused', {
          zh: '这次发布已被撤回或取消，没有提交给微信',
          en: 'This release was withdrawn or cancelled; nothing was submitted to WeChat',
        });
      },
      async confirmed(_key, submission) {
        await update(ref, { submission: JSON.stringify(submission) }).execute();
      },
      async refused() {
        await update(ref, { intended_at: null }).where('submission', 'is', null).execute();
      },
    }),

    async reopened(ref) {
      const none = { article_id: null, url: null, live_at: null, verified_at: null };
      await update(ref, { intended_at: null, submission: sql`null`, ...none })
        .where(sql<boolean>`coalesce(attempt, 1) < ${ref.attempt}`) // a late repeat opens nothing that this try has begun
        .where('withdrawal_asked_at', 'is', null)
        .execute();
      return toDelivery((await rowOf(ref)) ?? neverHere());
    },

    async live(ref, { articleId, url }) {
      const { live_at } = await update(ref, {
        article_id: sql`coalesce(article_id, ${articleId})`,
        url: sql`coalesce(url, ${url})`,
        live_at: sql`coalesce(live_at, ${now})`,
      })
        .returning('live_at')
        .executeTakeFirstOrThrow();
      return live_at ?? '';
    },
    verified: (ref) => stamp(ref, 'verified_at'),
    async discarded(ref) {
      await present(ref);
      const row = await update(ref, { discarded_at: sql`coalesce(discarded_at, ${now})` })
        .where('intended_at', 'is', null)
        .returning('discarded_at')
        .executeTakeFirst();
      return row?.discarded_at ?? null;
    },

    async withdrawalAsked(ref, reason) {
      await present(ref);
      const row = await update(ref, {
        withdrawal_asked_at: sql`coalesce(withdrawal_asked_at, ${now})`,
        withdrawal_reason: sql`coalesce(withdrawal_reason, ${reason})`,
      })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toDelivery(row);
    },
    withdrawn: (ref) => stamp(ref, 'withdrawn_at'),

    uploads: (account) => ({
      async find(use, digest) {
        const row = await db
          .selectFrom('upload')
          .selectAll()
          .where('account', '=', account)
          .where('use', '=', use)
          .where('digest', '=', digest)
          .executeTakeFirst();
        return row && { url: row.url, ...(row.media_id !== null && { mediaId: row.media_id }) };
      },
      async save(use, digest, { url, mediaId }) {
        await db
          .insertInto('upload')
          .values({ account, use, digest, url, media_id: mediaId ?? null })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      },
    }),
    async forgetUploads(account, digests) {
      await db.deleteFrom('upload').where('account', '=', account).where('digest', 'in', digests).execute();
    },
  };
}

const neverHere = (): never => {
  throw new Error('A row that was just written is gone');
};
