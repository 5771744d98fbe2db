import type { DeadLetterDeps } from '../../services/api/dead-letters.ts';

/** For tests of the API that are about something else. */
export const noDeadLetters: DeadLetterDeps = {
  bus: { read: async () => {}, publish: async () => [], lag: async () => 0n },
  store: { decisions: async () => [], decide: () => Promise.reject(new Error('not needed')), markSent: async () => {} },
  consumers: [],
  people: [],
};
