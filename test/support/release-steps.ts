import fc from 'fast-check';
import { channels, gates } from './release-reference.ts';

const policies = ['publish-rest', 'compensate', 'hold-all'] as const;
const words = ['ready', 'live', 'verified', 'refused', 'unknown', 'discarded', 'withdrawn'] as const;
const acts = ['correct', 'amend', 'supersede', 'abolish', 'withdraw'] as const;
const people = [...gates, 'drafter', 'second-drafter', 'outsider', 'chief'];
const leaders = fc.constantFrom('leader', 'deputy');

/** `odds` to one, this and not that. */
const mostly = <const T, const U>(odds: number, usual: T, rare: U): fc.Arbitrary<T | U> =>
  fc.nat(odds).map((n) => (n === odds ? rare : usual));
/** How far back the seal, release or try is that somebody has in mind: nearly always the present one. */
const behind = mostly(9, 0, 1);
const aboutNow = fc.integer({ min: -1, max: 8 });

const submit = fc.record({
  type: fc.constant('submit'),
  next: fc.nat(2),
  drafter: fc.oneof(mostly(9, 'drafter', 'legal'), mostly(9, 'second-drafter', 'chief')),
  missing: fc.oneof(mostly(5, 'nothing', 'plan'), mostly(5, 'nothing', 'materials')),
  blocked: fc.oneof(mostly(5, '', 'overridable'), mostly(9, '', 'never')),
  warned: fc.boolean(),
  policy: fc.constantFrom(...policies),
  /** Gates whose input the revision leaves as it was. */
  keeps: fc.subarray([...gates]),
});
const decide = fc.record({
  type: fc.constant('decide'),
  gate: fc.constantFrom(...gates, 'no-such-gate'),
  person: fc.constantFrom(...people),
  actingFor: fc.oneof(mostly(2, null, 'chief'), mostly(4, null, 'drafter')),
  decision: mostly(3, 'signed', 'returned'),
  answers: mostly(4, true, false),
  behind,
});
const override = fc.record({
  type: fc.constant('override'),
  step: fc.constantFrom('requested', 'confirmed'),
  person: fc.constantFrom(...people),
  behind,
});
const everyoneSigns = fc.record({ type: fc.constant('everyone-signs') });
const allSay = fc.record({ type: fc.constant('all-say'), state: fc.constantFrom('ready', 'verified') });
const say = fc.record({
  type: fc.constant('say'),
  channel: fc.constantFrom(...channels),
  state: fc.constantFrom(...words),
  behind,
  late: mostly(9, 0, 1),
});
const sayAgain = fc.record({ type: fc.constant('say-again'), from: fc.nat(20) });
const arm = fc.record({
  type: fc.constant('arm'),
  behind,
  inMinutes: aboutNow,
  leader: leaders,
  group: mostly(3, false, true),
  /** Its row is there only after T0, and all wait for that. */
  slow: mostly(5, false, true),
});
const peer = fc.record({ type: fc.constant('peer-says'), whole: mostly(3, true, false), behind });
const hold = fc.record({ type: fc.constant('hold') });
const resume = fc.record({
  type: fc.constant('resume'),
  inMinutes: fc.option(aboutNow),
  leader: leaders,
  /** With whom it goes from now on. */
  group: fc.constantFrom('as before', 'alone', 'another'),
});
const withdraw = fc.record({ type: fc.constant('withdraw') });
const compensate = fc.record({ type: fc.constant('compensate'), leader: leaders });
const retry = fc.record({ type: fc.constant('retry'), channel: fc.constantFrom(...channels) });
const settle = fc.record({
  type: fc.constant('settle'),
  channel: fc.constantFrom(...channels),
  state: fc.constantFrom('verified', 'refused', 'withdrawn'),
});
const amend = fc.record({ type: fc.constant('amend'), act: fc.constantFrom(...acts), by: fc.nat(2) });
const emergency = fc.record({ type: fc.constant('emergency') });
const wait = fc.record({ type: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 9 }) });
const outage = fc.record({ type: fc.constant('outage'), minutes: fc.integer({ min: 1, max: 30 }) });
const slowCommit = fc.record({ type: fc.constant('slow-commit') });
const databaseClock = fc.record({ type: fc.constant('database-clock'), behindMs: fc.nat(5_000) });

const step = fc.oneof(
  { weight: 2, arbitrary: submit },
  { weight: 4, arbitrary: decide },
  { weight: 3, arbitrary: override },
  { weight: 5, arbitrary: everyoneSigns },
  { weight: 5, arbitrary: allSay },
  { weight: 6, arbitrary: say },
  { weight: 1, arbitrary: sayAgain },
  { weight: 4, arbitrary: arm },
  { weight: 1, arbitrary: peer },
  { weight: 2, arbitrary: hold },
  { weight: 2, arbitrary: resume },
  { weight: 1, arbitrary: withdraw },
  { weight: 1, arbitrary: compensate },
  { weight: 3, arbitrary: retry },
  { weight: 2, arbitrary: settle },
  { weight: 1, arbitrary: amend },
  { weight: 1, arbitrary: emergency },
  { weight: 4, arbitrary: wait },
  { weight: 1, arbitrary: outage },
  { weight: 2, arbitrary: slowCommit },
  { weight: 1, arbitrary: databaseClock },
);
/** One thing that somebody or something does. */
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

type Way = { policy?: (typeof policies)[number]; group?: boolean; blocked?: '' | 'overridable' };
/** The straight road to the first wave: submitted, let pass, signed, ready, armed, T0 has come. */
export const straight = ({ policy = 'publish-rest', group = false, blocked = '' }: Way = {}): Step[] => [
  { ...{ type: 'submit', next: 1, drafter: 'drafter', missing: 'nothing' }, blocked, warned: true, policy, keeps: [] },
  ...(blocked === 'overridable'
    ? ([
        { type: 'override', step: 'requested', person: 'outsider', behind: 0 },
        { type: 'override', step: 'confirmed', person: 'chief', behind: 0 },
      ] as const)
    : []),
  { type: 'everyone-signs' },
  { type: 'all-say', state: 'ready' },
  { type: 'arm', behind: 0, inMinutes: 1, leader: 'leader', group, slow: false },
  { type: 'wait', minutes: 2 },
];

/** Some way down the straight road, then anything at all: so every state is reached often. */
export const lives = fc
  .tuple(
    fc.record({
      policy: fc.constantFrom(...policies),
      group: mostly(4, false, true),
      blocked: mostly(2, '', 'overridable'),
    }),
    fc.nat(7),
    fc.array(step, { maxLength: 25, size: 'max' }),
  )
  .map(([way, far, rest]) => [...straight(way).slice(0, far), ...rest]);
