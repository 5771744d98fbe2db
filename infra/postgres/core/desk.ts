import { type Kysely, sql } from 'kysely';
import type { DeskStore } from '../../../activities/ports/desk-store.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { FindingKey } from '../../../schemas/finding.ts';
import { Notice } from '../../../schemas/notice.ts';
import { emergenciesOf } from './emergencies.ts';
import type { CoreTables } from './tables.ts';

/** A 公告 that was lost is worth knowing of for so long. */
const actLostDays = 30;

export const createDeskStore = (db: Kysely<CoreTables>): DeskStore => ({
  async review({ bundleId, revision }) {
    const decisions = await db
      .selectFrom('decision')
      .select(['answers', 'reviewer_id', 'decided_at'])
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', revision)
      .execute();
    const overrides = await db
      .selectFrom('override')
      .select(['finding', 'step', 'person_id', 'reason', 'at'])
      .where('bundle_id', '=', bundleId)
      .where('revision', '=', revision)
      .orderBy('at')
      .execute();
    return {
      answers: decisions.flatMap(({ answers, reviewer_id, decided_at }) =>
        answers.map(({ finding, answer }) => ({ finding, text: answer, by: reviewer_id, at: decided_at })),
      ),
      overrides: overrides.map(({ finding, person_id, ...step }) => ({
        ...step,
        finding: FindingKey.parse(finding),
        by: person_id,
      })),
    };
  },

  async unfinished() {
    const { rows } = await sql<{ bundle_id: string }>`
      select bundle.bundle_id from bundle
        join lateral (select state from transition where transition.bundle_id = bundle.bundle_id
                      order by transition desc limit 1) as last on true
      where last.state not in ('released', 'withdrawn')
        or exists (select from notice where notice.bundle_id = bundle.bundle_id and kind = 'act-lost'
                   and notice.at > clock_timestamp() - make_interval(days => ${actLostDays}))
        or exists (select from emergency where emergency.bundle_id = bundle.bundle_id)
           and not exists (select from emergency_report where emergency_report.bundle_id = bundle.bundle_id)
      order by bundle.created_at`.execute(db);
    return rows.map(({ bundle_id }) => BundleId.parse(bundle_id));
  },

  async notices(bundleIds) {
    if (bundleIds.length === 0) return [];
    const rows = await db
      .selectFrom('notice')
      .select(['notice_id as noticeId', 'kind', 'bundle_id as bundleId', 'revision', 'gate', 'detail', 'at'])
      .where('bundle_id', 'in', [...bundleIds])
      .orderBy('at')
      .execute();
    return rows.map((row) => Notice.parse(row));
  },

  emergencies: (which) => emergenciesOf(db, which),

  async addEmergencyReport(bundleId, { text, by }) {
    await db
      .insertInto('emergency_report')
      .values({ bundle_id: bundleId, text, reported_by: by })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
});
