import { SealedPart } from '../../schemas/gate.ts';
import { fourGates } from '../support/release-fixture.ts';

/** What each gate reads: a new revision that leaves it as it was keeps the decision. */
const reads: Record<string, SealedPart[]> = {
  political: [...SealedPart.options],
  legal: ['policy-document', 'reviews', 'acts', 'channels', 'policy'],
  secrecy: ['policy-document', 'interpretation-plan', 'interpretation-material', 'attachment', 'picture'],
  wording: ['interpretation-plan', 'interpretation-material', 'variants'],
};
export const gates = fourGates.map((gate) => ({ ...gate, dependsOn: reads[gate.id] ?? gate.dependsOn }));
