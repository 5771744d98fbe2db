import type { ChannelReceipt } from '../../schemas/receipt.ts';

/**
 * What may happen to a bundle, said again from the invariants alone and with nothing of the workflow's code: what people
 * decided and what channels said, and one sentence a rule.
 */
export type Said = Exclude<ChannelReceipt['state'], 'amended'>;
export type Policy = 'publish-rest' | 'compensate' | 'hold-all';
export type Revision = {
  number: number;
  seal: string;
  drafter: string;
  hasPlan: boolean;
  hasMaterials: boolean;
  policy: Policy;
  /** What each gate's decision rests on: the same word, the same bytes. */
  inputs: Record<string, string>;
  /** Gates with a warning that a signature has to answer. */
  warned: string[];
  /** Gates against whose signature an error stands, and whether two people may let it pass. */
  blocked: Record<string, 'overridable' | 'never'>;
};
export type Decision = {
  gate: string;
  person: string;
  actingFor: string | null;
  decision: 'signed' | 'returned';
  carriedFrom: number | null;
};

export type Reference = {
  revision: Revision | null;
  /** Everybody who drafted this revision or an earlier one. */
  editors: string[];
  decisions: Decision[];
  /** Who asked, and who confirmed, that the error of a gate may pass. */
  overrides: Record<string, string[]>;
  emergency: boolean;
  /** The try that is heard of each channel, and what it said, in order. */
  attempt: Record<string, number>;
  said: Record<string, Said[]>;
  /** Every channel has been ready at one instant. */
  staged: boolean;
  t0: number | null;
  armed: boolean;
  armedBy: string | null;
  /** It goes together with another bundle, and what that one said of its undoable channels. */
  group: boolean;
  peer: boolean | null;
  held: boolean;
  committed: boolean;
  /** Its own undoable channels were all public and read back at one instant. */
  whole: boolean;
  /** The undoable channels are public everywhere in the group: the point of no return may be passed. */
  past: boolean;
  rolledBack: boolean;
  withdrawn: boolean;
  /** A later bundle wants it withdrawn; heeded once it is public. */
  unwanted: boolean;
};

export const gates = ['political', 'legal', 'secrecy', 'wording'] as const;
export const waves: Record<string, number> = { website: 1, gazette: 1, wechat: 2, app: 3 };
export const channels = Object.keys(waves);
const inWave = (wave: number) => channels.filter((channel) => waves[channel] === wave);

export const blank = (before?: Reference): Reference => ({
  revision: null,
  editors: [...(before?.editors ?? [])],
  decisions: [],
  overrides: {},
  emergency: before?.emergency ?? false,
  attempt: {},
  said: {},
  staged: false,
  t0: null,
  armed: false,
  armedBy: null,
  group: false,
  peer: null,
  held: false,
  committed: false,
  whole: false,
  past: false,
  rolledBack: false,
  withdrawn: false,
  unwanted: before?.unwanted ?? false,
});

export const returned = ({ decisions }: Reference) => decisions.some(({ decision }) => decision === 'returned');
const signedAt = ({ decisions }: Reference, gate: string) =>
  decisions.some((one) => one.gate === gate && one.decision === 'signed');
export const cleared = (now: Reference) => gates.every((gate) => signedAt(now, gate));
const reviewed = (now: Reference) =>
  now.revision !== null && !now.withdrawn && !now.committed && !returned(now) && !cleared(now);

const progress = ['none', 'ready', 'in doubt', 'live', 'verified', 'discarded', 'withdrawn'];
/**
 * A withdrawal is the last word. A refusal stands until a later success, and so does a doubt; but a doubt says nothing
 * against what was read back or taken down. Success never goes back.
 */
export function standing(said: readonly Said[] = []): Said | 'none' {
  let state: Said | 'none' = 'none';
  const far = (word: string) => progress.indexOf(progress.includes(word) ? word : 'in doubt');
  for (const word of said) {
    const doubted = word === 'refused' || (word === 'unknown' && far(state) < far('verified'));
    if (state !== 'withdrawn' && (doubted || (word !== 'unknown' && far(word) > far(state)))) state = word;
  }
  return state;
}
export const of = ({ said }: Reference, channel: string) => standing(said[channel]);
const every = (now: Reference, some: readonly string[], ...words: string[]) =>
  some.every((channel) => words.includes(of(now, channel)));
export const all = (now: Reference, ...words: string[]) => every(now, channels, ...words);

/** I9, I7: an armed bundle is held before it is replaced, a public one is corrected; a number is used once. */
export const maySubmit = (now: Reference, number: number) =>
  !now.withdrawn &&
  !now.armed &&
  (!now.committed || now.rolledBack) &&
  (now.revision === null || number > now.revision.number);

const peopleOf = ({ person, actingFor }: Pick<Decision, 'person' | 'actingFor'>) =>
  actingFor === null ? [person] : [person, actingFor];

/**
 * I7: of the decisions on the revision before, the signatures stand whose input is the same, unless an error stands
 * against them or one of their people has become a drafter.
 */
export function submitted(before: Reference, revision: Revision): Reference {
  const now = { ...blank(before), revision };
  if (!now.editors.includes(revision.drafter)) now.editors.push(revision.drafter);
  for (const made of before.decisions) {
    if (made.decision !== 'signed' || before.revision?.inputs[made.gate] !== revision.inputs[made.gate]) continue;
    if (made.gate in revision.blocked || peopleOf(made).some((person) => now.editors.includes(person))) continue;
    now.decisions.push({ ...made, carriedFrom: before.revision?.number ?? null });
  }
  return now;
}

const passes = (now: Reference, gate: string) =>
  now.revision?.blocked[gate] === undefined ||
  (now.revision.blocked[gate] === 'overridable' && now.overrides[gate]?.length === 2);

/** I5–I8, I23: on the seal that stands, once a gate, once a person, by no drafter, over no error, with every answer. */
export const mayDecide = (now: Reference, made: Decision, seal: string, answers: boolean) =>
  reviewed(now) &&
  seal === now.revision?.seal &&
  gates.some((known) => known === made.gate) &&
  made.person !== made.actingFor &&
  now.decisions.every(
    (other) => other.gate !== made.gate && !peopleOf(other).some((person) => peopleOf(made).includes(person)),
  ) &&
  !peopleOf(made).some((person) => now.editors.includes(person)) &&
  (made.decision === 'returned' ||
    (passes(now, made.gate) && (answers || now.revision?.warned.includes(made.gate) !== true)));

/** I23: two people, each once, neither of them a drafter, and only where the rule allows it. */
export const mayOverride = (now: Reference, gate: string, step: 'requested' | 'confirmed', person: string) => {
  const people = now.overrides[gate] ?? [];
  return (
    reviewed(now) &&
    now.revision?.blocked[gate] === 'overridable' &&
    !now.editors.includes(person) &&
    !people.includes(person) &&
    people.length === (step === 'requested' ? 0 : 1)
  );
};
export const mayDeclareEmergency = (now: Reference) => reviewed(now) && !now.emergency;

/** I1, I5, I18: whole, signed by all, ready everywhere at this moment. */
const mayGo = (now: Reference) =>
  now.revision?.hasPlan === true && now.revision.hasMaterials && cleared(now) && now.staged && all(now, 'ready');

const stands = (now: Reference) => !now.withdrawn && !now.committed;
/** I3, I7: on the seal that the leader saw, for an instant to come. */
export const mayArm = (now: Reference, seal: string, t0: number, clock: number) =>
  stands(now) && !now.armed && !now.held && mayGo(now) && seal === now.revision?.seal && t0 > clock;
export const mayHold = (now: Reference) => stands(now) && !now.held && (now.armed || now.staged);
export const mayResume = (now: Reference, t0: number | null, clock: number) =>
  stands(now) &&
  now.held &&
  (now.t0 === null || mayGo(now)) &&
  ((t0 ?? now.t0) === null || Number(t0 ?? now.t0) > clock);
export const mayWithdraw = (now: Reference) => now.revision !== null && !now.withdrawn;

const isPublic = (now: Reference) => now.committed && !now.rolledBack;
/** I18: only by its policy, once a channel has failed and none is in doubt, and by another than who armed it. */
export const mayCompensate = (now: Reference, person: string) =>
  now.past &&
  !now.withdrawn &&
  now.revision?.policy === 'compensate' &&
  outcome(now) === 'partly-released' &&
  person !== now.armedBy;

/** I11: what was refused may be tried again, but not behind the leader's back, nor while the first wave decides. */
export const mayRetry = (now: Reference, channel: string) =>
  of(now, channel) === 'refused' &&
  cleared(now) &&
  !now.armed &&
  !(now.withdrawn && !isPublic(now)) &&
  (!now.committed || (!now.rolledBack && (now.past || now.withdrawn)));

/** I11: doubt ends by what a person saw; before the commit nothing can have been seen in public. */
export const maySettle = (now: Reference, channel: string, seen: 'verified' | 'refused' | 'withdrawn') => {
  if (now.withdrawn) return isPublic(now) && seen === 'withdrawn' && ['unknown', 'refused'].includes(of(now, channel));
  return of(now, channel) === 'unknown' && (seen === 'refused' || (seen === 'verified' && isPublic(now)));
};

/** What the public sees of it, once the first wave is out. */
export function outcome(now: Reference): 'released' | 'outcome-unknown' | 'partly-released' | 'verifying' {
  if (all(now, 'verified')) return 'released';
  const words = channels.map((channel) => of(now, channel));
  if (words.includes('unknown')) return 'outcome-unknown';
  return words.some((word) => failed.includes(word)) ? 'partly-released' : 'verifying';
}
const failed: string[] = ['refused', 'discarded', 'withdrawn'];
const hasSettled = (now: Reference, some: string[]) => every(now, some, 'verified', 'unknown', ...failed);

/** I1, I18: a wave may go after the one before it has ended, whole where it is undoable or the policy asks for it. */
export function mayBeTold(now: Reference, channel: string): boolean {
  if (!now.committed || now.rolledBack || now.withdrawn || of(now, channel) !== 'ready') return false;
  const wave = waves[channel] ?? 1;
  return (
    (wave === 1 || now.past) &&
    [1, 2, 3].every((before) => {
      if (before >= wave) return true;
      const mayFail = before > 1 && now.revision?.policy === 'publish-rest';
      return hasSettled(now, inWave(before)) && (mayFail || every(now, inWave(before), 'verified'));
    })
  );
}

/** What follows from what was said, without anybody deciding: the first wave is whole, or everything is taken back. */
export function follow(now: Reference): void {
  if (isPublic(now) && !now.past && !now.withdrawn) {
    const failure = inWave(1).some((channel) => [...failed, 'unknown'].includes(of(now, channel)));
    // What was said to the group is said: the other may have passed the point of no return on the strength of it.
    now.whole ||= every(now, inWave(1), 'verified');
    if ((now.group && now.peer === false) || (!now.whole && failure))
      Object.assign(now, { rolledBack: true, t0: null });
    else if (now.whole && (!now.group || now.peer)) now.past = true;
  }
  if (now.past && now.unwanted) withdraw(now);
}

/** I17: one order to all channels, which none of them takes for an old one. */
export function withdraw(now: Reference, retried?: string): void {
  Object.assign(now, { withdrawn: true, armed: false, held: false });
  if (!isPublic(now)) return;
  const attempt = Math.max(...channels.map((channel) => now.attempt[channel] ?? 1)) + (retried ? 1 : 0);
  for (const channel of channels) now.attempt[channel] = attempt;
  if (retried) now.said[retried] = ['live'];
}

/** The one state that all this amounts to. */
export function stateOf(now: Reference): string {
  if (now.withdrawn) return isPublic(now) && !all(now, 'withdrawn') ? 'withdrawing' : 'withdrawn';
  if (now.rolledBack) return 'rolled-back';
  if (now.committed) return now.past ? outcome(now) : 'releasing';
  if (now.armed) return 'armed';
  if (now.held) return 'held';
  if (returned(now)) return 'returned';
  if (!cleared(now)) return 'in-review';
  return now.staged ? 'prepared' : 'preparing';
}
