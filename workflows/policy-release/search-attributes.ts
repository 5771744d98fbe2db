import { defineSearchAttributeKey } from '@temporalio/common';
import type { Board } from './board.ts';

/** What operators filter by in Temporal; references only, no title (I24). */
export const stateAttribute = defineSearchAttributeKey('LockstepState', 'KEYWORD');
export const documentNumberAttribute = defineSearchAttributeKey('LockstepDocumentNumber', 'KEYWORD');
export const releaseAtAttribute = defineSearchAttributeKey('LockstepReleaseAt', 'DATETIME');

export const searchAttributes = ({ state, plan, submission }: Board) => [
  { key: stateAttribute, value: state as string },
  { key: documentNumberAttribute, value: submission?.documentNumber ?? null },
  { key: releaseAtAttribute, value: plan ? new Date(plan.t0) : null },
];
