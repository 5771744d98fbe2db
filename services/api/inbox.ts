import type { FastifyInstance } from 'fastify';
import { inboxOf, type OpenBundle } from '../../activities/notices/inbox.ts';
import type { CoreStore, Revision } from '../../activities/ports/core-store.ts';
import type { DelegationStore } from '../../activities/ports/delegation-store.ts';
import type { DeskStore } from '../../activities/ports/desk-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Person } from '../../schemas/configuration.ts';
import type { InboxAnswer } from '../../schemas/desk.ts';
import type { GateId } from '../../schemas/finding.ts';
import { reviews } from './gates.ts';
import type { RecordRead } from './reads.ts';
import type { Releases } from './releases.ts';
import type { PersonOf } from './sign-in.ts';
import { emergencyOf, type TimeTables } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  desk: DeskStore;
  delegations: DelegationStore;
  people: readonly Person[];
  times: TimeTables;
  personOf: PersonOf;
  recordRead: RecordRead;
};

/** 待办 of whoever is signed in. */
export function serveInbox(api: FastifyInstance, deps: Deps): void {
  const { releases, store, desk, delegations, people, personOf, recordRead } = deps;

  async function gatesOf(person: Person): Promise<Map<GateId, string | null>> {
    const gates = new Map<GateId, string | null>();
    for (const { gate, from, to, state } of await delegations.all()) {
      const reviewer = people.find(({ id }) => id === from);
      if (to === person.id && state === 'valid' && reviewer && reviews(reviewer, gate)) gates.set(gate, from);
    }
    for (const gate of person.gates) if (reviews(person, gate)) gates.set(gate, null);
    return gates;
  }

  /** A bundle that was withdrawn meanwhile need not hear of it. */
  async function untoldBy({ bundleId, revision, content }: Revision): Promise<BundleId[]> {
    const { acts = [] } = content.manifest;
    const release = acts.length > 0 && (await store.releases(bundleId)).find((each) => each.revision === revision);
    if (!release) return [];
    const untold: BundleId[] = [];
    for (const { act, bundleId: target } of acts) {
      const targeted = (await store.releases(target)).at(-1);
      const heard = targeted ? await store.amendments(targeted.releaseId) : [];
      const knows = heard.some((known) => known.act === act && known.byReleaseId === release.releaseId);
      if (!knows && (await store.lastState(target)) !== 'withdrawn') untold.push(target);
    }
    return untold;
  }

  async function openBundle(bundleId: BundleId): Promise<OpenBundle | null> {
    // A bundle whose workflow is not there is for `reconcile` to find; the others are shown.
    const status = await releases.status(bundleId).catch(() => null);
    const revision = status && (await store.revision(status));
    if (!revision) return null;
    return {
      status,
      title: revision.content.manifest.title,
      drafterId: revision.drafterId,
      untold: await untoldBy(revision),
      emergency: status.emergency && (await emergencyOf(bundleId, deps)),
    };
  }

  api.get('/v1/inbox', async (request): Promise<InboxAnswer> => {
    const person = personOf(request);
    const ids = await desk.unfinished();
    const bundles = (await Promise.all(ids.map(openBundle))).filter((bundle) => bundle !== null);
    const now = await store.now();
    const notices = await desk.notices(ids);
    const items = inboxOf({ person, gates: await gatesOf(person), bundles, notices, now });
    await recordRead(person, 'list', ...new Set(items.map(({ bundleId }) => bundleId)));
    return { person: person.id, now, items };
  });
}
