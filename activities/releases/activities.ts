import type { CalendarFile } from '../../schemas/configuration.ts';
import { eventId } from '../../schemas/event-id.ts';
import { permanent } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import type { Announcer } from '../ports/announcer.ts';
import type { CoreStore } from '../ports/core-store.ts';
import { createCommitAtInstant } from './commit-at-instant.ts';
import { releaseEvent, transitionEvent } from './events.ts';
import { gateClock } from './gate-clocks.ts';
import { tellLateOrder, tellLateWebsite } from './lateness.ts';
import { newReleaseKey } from './sealed-staging.ts';
import type { StageRelease } from './stage.ts';
import type { ActOn, ReleaseActivities, Sealed } from './types.ts';

export type ReleaseActivityDeps = {
  store: CoreStore;
  announcer: Announcer;
  calendar: CalendarFile;
  stage: StageRelease;
  /** Rejects where the attempt is cancelled or its worker stops; the next attempt goes on. */
  pause: (ms: number) => Promise<void>;
};

export const createReleaseActivities = ({
  store,
  announcer,
  calendar,
  stage,
  pause,
}: ReleaseActivityDeps): ReleaseActivities => ({
  recordDecision: (sealed, decision) => store.addDecision(sealed, decision),
  carryDecisions: (sealed, fromRevision) => store.carryDecisions(sealed, fromRevision),
  recordOverride: (sealed, override) => store.addOverride(sealed, override),
  recordEmergency: (sealed, emergency) => store.addEmergency(sealed, emergency),
  async recordTransition(transition, begunAt) {
    const number = await store.addTransition(transition, begunAt);
    if (transition.state === 'verifying') await tellLateWebsite(store, transition);
    return number;
  },
  async announceTransitions(transitions) {
    const time = await store.now();
    await announcer.announce(transitions.map((transition) => transitionEvent(transition, time)));
  },
  notify: (sealed, notice) =>
    store.addNotice(
      eventId('notice', sealed.bundleId, notice.kind, notice.gate ?? '', notice.detail?.en ?? '', notice.after),
      sealed,
      notice,
    ),
  gateClocks: async (gates, submittedAt, emergencyAt) =>
    gates.map((gate) => gateClock(calendar, gate, submittedAt, emergencyAt)),

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
  commitRelease: createCommitAtInstant({ store, announcer, pause }),
  recordReceipt: (receipt) => {
    const { releaseId, channel, attempt, state } = receipt;
    return store.addReceipt(eventId('settled by hand', releaseId, channel, attempt, state), receipt);
  },
  actsOf: (sealed, releaseId) => actsOf(store, sealed, releaseId),
  recordAmendment: (sealed, releaseId, amendment) => store.addAmendment(sealed, releaseId, amendment),
  recordValidity: (sealed, releaseId, validity, since) => store.addValidity(sealed, releaseId, validity, since),

  async announceRelease(sealed, releaseId, order) {
    const staging = await store.staging(sealed);
    if (!staging) throw permanent('StagingDamaged', { zh: '没有预置记录', en: 'There is no staging record' });
    const acts = order.type === 'release.prepare.v1' ? await actsOf(store, sealed, releaseId) : [];
    const actsOn = await Promise.all(acts.map(async ({ target }) => (await store.releases(target)).at(-1)?.releaseId));
    const group = order.type === 'release.go.v1' ? await store.groupOf(releaseId) : [];
    const context = { staging, time: await store.now(), actsOn: actsOn.filter((id) => id !== undefined), group };
    await announcer.announce([releaseEvent(sealed, releaseId, order, context)]);
    // A retry is late by its nature: only the first try has an instant to keep.
    if (order.type === 'release.go.v1' && order.attempt === 1) {
      await tellLateOrder(store, sealed, order.channels, await store.now());
    }
  },
});

async function actsOf(store: CoreStore, sealed: Sealed, byReleaseId: ReleaseId): Promise<ActOn[]> {
  const acts = (await store.revision(sealed))?.content.manifest.acts ?? [];
  return acts.map(({ act, bundleId: target, on, reason }) => ({
    target,
    amendment: { act, on, byBundleId: sealed.bundleId, byReleaseId },
    reason,
  }));
}
