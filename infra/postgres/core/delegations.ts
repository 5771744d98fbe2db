import { type Kysely, sql } from 'kysely';
import type { DelegationStore } from '../../../activities/ports/delegation-store.ts';
import { Delegation } from '../../../schemas/review.ts';
import type { CoreTables } from './tables.ts';

export const createDelegationStore = (db: Kysely<CoreTables>): DelegationStore => ({
  async add({ delegationId, gate, from, to, startsAt, endsAt, reason, recordedBy }) {
    await db
      .insertInto('delegation')
      .values({
        delegation_id: delegationId,
        gate,
        from_person: from,
        to_person: to,
        starts_at: startsAt,
        ends_at: endsAt,
        reason,
        recorded_by: recordedBy,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async revoke(delegationId, { personId, reason }) {
    await db
      .insertInto('delegation_revocation')
      .values({ delegation_id: delegationId, reason, revoked_by: personId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async all() {
    const rows = await db
      .selectFrom('delegation')
      .leftJoin('delegation_revocation as revocation', 'revocation.delegation_id', 'delegation.delegation_id')
      .selectAll('delegation')
      .select(['revoked_by', 'revoked_at', 'revocation.reason as revoked_because'])
      .select(
        sql<string>`case when revoked_at is not null then 'revoked' when ends_at <= clock_timestamp() then 'ended'
          when starts_at > clock_timestamp() then 'upcoming' else 'valid' end`.as('state'),
      )
      .orderBy('recorded_at', 'desc')
      .orderBy('delegation.delegation_id')
      .execute();
    return rows.map((row) =>
      Delegation.parse({
        delegationId: row.delegation_id,
        gate: row.gate,
        from: row.from_person,
        to: row.to_person,
        startsAt: row.starts_at,
        endsAt: row.ends_at,
        reason: row.reason,
        recordedBy: row.recorded_by,
        recordedAt: row.recorded_at,
        revoked: row.revoked_at && { by: row.revoked_by, reason: row.revoked_because, at: row.revoked_at },
        state: row.state,
      }),
    );
  },

  async heldBy(personId, gate) {
    const rows = await db
      .selectFrom('delegation')
      .leftJoin('delegation_revocation as revocation', 'revocation.delegation_id', 'delegation.delegation_id')
      .select('from_person')
      .where('to_person', '=', personId)
      .where('gate', '=', gate)
      .where('revoked_at', 'is', null)
      .where(sql<boolean>`clock_timestamp() >= starts_at and clock_timestamp() < ends_at`)
      .orderBy('recorded_at')
      .execute();
    return rows.map(({ from_person }) => from_person);
  },
});
