import type { CalendarFile } from '../../schemas/configuration.ts';
import { eventId } from '../../schemas/event-id.ts';
import { permanent, permanentCause } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { addWorkingDays } from '../calendar/working-days.ts';
import type { Announcer } from '../ports/announcer.ts';
import type { CoreStore } from '../ports/core-store.ts';
import { releaseEvent, transitionEvent } from './events.ts';
import { newReleaseKey } from './sealed-staging.ts';
import type { StageRelease } from './stage.ts';
import type { ReleaseActivities } from './types.ts';

export type ReleaseActivityDeps = {
  store: CoreStore;
  announcer: Announcer;
  calendar: CalendarFile;
  stage: StageRelease;
};

export const createReleaseActivities = ({
  store,
  announcer,
  calendar,
  stage,
}: ReleaseActivityDeps): ReleaseActivities => ({
  recordDecision: (sealed, decision) => store.addDecision(sealed, decision),
  recordTransition: (transition) => store.addTransition(transition),
  announceTransition: async (transition) => announcer.announce([transitionEvent(transition, await store.now())]),

  async gateDeadlines(gates, submittedAt) {
    return gates.map(({ id, clockWorkingDays }) => {
      try {
        return { gate: id, dueAt: addWorkingDays(calendar, submittedAt, clockWorkingDays), problem: null };
      } catch (error) {
        const cause = permanentCause(error);
        if (cause?.type !== 'CalendarYearMissing') throw error;
        return { gate: id, dueAt: null, problem: cause.message };
      }
    });
  },

  async stageRelease(sealed, channels) {
    const known = await store.staging(sealed);
    if (known) return { releaseId: known.releaseId, channels: known.channels };
    const revision = await store.revision(sealed);
    if (!revision) throw permanent('BundleUnknown', { zh: '没有这个版本', en: 'There is no such revision' });
    const releaseId = ReleaseId.parse(eventId('release', sealed.bundleId, sealed.revision, sealed.seal));
    const key = newReleaseKey();
    const staged = await stage({ releaseId, key, revision, channels });
    const stored = await store.addStaging(sealed, { releaseId, key, channels: staged });
    return { releaseId: stored.releaseId, channels: stored.channels };
  },

  savePlan: (sealed, plan) => store.savePlan(sealed, plan),
  commitRelease: (sealed, releaseId) => store.commit(sealed, releaseId),

  async announceRelease(sealed, releaseId, order) {
    const staging = await store.staging(sealed);
    if (!staging) throw permanent('StagingDamaged', { zh: '没有预置记录', en: 'There is no staging record' });
    await announcer.announce([releaseEvent(sealed, releaseId, order, { key: staging.key, time: await store.now() })]);
  },
});
