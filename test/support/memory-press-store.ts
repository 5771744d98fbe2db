import type { ReleaseId } from '../../schemas/release.ts';
import type { MailRow, PressStore, SealedFile } from '../../services/press/ports.ts';
import { createMemoryDatabase } from './memory-database.ts';

type Delivery = {
  preparedAt: string;
  discardedAt: string | null;
  withdrawnAt: string | null;
  actsOn: ReleaseId[];
};

/** The press service's database in memory, with the rules of `infra/postgres/press`. `now` is its clock. */
export function createMemoryPressStore(now: () => string): PressStore {
  const db = createMemoryDatabase({
    delivery: new Map<string, Delivery>(),
    files: new Map<string, SealedFile[]>(),
    mail: new Map<string, MailRow>(),
  });
  const answered = (messageId: string, said: Partial<MailRow>) =>
    db.transaction(({ mail }) => {
      for (const [key, row] of mail) {
        if (row.messageId === messageId && row.acceptedAt === null) mail.set(key, { ...row, ...said });
      }
    });
  /** A row is made where none is, so that an order which comes later is refused. */
  const close = (releaseId: string, column: 'discardedAt' | 'withdrawnAt') =>
    db.transaction((tx) => {
      tx.files.delete(releaseId);
      const row = tx.delivery.get(releaseId) ?? { preparedAt: now(), discardedAt: null, withdrawnAt: null, actsOn: [] };
      const at = row[column] ?? now();
      tx.delivery.set(releaseId, { ...row, [column]: at });
      return at;
    });
  return {
    stage: ({ releaseId, files, actsOn }) =>
      db.transaction((tx) => {
        const known = tx.delivery.get(releaseId);
        if (known) return { preparedAt: known.preparedAt };
        const row = { preparedAt: now(), discardedAt: null, withdrawnAt: null, actsOn };
        tx.delivery.set(releaseId, row);
        tx.files.set(releaseId, files);
        return { preparedAt: row.preparedAt };
      }),
    delivery: async (releaseId) => db.rows.delivery.get(releaseId),
    files: async (releaseId) => db.rows.files.get(releaseId) ?? [],
    discard: async (releaseId) => ({ at: await close(releaseId, 'discardedAt') }),
    withdraw: async (releaseId) => ({ at: await close(releaseId, 'withdrawnAt') }),
    intend: (releaseId, mails) =>
      db.transaction((tx) => {
        const delivery = tx.delivery.get(releaseId);
        const closed = !delivery || delivery.withdrawnAt || delivery.discardedAt;
        if (closed && mails.some(({ matter }) => matter === 'release')) return false;
        if (mails.length > 0 && !delivery) throw new Error('mail: no such delivery');
        for (const mail of mails) {
          const key = `${releaseId} ${mail.matter} ${mail.recipient.address}`;
          if (tx.mail.has(key)) continue;
          tx.mail.set(key, { ...mail, intendedAt: now(), acceptedAt: null, refusedAt: null, response: null });
        }
        return true;
      }),
    mails: async (releaseId, matter) =>
      [...db.rows.mail]
        .filter(([key]) => key.startsWith(`${releaseId} ${matter} `))
        .map(([, row]) => row)
        .sort((a, b) => a.recipient.address.localeCompare(b.recipient.address)),
    reopened: (releaseId, matter) =>
      db.transaction(({ mail }) => {
        for (const [key, row] of mail)
          if (key.startsWith(`${releaseId} ${matter} `) && row.refusedAt)
            mail.set(key, { ...row, refusedAt: null, response: null });
      }),
    accepted: (messageId, response) => answered(messageId, { acceptedAt: now(), response }),
    refused: (messageId, response) => answered(messageId, { refusedAt: now(), response }),
  };
}
