import { Channel } from '../../schemas/bundle.ts';
import type { Digest } from '../../schemas/text.ts';
import type { Submission } from '../../workflows/policy-release/messages.ts';
import { digest, fourGates } from './release-fixture.ts';
import { channels, type Revision, waves } from './release-reference.ts';

const known = new Map<string, Digest>();
/** A life asks for the same few over and over. */
const digestOnce = (text: string): Digest => {
  const value = known.get(text) ?? digest(text);
  known.set(text, value);
  return value;
};
export const sealOf = (revision: number) => digestOnce(`revision ${revision}`);
const place = (gate: string) => digestOnce(gate).slice(0, 8);
export const errorOf = (gate: string) => `LAW-BASIS.${place(gate)}`;
export const warningOf = (gate: string) => `WRD-TITLE.${place(gate)}`;

/** 送审 of a revision of the reference. */
export const submissionOf = (revision: Revision, editors: string[]): Submission => ({
  revision: revision.number,
  seal: sealOf(revision.number),
  documentNumber: null,
  drafterId: revision.drafter,
  editors,
  gates: fourGates,
  channels: channels.map((channel) => ({ channel: Channel.parse(channel), wave: waves[channel] ?? 1 })),
  policy: revision.policy,
  interpretationPlans: revision.hasPlan ? 1 : 0,
  interpretationMaterials: revision.hasMaterials ? 1 : 0,
  isNotice: false,
  acts: 0,
  obligations: {
    errors: Object.entries(revision.blocked).map(([gate, how]) => ({
      gate,
      finding: errorOf(gate),
      overridable: how === 'overridable',
    })),
    warnings: revision.warned.map((gate) => ({ gate, finding: warningOf(gate) })),
  },
  effectiveFrom: null,
  effectiveUntil: null,
  expiringDays: 30,
});
