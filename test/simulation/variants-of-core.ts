import { Digest } from '../../schemas/text.ts';
import { key } from '../support/memory-database.ts';
import type { Variant } from './variant.ts';

const nothing = async () => {};

/** The core's rows, without one of their constraints. */
export const variantsOfCore: readonly Variant[] = [
  {
    name: 'the commit asks no clock',
    breaks: /^I3/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { commit } = made.store;
        made.store.commit = async (sealed, releaseId) => {
          const answer = await commit(sealed, releaseId);
          if (answer.outcome === 'committed') return answer;
          const committedAt = now();
          const t0 = made.db.rows.plan.get(sealed.bundleId)?.t0 ?? committedAt;
          const row = { ...sealed, releaseId, t0, committedAt, groupId: null };
          await made.db.transaction((tx) => void tx.release.set(key(sealed.bundleId, sealed.revision), row));
          return { outcome: 'committed', committedAt, t0 };
        };
        return made;
      },
    }),
  },
  {
    name: 'a member of a group is committed alone',
    breaks: /^I1/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { commit } = made.store;
        made.store.commit = async (sealed, releaseId) => {
          const before = new Set(made.db.rows.release.keys());
          const answer = await commit(sealed, releaseId);
          await made.db.transaction((tx) => {
            for (const id of tx.release.keys()) {
              if (!before.has(id) && id !== key(sealed.bundleId, sealed.revision)) tx.release.delete(id);
            }
          });
          return answer;
        };
        return made;
      },
    }),
  },
  {
    name: 'a commit writes its row anew each time it is repeated',
    breaks: /^I9/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { commit } = made.store;
        made.store.commit = async (sealed, releaseId) => {
          await made.db.transaction((tx) => void tx.release.delete(key(sealed.bundleId, sealed.revision)));
          return commit(sealed, releaseId);
        };
        return made;
      },
    }),
  },
  {
    name: 'some transitions are not written down',
    breaks: /^I14/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { addTransition } = made.store;
        made.store.addTransition = async (transition) => {
          return transition.state === 'verifying' ? transition.transition : addTransition(transition);
        };
        return made;
      },
    }),
  },
  {
    name: 'a decision takes the place of the one before it',
    breaks: /^I8|^I6/,
    module: { path: '../../workflows/policy-release/rules.ts', replace: () => ({ assertMayDecide: () => {} }) },
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        made.store.addDecision = (sealed, decision) =>
          made.db.transaction((tx) => {
            const { bundleId, revision } = sealed;
            const decidedAt = now();
            const row = { bundleId, revision, decision, input: '', decidedAt, carriedFrom: null };
            tx.decision.set(key(bundleId, revision, decision.gate), row);
            return { decidedAt };
          });
        return made;
      },
    }),
  },
  {
    name: 'decisions are carried whatever has changed',
    breaks: /^I7/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { addRevision } = made.store;
        made.store.addRevision = (revision) => {
          const same = Digest.parse('0'.repeat(64));
          const gateInputs = Object.fromEntries(revision.gates.map(({ id }) => [id, same]));
          return addRevision({ ...revision, gateInputs });
        };
        return made;
      },
    }),
  },
  {
    name: 'one person lets a finding pass',
    breaks: /^I23/,
    module: { path: '../../workflows/policy-release/rules.ts', replace: () => ({ assertMayOverride: () => {} }) },
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        made.store.addOverride = ({ bundleId, revision, seal }, override) =>
          made.db.transaction((tx) => {
            const row = { bundleId, revision, seal, ...override };
            tx.override.set(key(bundleId, revision, override.finding, override.step), row);
          });
        return made;
      },
    }),
  },
  {
    name: 'an act has no row',
    breaks: /^acts/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        made.store.addAmendment = nothing;
        return made;
      },
    }),
  },
];
