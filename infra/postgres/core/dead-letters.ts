import { type ColumnType, type Generated, type Kysely, sql } from 'kysely';
import type { DeadLetterStore } from '../../../activities/ports/dead-letter-store.ts';
import { type LetterAct, LetterId } from '../../../schemas/dead-letters.ts';
import type { CoreTables } from './tables.ts';

export type DeadLetterTable = {
  dead_letter_decision: {
    decision_id: Generated<number>;
    letter_id: string;
    act: LetterAct;
    actor_id: string;
    reason: string;
    owner_id: string | null;
    last_parked_at: string;
    record_sha256: string;
    event_id: string | null;
    event_type: string | null;
    bundle_id: string | null;
    at: Generated<string>;
    sent_at: ColumnType<string | null, never, string>;
  };
};

export const createDeadLetterStore = (db: Kysely<CoreTables>): DeadLetterStore => ({
  async decisions() {
    const rows = await db.selectFrom('dead_letter_decision').selectAll().orderBy('decision_id').execute();
    return rows.map((row) => ({
      letterId: LetterId.parse(row.letter_id),
      lastParkedAt: row.last_parked_at,
      act: row.act,
      actorId: row.actor_id,
      reason: row.reason,
      owner: row.owner_id,
      at: row.at,
      sentAt: row.sent_at,
    }));
  },

  async decide({ id, lastParkedAt, sha256, event }, { act, actorId, reason, owner }) {
    const { decision_id } = await db
      .insertInto('dead_letter_decision')
      .values({
        letter_id: id,
        act,
        actor_id: actorId,
        reason,
        owner_id: owner,
        last_parked_at: lastParkedAt,
        record_sha256: sha256,
        event_id: event?.id ?? null,
        event_type: event?.type ?? null,
        bundle_id: event?.bundleId ?? null,
      })
      .returning('decision_id')
      .executeTakeFirstOrThrow();
    return { decisionId: decision_id };
  },

  async markSent(decisionId) {
    await db
      .updateTable('dead_letter_decision')
      .set({ sent_at: sql<string>`clock_timestamp()` })
      .where('decision_id', '=', decisionId)
      .where('sent_at', 'is', null)
      .execute();
  },
});
