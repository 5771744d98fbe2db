import { permanent } from '../../schemas/failures.ts';
import type { StagedObject } from '../../schemas/release.ts';
import type { DeliveryRef, DeliveryStore, StoredDelivery } from '../../services/new-media/delivery-store.ts';
import type { Upload } from '../../services/new-media/wechat/ports.ts';
import { createMemoryDatabase } from './memory-database.ts';

type Row = StoredDelivery & { verifiedAt: string | null };
type Order = { objects: StagedObject[] | null; accounts: string[]; closed: boolean };
const absent: Row = {
  draft: null,
  preparedAt: null,
  intendedAt: null,
  attempt: null,
  submission: null,
  live: null,
  verifiedAt: null,
  discardedAt: null,
  withdrawalAskedAt: null,
  withdrawnAt: null,
};

/** The new-media service's database in memory, with the rules of `infra/postgres/new-media`. `now` is its clock. */
export function createMemoryDeliveryStore(now: () => string): DeliveryStore {
  const db = createMemoryDatabase({
    order: new Map<string, Order>(),
    delivery: new Map<string, Row>(),
    upload: new Map<string, Upload>(),
  });
  const keyOf = ({ releaseId, account }: DeliveryRef) => `${releaseId} ${account}`;
  const rowOf = (ref: DeliveryRef) => db.rows.delivery.get(keyOf(ref));
  /** Changes a row that is there. */
  const update = (ref: DeliveryRef, set: (row: Row) => Partial<Row>): Promise<Row> =>
    db.transaction(({ delivery }) => {
      const row = delivery.get(keyOf(ref));
      if (!row) return absent;
      const changed = { ...row, ...set(row) };
      delivery.set(keyOf(ref), changed);
      return changed;
    });
  /** The same, making the row where it is missing. */
  const upsert = (ref: DeliveryRef, set: (row: Row) => Partial<Row>): Promise<Row> =>
    db.transaction(({ delivery }) => {
      const row = delivery.get(keyOf(ref)) ?? absent;
      const changed = { ...row, ...set(row) };
      delivery.set(keyOf(ref), changed);
      return changed;
    });

  return {
    accept: ({ releaseId, objects }, accounts) =>
      db.transaction(({ order }) => {
        const known = order.get(releaseId) ?? { objects, accounts, closed: false };
        order.set(releaseId, known);
        return known.closed ? null : { accounts: known.accounts };
      }),
    accounts: async (releaseId) => db.rows.order.get(releaseId)?.accounts ?? [],
    objects: async (releaseId) => db.rows.order.get(releaseId)?.objects ?? [],
    close: ({ releaseId }) =>
      db.transaction(({ order }) => {
        const known = order.get(releaseId) ?? { objects: null, accounts: [] };
        order.set(releaseId, { ...known, closed: true });
        return { accounts: known.accounts };
      }),
    accountsWithPosts: async (releases) => [
      ...new Set(
        [...db.rows.delivery].flatMap(([id, { live, withdrawnAt }]) => {
          const [releaseId, account] = id.split(' ');
          return account && releases.some((one) => one === releaseId) && live && !withdrawnAt ? [account] : [];
        }),
      ),
    ],
    find: async (ref) => rowOf(ref),
    prepared: (ref, draft, replaces) =>
      upsert(ref, (row) =>
        (row.draft?.mediaId ?? null) === (replaces?.mediaId ?? null) && row.intendedAt === null
          ? { draft, preparedAt: row.preparedAt ?? now() }
          : {},
      ),
    publishRecord: (ref) => ({
      async find() {
        const row = rowOf(ref);
        if (!row?.intendedAt) return undefined;
        return { intendedAt: Date.parse(row.intendedAt), ...(row.submission && { confirmed: row.submission }) };
      },
      async intended(_key, at) {
        let written = false;
        await update(ref, (row) => {
          if (row.withdrawalAskedAt || row.discardedAt) return {};
          written = true;
          return row.intendedAt ? {} : { intendedAt: new Date(at).toISOString(), attempt: ref.attempt };
        });
        if (!written) throw permanent('ChannelRefused', { zh: '已被撤回或取消', en: 'Withdrawn or cancelled' });
      },
      async confirmed(_key, submission) {
        await update(ref, () => ({ submission }));
      },
      async refused() {
        await update(ref, (row) => (row.submission === null ? { intendedAt: null } : {}));
      },
    }),
    reopened: (ref) =>
      update(ref, (row) =>
        (row.attempt ?? 1) < ref.attempt && !row.withdrawalAskedAt
          ? { intendedAt: null, submission: null, live: null, verifiedAt: null }
          : {},
      ),
    async live(ref, article) {
      const { live } = await update(ref, (row) => ({ live: row.live ?? { ...article, at: now() } }));
      return live?.at ?? '';
    },
    verified: async (ref) => (await upsert(ref, (row) => ({ verifiedAt: row.verifiedAt ?? now() }))).verifiedAt ?? '',
    discarded: async (ref) => {
      const row = await upsert(ref, (known) =>
        known.intendedAt === null ? { discardedAt: known.discardedAt ?? now() } : {},
      );
      return row.intendedAt === null ? row.discardedAt : null;
    },
    withdrawalAsked: (ref) => upsert(ref, (row) => ({ withdrawalAskedAt: row.withdrawalAskedAt ?? now() })),
    withdrawn: async (ref) =>
      (await upsert(ref, (row) => ({ withdrawnAt: row.withdrawnAt ?? now() }))).withdrawnAt ?? '',
    uploads: (account) => ({
      find: async (use, digest) => db.rows.upload.get(`${account} ${use} ${digest}`),
      save: (use, digest, upload) =>
        db.transaction((tx) => {
          const key = `${account} ${use} ${digest}`;
          if (!tx.upload.has(key)) tx.upload.set(key, upload);
        }),
    }),
    forgetUploads: (account, digests) =>
      db.transaction((tx) => {
        for (const use of ['cover', 'content'])
          for (const digest of digests) tx.upload.delete(`${account} ${use} ${digest}`);
      }),
  };
}
