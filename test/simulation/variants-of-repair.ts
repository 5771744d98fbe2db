import type { Variant } from './variant.ts';

const nothing = async () => {};

/** 核对 and restore, without one of their guards. */
export const variantsOfRepair: readonly Variant[] = [
  {
    name: 'reconcile believes the record of a post, and does not ask WeChat',
    breaks: /^I20/,
    module: {
      path: '../../services/new-media/wechat/verify.ts',
      replace: () => ({ articleState: async () => 'public' }),
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
];
