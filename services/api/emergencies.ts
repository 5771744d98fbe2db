import type { FastifyInstance } from 'fastify';
import { emergencyUse } from '../../activities/notices/emergency-report.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DeskStore } from '../../activities/ports/desk-store.ts';
import { ReasonBody } from '../../schemas/api.ts';
import { type EmergenciesAnswer, EmergenciesQuery, ReportBody } from '../../schemas/desk.ts';
import { Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import { reportTerms, type Tell, type TimeTables } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  desk: DeskStore;
  times: TimeTables;
  personOf: PersonOf;
  tell: Tell;
};

/** 应急通道: shorter clocks, no gate skipped, and a report that is owed afterwards (I26). */
export function serveEmergencies(api: FastifyInstance, deps: Deps): void {
  const { releases, store, desk, times, personOf, tell } = deps;

  api.post('/v1/bundles/:bundleId/emergency', async (request) => {
    const actorId = personOf(request, 'leader').id;
    return tell(await releases.declareEmergency(bundleOf(request), { ...ReasonBody.parse(request.body), actorId }));
  });
  api.post('/v1/bundles/:bundleId/emergency/report', async (request) => {
    const person = personOf(request, 'leader', 'drafter');
    const { text } = ReportBody.parse(request.body);
    const status = await releases.status(bundleOf(request));
    const revision = await store.revision(status);
    if (!person.roles.includes('leader') && revision?.drafterId !== person.id) {
      throw new Refusal('NotAllowed', {
        zh: '应急事后报告由签发人或者起草人提交',
        en: 'The report is handed in by a leader or by the drafter',
      });
    }
    const [emergency] = await desk.emergencies({ bundleId: status.bundleId });
    if (!emergency?.releasedAt) {
      throw new Refusal('WrongPhase', {
        zh: emergency ? '尚未发布，事后报告要在发布以后提交' : '这个政策包没有走应急通道',
        en: emergency ? 'It is not released yet; the report follows the release' : 'No emergency was declared for it',
      });
    }
    if (emergency.report) {
      throw new Refusal('WrongPhase', {
        zh: `${emergency.report.by} 已经报告`,
        en: `${emergency.report.by} has reported already`,
      });
    }
    await desk.addEmergencyReport(status.bundleId, { text, by: person.id });
    return tell(status);
  });
  api.get('/v1/emergencies', async (request): Promise<EmergenciesAnswer> => {
    personOf(request);
    const { year } = EmergenciesQuery.parse(request.query);
    const now = await store.now();
    const rows = await desk.emergencies({ year });
    return {
      year,
      calendarVersion: times.calendar.version,
      emergencies: rows.map((row) => emergencyUse(row, { ...reportTerms(times), now })),
    };
  });
}
