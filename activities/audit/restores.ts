import { z } from 'zod';
import { AuditRow, type ChainHead } from '../../schemas/audit.ts';
import { Instant } from '../../schemas/text.ts';

/** The chain was restored 恢复 at `row`, from a backup that ended with the row before. */
export type RestoreInChain = {
  row: number;
  restoredAt: Instant;
  backupAt: Instant;
  /** What was signed after that backup and is not in this chain, as far as the checkpoints at hand can tell. */
  lostRows: { from: number; to: number } | null;
};

const RestoreRow = AuditRow.extend({
  kind: z.literal('restore.marked'),
  payload: z.object({ restoredAt: Instant, backupAt: Instant }),
});

/** Every restore that a chain tells of, with the rows that some signed head beyond it proves to be gone. */
export function restoresIn(rows: readonly unknown[], heads: readonly ChainHead[]): RestoreInChain[] {
  const hashes = new Map<number, string>();
  const restores: RestoreInChain[] = [];
  for (const row of rows) {
    const { seq, hash } = AuditRow.safeParse(row).data ?? {};
    if (seq !== undefined && hash !== undefined) hashes.set(seq, hash);
    const { data } = RestoreRow.safeParse(row);
    if (data) restores.push({ row: data.seq, ...data.payload, lostRows: null });
  }
  for (const { size, head } of heads) {
    if (hashes.get(size) === head) continue;
    const restore = restores.findLast(({ row }) => row <= size);
    if (restore) restore.lostRows = { from: restore.row, to: Math.max(size, restore.lostRows?.to ?? 0) };
  }
  return restores;
}
