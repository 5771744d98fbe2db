import fc from 'fast-check';
import { channels, gates } from './release-reference.ts';

const policies = ['publish-rest', 'compensate', 'hold-all'] as const;
const words = ['ready', 'live', 'verified', 'refused', 'unknown', 'discarded', 'withdrawn'] as const;
const people = [...gates, 'drafter', 'second-drafter', 'outsider'];

/** `odds` to one, this and not that. */
const mostly = <const T, const U>(odds: number, usual: T, rare: U): fc.Arbitrary<T | U> =>
  fc.nat(odds).map((n) => (n === odds ? rare : usual));
/** How far back the seal or release is that somebody has in mind: nearly always the present one. */
const behind = mostly(9, 0, 1);
const aboutNow = fc.integer({ min: -1, max: 8 });

const submit = fc.record({
  type: fc.constant('submit'),
  next: fc.nat(2),
  drafter: fc.constantFrom('drafter', 'second-drafter'),
  missing: fc.oneof(mostly(5, 'nothing', 'plan'), mostly(5, 'nothing', 'materials')),
  blocked: mostly(5, '', 'secrecy'),
  policy: fc.constantFrom(...policies),
});
const decide = fc.record({
  type: fc.constant('decide'),
  gate: fc.constantFrom(...gates, 'no-such-gate'),
  person: fc.constantFrom(...people),
  decision: mostly(3, 'signed', 'returned'),
  behind,
});
const everyoneSigns = fc.record({ type: fc.constant('everyone-signs') });
const allSay = fc.record({ type: fc.constant('all-say'), state: fc.constantFrom('ready', 'verified') });
const say = fc.record({
  type: fc.constant('say'),
  channel: fc.constantFrom(...channels),
  state: fc.constantFrom(...words),
  behind,
});
const sayAgain = fc.record({ type: fc.constant('say-again'), from: fc.nat(20) });
const arm = fc.record({ type: fc.constant('arm'), behind, inMinutes: aboutNow });
const hold = fc.record({ type: fc.constant('hold') });
const resume = fc.record({ type: fc.constant('resume'), inMinutes: fc.option(aboutNow) });
const withdraw = fc.record({ type: fc.constant('withdraw') });
const wait = fc.record({ type: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 9 }) });
const outage = fc.record({ type: fc.constant('outage'), minutes: fc.integer({ min: 1, max: 30 }) });
const slowCommit = fc.record({ type: fc.constant('slow-commit') });
const databaseClock = fc.record({ type: fc.constant('database-clock'), behindMs: fc.nat(5_000) });

const step = fc.oneof(
  { weight: 2, arbitrary: submit },
  { weight: 4, arbitrary: decide },
  { weight: 5, arbitrary: everyoneSigns },
  { weight: 5, arbitrary: allSay },
  { weight: 5, arbitrary: say },
  { weight: 1, arbitrary: sayAgain },
  { weight: 4, arbitrary: arm },
  { weight: 2, arbitrary: hold },
  { weight: 2, arbitrary: resume },
  { weight: 1, arbitrary: withdraw },
  { weight: 4, arbitrary: wait },
  { weight: 1, arbitrary: outage },
  { weight: 2, arbitrary: slowCommit },
  { weight: 1, arbitrary: databaseClock },
);
/** One thing that somebody or something does. */
export type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** The straight road to the first wave: submitted, signed, ready, armed, T0 has come. */
export const straight = (policy: (typeof policies)[number] = 'publish-rest'): Step[] => [
  { type: 'submit', next: 1, drafter: 'drafter', missing: 'nothing', blocked: '', policy },
  { type: 'everyone-signs' },
  { type: 'all-say', state: 'ready' },
  { type: 'arm', behind: 0, inMinutes: 1 },
  { type: 'wait', minutes: 2 },
];

/** Some way down the straight road, then anything at all: so every state is reached often. */
export const lives = fc
  .tuple(fc.constantFrom(...policies), fc.nat(5), fc.array(step, { maxLength: 25, size: 'max' }))
  .map(([policy, far, rest]) => [...straight(policy).slice(0, far), ...rest]);
