import { type Kysely, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import pg from 'pg';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import { permanent } from '../../../schemas/failures.ts';
import { GateDefinition } from '../../../schemas/gate.ts';
import type { CoreTables } from './tables.ts';

/** Names of the constraints that keep people apart, and what to tell the person who meets one. */
const refusals: Record<string, Parameters<typeof permanent>> = {
  decision_pkey: ['GateNotOpen', { zh: '这一关已有决定', en: 'This gate has been decided already' }],
  decision_one_gate_a_person: [
    'NotAllowed',
    { zh: '一人至多审签一关（受托也算）', en: 'One person decides at most one gate, also by delegation' },
  ],
  decision_no_self_review: [
    'NotAllowed',
    {
      zh: '起草人不能审签、放行自己的稿件',
      en: 'Whoever drafted the bundle may not review it, nor may anyone for them',
    },
  ],
  decision_not_for_oneself: ['NotAllowed', { zh: '不能受自己委托', en: 'Nobody acts for themselves' }],
  decision_on_the_seal: ['SealStale', { zh: '封签不是这一版的', en: 'The seal is not that of this revision' }],
  override_once: ['WrongPhase', { zh: '这一步已有人办理', en: 'Somebody has done this step already' }],
  override_by_two_people: ['NotAllowed', { zh: '例外放行须由第二人确认', en: 'A second person has to confirm it' }],
};

function refusalOf(error: unknown): unknown {
  const refusal = error instanceof pg.DatabaseError && error.constraint ? refusals[error.constraint] : undefined;
  return refusal ? permanent(...refusal) : error;
}

/** In the order in which `addDecision` selects them. */
const columns = [
  ...(['bundle_id', 'revision', 'gate', 'drafter_id', 'input_sha256'] as const),
  ...(['seal', 'decision', 'reviewer_id', 'acting_for', 'reason', 'answers'] as const),
];

type Decisions = Pick<
  CoreStore,
  'underReview' | 'addDecision' | 'carryDecisions' | 'addOverride' | 'addEmergency' | 'addNotice'
>;

/** What reviewers decided. The rows are final: whoever comes second learns of the first. */
export const createDecisions = (db: Kysely<CoreTables>): Decisions => ({
  async underReview({ bundleId, seal }) {
    const row = await db
      .selectFrom('revision as of')
      .select((own) => [
        'of.revision',
        'of.gates',
        sql<string>`content #>> '{manifest,title}'`.as('title'),
        sql<string>`content #>> '{manifest,issuedOn}'`.as('issuedOn'),
        jsonArrayFrom(
          own
            .selectFrom('revision')
            .select('drafter_id')
            .distinct()
            .whereRef('revision.bundle_id', '=', 'of.bundle_id')
            .whereRef('revision.revision', '<=', 'of.revision'),
        ).as('drafters'),
        jsonArrayFrom(
          own
            .selectFrom('decision')
            .select(['gate', 'reviewer_id', 'acting_for'])
            .whereRef('decision.bundle_id', '=', 'of.bundle_id')
            .whereRef('decision.revision', '=', 'of.revision'),
        ).as('decided'),
      ])
      .where('of.bundle_id', '=', bundleId)
      .where('of.seal', '=', seal)
      .executeTakeFirst();
    if (!row) return null;
    const { revision, title, issuedOn, drafters, decided } = row;
    const gates = GateDefinition.array()
      .parse(row.gates)
      .map(({ id: gate, name }) => {
        const by = decided.find((decision) => decision.gate === gate);
        return { gate, name, reviewerId: by?.reviewer_id ?? null, actingFor: by?.acting_for ?? null };
      });
    return { revision, title, issuedOn, editors: drafters.map(({ drafter_id }) => drafter_id), gates };
  },

  async addDecision({ bundleId, revision }, decision) {
    const answers = JSON.stringify(decision.decision === 'signed' ? (decision.answers ?? []) : []);
    const decided = db
      .selectFrom('revision')
      .innerJoin('gate_input', (join) =>
        join
          .onRef('gate_input.bundle_id', '=', 'revision.bundle_id')
          .onRef('gate_input.revision', '=', 'revision.revision'),
      )
      .select((of) => [
        'revision.bundle_id',
        'revision.revision',
        'gate_input.gate',
        'revision.drafter_id',
        'gate_input.sha256',
        of.val(decision.seal).as('seal'),
        of.val(decision.decision).as('decision'),
        of.val(decision.reviewerId).as('reviewer_id'),
        of.val(decision.actingFor ?? null).as('acting_for'),
        of.val(decision.decision === 'returned' ? decision.reason : (decision.opinion ?? null)).as('reason'),
        sql<string>`${answers}::jsonb`.as('answers'),
      ])
      .where('revision.bundle_id', '=', bundleId)
      .where('revision.revision', '=', revision)
      .where('gate', '=', decision.gate);
    try {
      // One statement: each round trip is one more that a signature waits for.
      const inserted = await db
        .insertInto('decision')
        .columns(columns)
        .expression(decided)
        .returning('decided_at')
        .executeTakeFirst();
      if (inserted) return { decidedAt: inserted.decided_at };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || !error.constraint) throw error;
      // A retry of the very same decision finds its own row.
      const own = await db
        .selectFrom('decision')
        .select('decided_at')
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .where('gate', '=', decision.gate)
        .where('seal', '=', decision.seal)
        .where('reviewer_id', '=', decision.reviewerId)
        .where('decision', '=', decision.decision)
        .executeTakeFirst();
      if (own) return { decidedAt: own.decided_at };
      throw refusalOf(error);
    }
    throw permanent('BundleUnknown', { zh: '没有这个版本或这一关', en: 'There is no such revision or gate' });
  },

  async carryDecisions({ bundleId, revision, seal }, fromRevision) {
    // One statement a gate: where one may not be carried (its reviewer has become a drafter), the others still are.
    const candidates = await db
      .selectFrom('decision as old')
      .innerJoin('gate_input as input', (join) =>
        join
          .onRef('input.bundle_id', '=', 'old.bundle_id')
          .onRef('input.gate', '=', 'old.gate')
          .onRef('input.sha256', '=', 'old.input_sha256'),
      )
      .innerJoin('revision', (join) =>
        join.onRef('revision.bundle_id', '=', 'input.bundle_id').onRef('revision.revision', '=', 'input.revision'),
      )
      .selectAll('old')
      .select('revision.drafter_id as new_drafter')
      .where('old.bundle_id', '=', bundleId)
      .where('old.revision', '=', fromRevision)
      .where('old.decision', '=', 'signed')
      .where('input.revision', '=', revision)
      // An error finding that two people let pass on the old seal stands again on the new one.
      .where(
        sql<boolean>`not revision.obligations -> 'errors' @> jsonb_build_array(jsonb_build_object('gate', old.gate))`,
      )
      .execute();
    for (const { new_drafter, carried_from, ...old } of candidates) {
      const carried = {
        ...old,
        revision,
        seal,
        drafter_id: new_drafter,
        carried_from: fromRevision,
        answers: JSON.stringify(old.answers),
      };
      await db
        .insertInto('decision')
        .values(carried)
        .onConflict((conflict) => conflict.columns(['bundle_id', 'revision', 'gate']).doNothing())
        .execute()
        .catch((error: unknown) => {
          if (!(error instanceof pg.DatabaseError) || !error.constraint) throw error;
        });
    }
    const kept = await db
      .selectFrom('decision')
      .selectAll()
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', revision)
      .where('carried_from', 'is not', null)
      .execute();
    return kept.map((row) => ({
      gate: row.gate,
      reviewerId: row.reviewer_id,
      actingFor: row.acting_for,
      reason: row.reason,
      decidedAt: row.decided_at,
      fromRevision: row.carried_from ?? fromRevision,
    }));
  },

  async addOverride({ bundleId, revision, seal }, { finding, gate, step, personId, reason }) {
    const row = { bundle_id: bundleId, revision, seal, finding, gate, step, person_id: personId, reason };
    try {
      await db.insertInto('override').values(row).execute();
    } catch (error) {
      const own = await db
        .selectFrom('override')
        .select('person_id')
        .where('bundle_id', '=', bundleId)
        .where('revision', '=', revision)
        .where('finding', '=', finding)
        .where('step', '=', step)
        .executeTakeFirst();
      if (own?.person_id !== personId) throw refusalOf(error);
    }
  },

  async addEmergency({ bundleId, revision }, { reason, declaredBy }) {
    await db
      .insertInto('emergency')
      .values({ bundle_id: bundleId, revision, reason, declared_by: declaredBy })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { declared_at } = await db
      .selectFrom('emergency')
      .select('declared_at')
      .where('bundle_id', '=', bundleId)
      .executeTakeFirstOrThrow();
    return { at: declared_at };
  },

  async addNotice(noticeId, { bundleId, revision }, { kind, gate, detail }) {
    await db
      .insertInto('notice')
      .values({
        notice_id: noticeId,
        kind,
        bundle_id: bundleId,
        revision,
        gate,
        detail: detail && sql`${JSON.stringify(detail)}::jsonb`,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
});
