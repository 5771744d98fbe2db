import { Digest } from '../../schemas/text.ts';
import type { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { key } from '../support/memory-database.ts';
import type { createMemoryDeliveryStore } from '../support/memory-delivery-store.ts';
import type { createMemorySiteStore } from '../support/memory-site-store.ts';
import type { Parts } from './world.ts';

/** Real parts, as they are loaded in the run of one variant. */
export type RealParts = {
  createMemoryCoreStore: typeof createMemoryCoreStore;
  createMemorySiteStore: typeof createMemorySiteStore;
  createMemoryDeliveryStore: typeof createMemoryDeliveryStore;
};
/** biome-ignore lint/suspicious/noExplicitAny: a module is whatever it exports */
type Module = Record<string, any>;

/** One guard taken out, and what must be said of it. */
export type Variant = {
  name: string;
  /** Invariants of which one is broken. */
  breaks: RegExp;
  /** Stores without the guard. */
  parts?: (real: RealParts) => Partial<Parts>;
  /** A module of ours with some of its exports replaced, by its path from here. */
  module?: { path: string; replace: (real: Module) => Module };
};

const nothing = async () => {};

export const variants: readonly Variant[] = [
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
    name: 'every channel goes at once',
    breaks: /^order of irreversibility/,
    module: {
      path: '../../workflows/policy-release/board.ts',
      replace: (real) => ({
        haveSettled: () => true,
        haveReached: () => true,
        dueToGo: (board: { channels: { channel: string; state: string }[] }, told: Map<string, number>) =>
          board.channels.flatMap(({ channel, state }) => (state === 'ready' && !told.has(channel) ? [channel] : [])),
        publicOutcome: real.publicOutcome,
      }),
    },
  },
  {
    name: 'the website deletes nothing that was withdrawn',
    breaks: /^I17|^liveness/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        const { withdraw } = made.writes;
        made.writes.withdraw = async (release, reason, at, tx) => {
          const pointer = tx.pointer.get(release.bundleId);
          const [row, files] = [tx.release.get(release.releaseId), tx.files.get(release.releaseId)];
          await withdraw(release, reason, at, tx);
          if (pointer) tx.pointer.set(release.bundleId, pointer);
          if (row?.state === 'live' && files) {
            tx.release.set(release.releaseId, { ...row, withdrawnAt: at });
            tx.files.set(release.releaseId, files);
          }
        };
        return made;
      },
    }),
  },
  {
    name: 'the website rolls nothing back',
    breaks: /^I18|^I3|^I17/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        return { ...made, writes: { ...made.writes, discard: nothing } };
      },
    }),
  },
  {
    name: 'the website shows a page without its interpretation',
    breaks: /^I1 /,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        const { object } = made.reads;
        made.reads.object = async (releaseId, path) =>
          path.startsWith('interpretation') ? undefined : object(releaseId, path);
        return made;
      },
    }),
  },
  {
    name: 'a submit is not on record before it is made',
    breaks: /^I11|^I10/,
    parts: ({ createMemoryDeliveryStore }) => ({
      deliveryStore: (now) => {
        const made = createMemoryDeliveryStore(now);
        const { publishRecord } = made;
        return { ...made, publishRecord: (ref) => ({ ...publishRecord(ref), intended: nothing }) };
      },
    }),
  },
  {
    name: 'WeChat is not asked to delete what is withdrawn',
    breaks: /^I17/,
    module: {
      path: '../../services/new-media/withdrawal.ts',
      replace: () => ({
        createWithdrawal:
          ({ store }: { store: { withdrawn: (ref: object) => Promise<string> } }) =>
          async (ref: object) => ({ at: await store.withdrawn(ref), detail: { zh: '已撤回', en: 'withdrawn' } }),
      }),
    },
  },
  {
    name: 'a post is called verified that nobody has read',
    breaks: /^I11/,
    module: {
      path: '../../services/new-media/wechat/verify.ts',
      replace: () => ({ verifyArticle: async () => ({ verified: true, textDigests: [] }) }),
    },
  },
  {
    name: 'reconcile believes the record of a post, and does not ask WeChat',
    breaks: /^I20/,
    module: {
      path: '../../services/new-media/wechat/verify.ts',
      replace: () => ({ articleState: async () => 'public' }),
    },
  },
  {
    name: 'every mail that is sent again has a new id',
    breaks: /^I10/,
    module: {
      path: '../../services/press/delivery.ts',
      replace: ({ createPressDelivery }) => ({
        createPressDelivery: (deps: { mailer: { send: (mail: object) => unknown } }) => {
          let sent = 0;
          const send = (mail: object) => {
            sent += 1;
            return deps.mailer.send({ ...mail, messageId: `<${sent}-${Date.now()}@qinghe.example>` });
          };
          return createPressDelivery({ ...deps, mailer: { send } });
        },
      }),
    },
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
    name: 'a gate may be signed over an error finding',
    breaks: /^I23/,
    module: {
      path: '../../workflows/policy-release/rules.ts',
      replace: ({ assertMayDecide }) => ({
        assertMayDecide: (board: { gates: object[] }, decision: object) =>
          assertMayDecide({ ...board, gates: board.gates.map((gate) => ({ ...gate, blockedBy: [] })) }, decision),
      }),
    },
  },
  {
    name: 'a warning needs no answer',
    breaks: /^I23/,
    module: {
      path: '../../workflows/policy-release/rules.ts',
      replace: ({ assertMayDecide }) => ({
        assertMayDecide: (board: { gates: object[] }, decision: object) =>
          assertMayDecide({ ...board, gates: board.gates.map((gate) => ({ ...gate, mustAnswer: [] })) }, decision),
      }),
    },
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
    name: 'the website keeps no act of a later bundle',
    breaks: /^acts|^I11/,
    parts: ({ createMemorySiteStore }) => ({
      siteStore: (now) => {
        const made = createMemorySiteStore(now);
        return { ...made, writes: { ...made.writes, noteAct: nothing } };
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
  {
    name: 'what is abolished is shown as valid',
    breaks: /^validity/,
    module: {
      path: '../../workflows/policy-release/validity.ts',
      replace: () => ({ validityOn: () => 'in-force' }),
    },
  },
  {
    name: 'what is restored lets releases go out at once',
    breaks: /^F39/,
    parts: ({ createMemoryCoreStore }) => ({
      coreStore: (now) => {
        const made = createMemoryCoreStore(now);
        const { commit } = made.store;
        made.store.commit = async (...request) => {
          await made.db.transaction((tx) => void tx.mark.delete('restored'));
          return commit(...request);
        };
        return made;
      },
    }),
  },
  {
    name: 'reconcile adopts nothing from the log',
    breaks: /^F39/,
    module: {
      path: '../../services/api/reconcile/adopt.ts',
      replace: () => ({ createAdoption: () => ({ release: async () => true, acts: nothing }) }),
    },
  },
  {
    name: 'no day is waited for',
    breaks: /^validity/,
    module: { path: '../../workflows/policy-release/validity.ts', replace: () => ({ nextChangeAfter: () => null }) },
  },
  {
    name: 'a document expires with the beginning of its last day',
    breaks: /^validity/,
    module: {
      path: '../../workflows/policy-release/validity.ts',
      replace: ({ validityOn }) => ({
        validityOn: (day: string, terms: { effectiveUntil: string | null }) =>
          day === terms.effectiveUntil ? 'expired' : validityOn(day, terms),
      }),
    },
  },
  {
    name: 'a rebuilt workflow does not know what was committed',
    breaks: /^I|^liveness|^workflow/,
    module: {
      path: '../../services/api/reconcile/board-from-rows.ts',
      replace: ({ boardFromRows }) => ({
        boardFromRows: (...given: unknown[]) => {
          const restored = boardFromRows(...given);
          if (!restored?.board.committedAt) return restored;
          return { ...restored, board: { ...restored.board, committedAt: null, state: 'cleared' } };
        },
      }),
    },
  },
];
