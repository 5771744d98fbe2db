import type { Variant } from './variant.ts';

/** The course of a bundle, without one of its rules. */
export const variantsOfCourse: readonly Variant[] = [
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
    name: 'what is abolished is shown as valid',
    breaks: /^validity/,
    module: {
      path: '../../workflows/policy-release/validity.ts',
      replace: () => ({ validityOn: () => 'in-force' }),
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
];
