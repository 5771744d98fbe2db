import type { ChannelReceipt } from '../../schemas/receipt.ts';

/**
 * What may happen to a bundle, said again from the invariants alone and with nothing of the workflow's code: sets of
 * what people decided and what channels said, and one sentence a rule.
 */
export type Said = ChannelReceipt['state'];
export type Revision = {
  number: number;
  seal: string;
  drafter: string;
  hasPlan: boolean;
  hasMaterials: boolean;
  blocked: string[];
};
export type Decision = { gate: string; person: string; decision: 'signed' | 'returned' };

export type Reference = {
  revision: Revision | null;
  decisions: Decision[];
  /** What each channel said of the current revision, in order. */
  said: Record<string, Said[]>;
  /** Every channel has been ready at one instant. */
  staged: boolean;
  t0: number | null;
  armed: boolean;
  held: boolean;
  /** The database was asked to commit and has not answered: what people decide now comes too late. */
  asked: boolean;
  committed: boolean;
  rolledBack: boolean;
  withdrawn: boolean;
};

export const gates = ['political', 'legal', 'secrecy', 'wording'] as const;
export const waves: Record<string, number> = { website: 1, gazette: 1, wechat: 2 };
export const channels = Object.keys(waves);

export const blank = (): Reference => ({
  revision: null,
  decisions: [],
  said: {},
  staged: false,
  t0: null,
  armed: false,
  held: false,
  asked: false,
  committed: false,
  rolledBack: false,
  withdrawn: false,
});

export const returned = ({ decisions }: Reference) => decisions.some(({ decision }) => decision === 'returned');
export const cleared = ({ decisions }: Reference) =>
  gates.every((gate) => decisions.some((one) => one.gate === gate && one.decision === 'signed'));

/** A withdrawal is the last word; a refusal or doubt stands until a later success; success never goes back. */
export function standing(said: readonly Said[] = []): Said | 'none' {
  if (said.includes('withdrawn')) return 'withdrawn';
  const lastDoubt = said.findLastIndex((word) => word === 'refused' || word === 'unknown');
  const progress = lastDoubt < 0 ? ['ready', 'live', 'verified', 'discarded'] : ['live', 'verified', 'discarded'];
  const best = progress.findLast((word) => said.slice(lastDoubt + 1).some((later) => later === word));
  return (best as Said | undefined) ?? said[lastDoubt] ?? 'none';
}
export const all = ({ said }: Reference, ...words: string[]) =>
  channels.every((channel) => words.includes(standing(said[channel])));

/** I9, I7: an armed bundle is held before it is replaced, a public one is corrected; a number is used once. */
export const maySubmit = (now: Reference, number: number) =>
  !now.withdrawn &&
  !now.armed &&
  !now.asked &&
  (!now.committed || now.rolledBack) &&
  (now.revision === null || number > now.revision.number);

/** I5–I8: on the seal that stands, once a gate, once a person, never by the drafter, never over an error. */
export const mayDecide = (now: Reference, { gate, person, decision }: Decision, seal: string) =>
  now.revision !== null &&
  !now.withdrawn &&
  !now.rolledBack &&
  !returned(now) &&
  !cleared(now) &&
  seal === now.revision.seal &&
  gates.some((known) => known === gate) &&
  now.decisions.every((made) => made.gate !== gate && made.person !== person) &&
  person !== now.revision.drafter &&
  !(decision === 'signed' && now.revision.blocked.includes(gate));

/** I1, I5, I18: whole, signed by all, ready everywhere at this moment. */
const mayGo = (now: Reference) =>
  now.revision?.hasPlan === true && now.revision.hasMaterials && cleared(now) && now.staged && all(now, 'ready');

const stands = (now: Reference) => !now.withdrawn && !now.asked && !now.committed;
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
