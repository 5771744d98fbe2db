import { type Kysely, sql } from 'kysely';
import type { Instant } from '../../../schemas/text.ts';
import type { CoreTables } from './tables.ts';

/** `restoredBy` is a person's id, or `system` where nobody was named. */
export type RestoreMark = { restoredAt: Instant; restoredBy: string; backupAt: Instant };

export type RestoreMarkTable = {
  restore_mark: {
    restored_at: string;
    restored_by: string;
    backup_at: string;
    cleared_at: string | null;
    cleared_by: string | null;
  };
};

/**
 * 发布关闭: the newest mark of a restore that nobody cleared, or null where releases may go out. A commit asks in its own
 * transaction, and refuses with `RestoreUnreconciled`.
 */
export async function releaseModeOff(tx: Kysely<CoreTables>): Promise<RestoreMark | null> {
  const mark = await tx
    .selectFrom('restore_mark')
    .select(['restored_at', 'restored_by', 'backup_at'])
    .where('cleared_at', 'is', null)
    .orderBy('restored_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return mark ? { restoredAt: mark.restored_at, restoredBy: mark.restored_by, backupAt: mark.backup_at } : null;
}

/**
 * Turns releases on again, in the name of the operator who saw what was compared; the audit row is written with it.
 * Answers how many marks were cleared: 0 where none stood, as on a repeat.
 */
export async function clearRestoreMark(db: Kysely<CoreTables>, personId: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('restore_mark')
    .set({ cleared_at: sql`clock_timestamp()`, cleared_by: personId })
    .where('cleared_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
