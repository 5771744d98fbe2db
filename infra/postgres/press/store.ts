import { join } from 'node:path';
import { type ColumnType, type Kysely, sql } from 'kysely';
import { ReleaseId } from '../../../schemas/release.ts';
import { Digest } from '../../../schemas/text.ts';
import type { MailRow, Matter, PressStore } from '../../../services/press/ports.ts';

export const pressMigrations = join(import.meta.dirname, 'migrations');

export type PressTables = {
  delivery: {
    release_id: string;
    bundle_id: string;
    prepared_at: string;
    discarded_at: string | null;
    withdrawn_at: string | null;
    acts_on: ColumnType<string[], string | undefined, never>;
  };
  staged_object: { release_id: string; path: string; sha256: string; ciphertext: Buffer };
  mail: {
    release_id: string;
    matter: Matter;
    address: string;
    name: string;
    message_id: string;
    subject: string;
    pack_sha256: string | null;
    intended_at: string;
    accepted_at: string | null;
    refused_at: string | null;
    response: string | null;
  };
};

const now = sql<string>`clock_timestamp()`;
const orNow = (column: 'discarded_at' | 'withdrawn_at') =>
  sql<string>`coalesce(${sql.ref(`delivery.${column}`)}, clock_timestamp())`;

export function createPressStore(db: Kysely<PressTables>): PressStore {
  const files = (releaseId: string) => db.selectFrom('staged_object').where('release_id', '=', releaseId);
  /** What a mail host said; a mail that was accepted once stays accepted. */
  const answered = async (
    messageId: string,
    said: { response: string } & Partial<Record<'accepted_at' | 'refused_at', typeof now>>,
  ) => {
    await db
      .updateTable('mail')
      .set(said)
      .where('message_id', '=', messageId)
      .where('accepted_at', 'is', null)
      .execute();
  };
  /** A row is made where none is, so that an order which comes later is refused. */
  const close = (releaseId: string, bundleId: string, column: 'discarded_at' | 'withdrawn_at') =>
    db.transaction().execute(async (tx) => {
      await tx.deleteFrom('staged_object').where('release_id', '=', releaseId).execute();
      const row = await tx
        .insertInto('delivery')
        .values({ release_id: releaseId, bundle_id: bundleId, prepared_at: now, [column]: now })
        .onConflict((conflict) => conflict.column('release_id').doUpdateSet({ [column]: orNow(column) }))
        .returning(column)
        .executeTakeFirstOrThrow();
      return row[column] ?? new Date().toISOString();
    });
  return {
    stage: ({ releaseId, bundleId, files, actsOn }) =>
      db.transaction().execute(async (tx) => {
        const acts_on = JSON.stringify(actsOn);
        const row = { release_id: releaseId, bundle_id: bundleId, prepared_at: now, acts_on };
        const inserted = await tx
          .insertInto('delivery')
          .values(row)
          .onConflict((conflict) => conflict.column('release_id').doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows === 1n) {
          const rows = files.map(({ path, sha256, sealed }) => ({
            release_id: releaseId,
            path,
            sha256,
            ciphertext: Buffer.from(sealed),
          }));
          await tx.insertInto('staged_object').values(rows).execute();
        }
        const { prepared_at } = await tx
          .selectFrom('delivery')
          .select('prepared_at')
          .where('release_id', '=', releaseId)
          .executeTakeFirstOrThrow();
        return { preparedAt: prepared_at };
      }),

    async delivery(releaseId) {
      const row = await db
        .selectFrom('delivery')
        .select(['prepared_at as preparedAt', 'discarded_at as discardedAt', 'withdrawn_at as withdrawnAt'])
        .select('acts_on')
        .where('release_id', '=', releaseId)
        .executeTakeFirst();
      if (!row) return undefined;
      const { acts_on, ...delivery } = row;
      return { ...delivery, actsOn: acts_on.map((id) => ReleaseId.parse(id)) };
    },

    async files(releaseId) {
      const rows = await files(releaseId).selectAll().orderBy('path').execute();
      return rows.map(({ path, sha256, ciphertext }) => ({ path, sha256: Digest.parse(sha256), sealed: ciphertext }));
    },

    discard: async (releaseId, bundleId) => ({ at: await close(releaseId, bundleId, 'discarded_at') }),
    withdraw: async (releaseId, bundleId) => ({ at: await close(releaseId, bundleId, 'withdrawn_at') }),

    intend: (releaseId, mails) =>
      db.transaction().execute(async (tx) => {
        if (mails.length === 0) return true;
        if (mails.some(({ matter }) => matter === 'release')) {
          // Behind the lock of whoever withdraws.
          const open = await tx
            .selectFrom('delivery')
            .select('release_id')
            .where('release_id', '=', releaseId)
            .where('withdrawn_at', 'is', null)
            .where('discarded_at', 'is', null)
            .forShare()
            .executeTakeFirst();
          if (!open) return false;
        }
        const rows = mails.map(({ recipient, matter, messageId, subject, packSha256 }) => ({
          release_id: releaseId,
          matter,
          address: recipient.address,
          name: recipient.name,
          message_id: messageId,
          subject,
          pack_sha256: packSha256,
          intended_at: now,
        }));
        await tx
          .insertInto('mail')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['release_id', 'matter', 'address']).doNothing())
          .execute();
        return true;
      }),

    async mails(releaseId, matter) {
      const rows = await db
        .selectFrom('mail')
        .selectAll()
        .where('release_id', '=', releaseId)
        .where('matter', '=', matter)
        .orderBy('address')
        .execute();
      return rows.map(toMailRow);
    },

    async reopened(releaseId, matter) {
      await db
        .updateTable('mail')
        .set({ refused_at: null, response: null })
        .where('release_id', '=', releaseId)
        .where('matter', '=', matter)
        .where('refused_at', 'is not', null)
        .execute();
    },

    accepted: (messageId, response) => answered(messageId, { accepted_at: now, response }),
    refused: (messageId, response) => answered(messageId, { refused_at: now, response }),
  };
}

const toMailRow = (row: PressTables['mail']): MailRow => ({
  recipient: { name: row.name, address: row.address },
  matter: row.matter,
  messageId: row.message_id,
  subject: row.subject,
  packSha256: row.pack_sha256 === null ? null : Digest.parse(row.pack_sha256),
  intendedAt: row.intended_at,
  acceptedAt: row.accepted_at,
  refusedAt: row.refused_at,
  response: row.response,
});
