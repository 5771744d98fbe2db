import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { MailDescription } from './description.ts';

/** A mail as it lies in one mailbox; the mail itself is read apart. */
const StoredMail = z
  .object({
    id: z.number(),
    mailbox: z.string(),
    message_id: z.string(),
    mail_from: z.string(),
    received_at: z.number(),
    suppressed: z.number(),
    size: z.number(),
    description: z.string(),
  })
  .transform((row) => ({
    id: row.id,
    mailbox: row.mailbox,
    messageId: row.message_id,
    mailFrom: row.mail_from,
    receivedAt: new Date(row.received_at).toISOString(),
    /** Deliveries of the same Message-ID to this mailbox that were suppressed. */
    suppressed: row.suppressed,
    size: row.size,
    ...MailDescription.parse(JSON.parse(row.description)),
  }));
export type StoredMail = z.infer<typeof StoredMail>;

export type Delivery = {
  mailboxes: string[];
  messageId: string | undefined;
  mailFrom: string;
  raw: Uint8Array;
  description: MailDescription;
  at: number;
};

const COLUMNS = 'id, mailbox, message_id, mail_from, received_at, suppressed, length(raw) AS size, description';

/**
 * The mailboxes of the host. A mail is acknowledged to its sender only after it is here. A second delivery of one
 * Message-ID to one mailbox is kept once and counted, as the sieve extension "duplicate" (RFC 7352) does on real hosts.
 */
export function openMailStore(directory: string) {
  mkdirSync(directory, { recursive: true });
  const db = new DatabaseSync(join(directory, 'mail.sqlite'));
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS mails (
      id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, message_id TEXT NOT NULL, mail_from TEXT NOT NULL,
      received_at INTEGER NOT NULL, suppressed INTEGER NOT NULL DEFAULT 0, description TEXT NOT NULL, raw BLOB NOT NULL,
      UNIQUE (mailbox, message_id)
    ) STRICT;
  `);
  const rows = (values: unknown[]) => z.array(StoredMail).parse(values);

  return {
    /** All mailboxes or none: the sender is told one answer for the whole envelope. */
    deliver({ mailboxes, messageId, mailFrom, raw, description, at }: Delivery): void {
      // A mail without Message-ID can only be known again by its bytes.
      const id = messageId ?? `sha256:${createHash('sha256').update(raw).digest('hex')}`;
      const insert = db.prepare(
        `INSERT INTO mails (mailbox, message_id, mail_from, received_at, description, raw) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (mailbox, message_id) DO UPDATE SET suppressed = suppressed + 1`,
      );
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const mailbox of new Set(mailboxes))
          insert.run(mailbox, id, mailFrom, at, JSON.stringify(description), raw);
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    /** Newest first; at most 500. */
    list(mailbox?: string): StoredMail[] {
      return rows(
        mailbox === undefined
          ? db.prepare(`SELECT ${COLUMNS} FROM mails ORDER BY id DESC LIMIT 500`).all()
          : db.prepare(`SELECT ${COLUMNS} FROM mails WHERE mailbox = ? ORDER BY id DESC LIMIT 500`).all(mailbox),
      );
    },
    find(id: number): StoredMail | undefined {
      return rows(db.prepare(`SELECT ${COLUMNS} FROM mails WHERE id = ?`).all(id))[0];
    },
    /** The mail as it came in. */
    source(id: number): Uint8Array | undefined {
      const row = db.prepare('SELECT raw FROM mails WHERE id = ?').get(id);
      return row && z.object({ raw: z.instanceof(Uint8Array) }).parse(row).raw;
    },
    close: () => db.close(),
  };
}
export type MailStore = ReturnType<typeof openMailStore>;
