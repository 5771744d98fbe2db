import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BundleId } from '../../schemas/bundle.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { applyReceipt, type Board, enterReview, openBoard } from '../../workflows/policy-release/board.ts';
import { submission } from '../support/release-fixture.ts';
import { live } from '../support/release-life.ts';
import { lives, type Step, straight } from '../support/release-steps.ts';

vi.mock('@temporalio/workflow', () => import('../support/workflow-runtime.ts'));

const asked = process.env.LOCKSTEP_MODEL_RUNS;
const numRuns = asked ? Number(asked) : 10_000;
const seed = Number(process.env.LOCKSTEP_MODEL_SEED ?? randomInt(2 ** 31));

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

test(
  'no life of a bundle breaks an invariant, and people may do exactly what the rules say',
  async () => {
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(lives, (life) => live(life, reached)),
      { numRuns, seed },
    );
    process.stdout.write(`${numRuns} lives of seed ${seed}\n`);
    // A model that never gets far proves nothing; but a few hundred lives may miss a rare state by chance.
    if (numRuns < 10_000) return;
    expect([...reached].sort()).toEqual(
      [
        'armed',
        'cleared',
        'held',
        'in-review',
        'outcome-unknown',
        'partly-released',
        'prepared',
        'preparing',
        'released',
        'releasing',
        'returned',
        'rolled-back',
        'verifying',
        'withdrawing',
        'withdrawn',
      ].sort(),
    );
  },
  60_000 + numRuns * 60,
);

// Lives that once broke an invariant, as the model had shortened them.
test.each<[string, Step[]]>([
  [
    'what a release that was rolled back was told is nothing to the next one, where the commit itself could not tell',
    [
      ...straight().slice(0, 4),
      { type: 'wait', minutes: 1 },
      { type: 'say', channel: 'website', state: 'unknown', behind: 0, late: 0 },
      {
        ...{ type: 'submit', next: 1, drafter: 'second-drafter', missing: 'nothing', blocked: '', warned: false },
        ...{ policy: 'publish-rest', keeps: ['legal', 'secrecy', 'wording'] },
      } as Step,
      {
        ...{ type: 'decide', gate: 'political', person: 'political', actingFor: null, decision: 'signed' },
        ...{ answers: true, behind: 0 },
      } as Step,
      { type: 'all-say', state: 'ready' } as Step,
      { type: 'arm', behind: 0, inMinutes: 1, leader: 'leader', group: false, slow: true },
    ],
  ],
  [
    'a member that hears that another one failed does not wait for its own site, which waits for the group',
    [
      ...straight().slice(0, 3),
      { type: 'arm', behind: 0, inMinutes: 1, leader: 'leader', group: true, slow: false },
      { type: 'wait', minutes: 2 },
      { type: 'peer-says', whole: false, behind: 0 },
    ],
  ],
  [
    'a channel that takes its readiness back after the arming stops the commit',
    [
      ...straight().slice(0, 4),
      { type: 'say', channel: 'wechat', state: 'refused', behind: 0, late: 0 },
      { type: 'wait', minutes: 2 },
    ],
  ],
  [
    'a held release whose channel is no longer ready cannot be resumed',
    [
      ...straight().slice(0, 4),
      { type: 'hold' },
      { type: 'say', channel: 'website', state: 'unknown', behind: 0, late: 0 },
      { type: 'resume', inMinutes: null, leader: 'leader', group: 'as before' },
    ],
  ],
  [
    'a held release that joins another group hears that one, and not the one that went without it',
    [
      ...straight({ group: true }).slice(0, 4),
      { type: 'hold' },
      { type: 'resume', inMinutes: 2, leader: 'leader', group: 'another' },
      { type: 'peer-says', whole: false, behind: 1 },
      { type: 'wait', minutes: 3 },
      { type: 'all-say', state: 'verified' },
      { type: 'peer-says', whole: true, behind: 0 },
    ],
  ],
  [
    'a held release that goes on alone waits for nobody',
    [
      ...straight({ group: true }).slice(0, 4),
      { type: 'hold' },
      { type: 'resume', inMinutes: 2, leader: 'leader', group: 'alone' },
      { type: 'wait', minutes: 3 },
      { type: 'all-say', state: 'verified' },
    ],
  ],
  [
    'whatever the policy, nothing irreversible is tried again while the site has lost what it showed',
    [
      ...straight({ policy: 'publish-rest' }),
      { type: 'say', channel: 'website', state: 'verified', behind: 0, late: 0 },
      { type: 'say', channel: 'gazette', state: 'verified', behind: 0, late: 0 },
      { type: 'say', channel: 'wechat', state: 'refused', behind: 0, late: 0 },
      { type: 'say', channel: 'website', state: 'refused', behind: 0, late: 0 },
      { type: 'retry', channel: 'wechat' },
      { type: 'say', channel: 'wechat', state: 'ready', behind: 0, late: 0 },
    ],
  ],
  [
    'the first word of another member counts: it has gone on the strength of it',
    [
      ...straight({ group: true }),
      { type: 'peer-says', whole: true, behind: 0 },
      { type: 'peer-says', whole: false, behind: 0 },
      { type: 'all-say', state: 'verified' },
    ],
  ],
  [
    'whom somebody acted for has decided one gate, and decides no other',
    [
      ...straight().slice(0, 1),
      {
        ...{ type: 'decide', gate: 'legal', person: 'outsider', actingFor: 'chief', decision: 'signed' },
        ...{ answers: true, behind: 0 },
      },
      {
        ...{ type: 'decide', gate: 'wording', person: 'chief', actingFor: null, decision: 'signed' },
        ...{ answers: true, behind: 0 },
      },
    ],
  ],
  [
    'a channel that was tried again does not take its withdrawal for an old order',
    [
      ...straight().slice(0, 2),
      { type: 'say', channel: 'website', state: 'refused', behind: 0, late: 0 },
      { type: 'retry', channel: 'website' },
      ...straight().slice(2),
      { type: 'withdraw' },
    ],
  ],
  [
    'after a withdrawal during the first wave nothing irreversible goes out',
    [...straight(), { type: 'withdraw' }, { type: 'all-say', state: 'verified' }],
  ],
])('%s', (_, life) => live(life, new Set()));

describe('receipts', () => {
  const releaseId = ReleaseId.parse('22222222-2222-4222-8222-222222222222');
  const bundleId = BundleId.parse('11111111-1111-4111-8111-111111111111');
  const staged = (): Board => {
    const board = openBoard(bundleId);
    enterReview(board, submission(), '2026-11-24T00:00:00Z');
    board.releaseId = releaseId;
    return board;
  };
  const told = (receipts: ChannelReceipt[]) => {
    const board = staged();
    for (const receipt of receipts) applyReceipt(board, receipt);
    return board.channels;
  };
  const receiptIn = (...states: ChannelReceipt['state'][]) =>
    fc
      .record({ channel: fc.constantFrom('website' as const, 'wechat' as const), state: fc.constantFrom(...states) })
      .map(
        ({ channel, state }): ChannelReceipt => ({
          releaseId,
          bundleId,
          channel,
          state,
          attempt: 1,
          about: null,
          at: `2026-11-24T01:00:0${state.length % 10}Z`,
          digests: [],
          url: `https://${channel}.example/`,
          detail: { zh: state, en: state },
        }),
      );
  const success = receiptIn('ready', 'live', 'verified', 'discarded', 'withdrawn');
  const any = receiptIn('ready', 'live', 'verified', 'discarded', 'withdrawn', 'refused', 'unknown');

  test('of success give the same board in any order and however often they come', () => {
    fc.assert(
      fc.property(
        fc
          .array(success)
          .chain((set) =>
            fc.tuple(fc.constant(set), fc.shuffledSubarray([...set, ...set], { minLength: set.length * 2 })),
          ),
        ([set, shuffled]) => {
          expect(told(shuffled)).toEqual(told(set));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  // Refusal and success of one channel contradict each other: the later word counts. Kafka keeps a channel's order.
  test('of any kind, delivered again in order from any record on, give the same states', () => {
    const states = (receipts: ChannelReceipt[]) => told(receipts).map(({ channel, state }) => [channel, state]);
    fc.assert(
      fc.property(fc.array(any), fc.nat(), (receipts, from) => {
        expect(states([...receipts, ...receipts.slice(from % (receipts.length + 1))])).toEqual(states(receipts));
      }),
      { numRuns: 1_000 },
    );
  });

  test('of another release change nothing', () => {
    fc.assert(
      fc.property(fc.array(any), (receipts) => {
        const foreign = ReleaseId.parse('33333333-3333-4333-8333-333333333333');
        expect(told(receipts.map((receipt) => ({ ...receipt, releaseId: foreign })))).toEqual(staged().channels);
      }),
    );
  });
});
