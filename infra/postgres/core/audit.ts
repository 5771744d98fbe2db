import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditStore } from '../../../activities/ports/audit-store.ts';
import { type AuditRow, ChainHead } from '../../../schemas/audit.ts';
import { evidenceOf } from './evidence.ts';
import type { CoreTables } from './tables.ts';

export const createAuditStore = (db: Kysely<CoreTables>): AuditStore => ({
  async rows({ after, limit, bundleId }) {
    let query = db.selectFrom('audit').selectAll().where('seq', '>', after).orderBy('seq').limit(limit);
    if (bundleId) query = query.where('bundle_id', '=', bundleId);
    return (await query.execute()).map(rowOf);
  },

  async head() {
    const last = await db
      .selectFrom('audit')
      .select(['seq', 'hash', sql<string>`clock_timestamp()`.as('now')])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return last ? ChainHead.parse({ size: last.seq, head: last.hash, at: last.now }) : null;
  },

  async recordRefusal({ actorId, bundleId, ...refused }) {
    const payload = JSON.stringify(refused);
    await sql`select audit_append(${actorId}, 'command.refused', ${bundleId}::uuid, ${payload}::jsonb)`.execute(db);
  },

  evidence: (bundleId) => evidenceOf(db, bundleId),
});

/** Not parsed: a row that was tampered with is shown as it stands, for `verify` to find it. */
const rowOf = ({ seq, at, actor, kind, bundle_id, payload, prev_hash, hash }: Selectable<CoreTables['audit']>) =>
  ({ seq, at, actor, kind, bundleId: bundle_id, payload, prevHash: prev_hash, hash }) as AuditRow;
