import { expect, test } from 'vitest';
import { permanentCause } from '../../schemas/failures.ts';
import { ReleaseState } from '../../schemas/release.ts';
import { stateName } from '../../schemas/state-name.ts';
import { type Board, enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import * as rules from '../../workflows/policy-release/rules.ts';
import { newBundleId, submission } from '../support/release-fixture.ts';

const now = Date.parse('2026-11-24T00:00:00Z');
const [t0, past] = ['2026-11-24T01:00:00Z', '2026-11-23T01:00:00Z'];
const seal = submission().seal;
const arming = { seal, t0, leaderId: 'leader', group: null };

/** Signed by all and ready everywhere, in a state. */
function boardIn(state: ReleaseState): Board {
  const board = openBoard(newBundleId());
  enterReview(board, submission(), past);
  for (const gate of board.gates) gate.state = 'signed';
  for (const channel of board.channels) channel.state = 'ready';
  return Object.assign(board, { state });
}
function refusal(refused: () => void) {
  try {
    refused();
  } catch (error) {
    return permanentCause(error);
  }
  return undefined;
}

const may: [string, ReleaseState[], (board: Board) => void][] = [
  ['arm', ['prepared'], (board) => rules.assertMayArm(board, arming, now)],
  ['hold', ['prepared', 'armed'], (board) => rules.assertMayHold(board)],
  ['resume', ['held'], (board) => rules.assertMayResume(board, t0, now)],
];
test.each(may)(
  '%s is for %j: in any other state it says so in both languages, and what can be done',
  (_, states, rule) => {
    for (const state of ReleaseState.options) {
      const cause = refusal(() => rule(boardIn(state)));
      if (states.includes(state)) {
        expect(cause).toBeUndefined();
        continue;
      }
      expect(cause?.message.zh).toContain(`“${stateName[state]}”`);
      expect(cause?.message.en).toContain(state);
      expect(cause?.mend?.zh).toMatch(/[一-鿿]/);
      expect(cause?.mend?.en).toMatch(/^[\x20-\x7e]+$/);
    }
  },
);

test('of a held bundle it names the ways back, of an armed one that it is held first', () => {
  const mend = (state: ReleaseState) => refusal(() => rules.assertMayArm(boardIn(state), arming, now))?.mend;
  for (const word of ['release resume', '--at', '--alone', 'release group']) {
    expect(mend('held')?.zh).toContain(word);
    expect(mend('held')?.en).toContain(word);
  }
  expect(mend('armed')?.zh).toContain('release hold');
});

const spoilt: [string, (board: Board) => void, typeof arming, string, RegExp][] = [
  [
    'a gate is open',
    ({ gates }) => Object.assign(gates[0] ?? {}, { state: 'open' }),
    arming,
    'GatesNotPassed',
    /gate sign/,
  ],
  [
    'a channel refused',
    ({ channels }) => Object.assign(channels[0] ?? {}, { state: 'refused' }),
    arming,
    'WrongPhase',
    /retry/,
  ],
  [
    'the seal is an old one',
    () => {},
    { ...arming, seal: submission({}).seal.replace(/^./, 'x') as typeof seal },
    'SealStale',
    /Look again/,
  ],
  ['the instant has passed', () => {}, { ...arming, t0: past }, 'T0Invalid', /--at/],
];
test.each(spoilt)('arming where %s says what can be done', (_, spoil, with_, type, mend) => {
  const board = boardIn('prepared');
  spoil(board);
  const cause = refusal(() => rules.assertMayArm(board, with_, now));
  expect(cause?.type).toBe(type);
  expect(cause?.mend?.en).toMatch(mend);
});
