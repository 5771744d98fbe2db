import type { Kysely } from 'kysely';
import type { BundleId } from '../../../schemas/bundle.ts';
import type { CoreTables } from './tables.ts';

/** Who decided what, by which right, and on which day the emergency lane was used. */
export async function reviewEvidence(tx: Kysely<CoreTables>, bundleId: BundleId) {
  const decisions = await tx
    .selectFrom('decision')
    .select(['revision', 'seal', 'gate', 'decision', 'reviewer_id as reviewerId', 'acting_for as actingFor'])
    .select(['reason', 'answers', 'input_sha256 as inputSha256', 'carried_from as carriedFrom'])
    .select('decided_at as decidedAt')
    .where('bundle_id', '=', bundleId)
    .orderBy('revision')
    .orderBy('decided_at')
    .execute();
  const overrides = await tx
    .selectFrom('override')
    .select(['revision', 'seal', 'finding', 'gate', 'step', 'person_id as personId', 'reason', 'at'])
    .where('bundle_id', '=', bundleId)
    .orderBy('at')
    .execute();
  const delegations = await tx
    .selectFrom('delegation')
    .select(['delegation_id as delegationId', 'gate', 'from_person as from', 'to_person as to'])
    .select(['starts_at as startsAt', 'ends_at as endsAt', 'reason', 'recorded_by as recordedBy'])
    .select('recorded_at as recordedAt')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('decision')
          .select('gate')
          .whereRef('decision.gate', '=', 'delegation.gate')
          .whereRef('acting_for', '=', 'from_person')
          .whereRef('reviewer_id', '=', 'to_person')
          .whereRef('decided_at', '>=', 'starts_at')
          .whereRef('decided_at', '<', 'ends_at')
          .where('bundle_id', '=', bundleId),
      ),
    )
    .orderBy('recorded_at')
    .execute();
  const used = delegations.map(({ delegationId }) => delegationId);
  const revocations = await tx
    .selectFrom('delegation_revocation')
    .select(['delegation_id as delegationId', 'reason', 'revoked_by as revokedBy', 'revoked_at as revokedAt'])
    .where('delegation_id', 'in', used.length > 0 ? used : [null])
    .orderBy('revoked_at')
    .execute();
  const emergencies = await tx
    .selectFrom('emergency')
    .select(['revision', 'reason', 'declared_by as declaredBy', 'declared_at as declaredAt'])
    .where('bundle_id', '=', bundleId)
    .execute();
  const emergencyReports = await tx
    .selectFrom('emergency_report')
    .select(['text', 'reported_by as reportedBy', 'reported_at as reportedAt'])
    .where('bundle_id', '=', bundleId)
    .execute();
  return { decisions, overrides, delegations, revocations, emergencies, emergencyReports };
}
