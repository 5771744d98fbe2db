import type { DeadLetter, LetterAct, LetterDecision, LetterId } from '../../schemas/dead-letters.ts';
import type { Instant } from '../../schemas/text.ts';

export type StoredDecision = LetterDecision & {
  letterId: LetterId;
  /** `lastParkedAt` of the letter as the person saw it. */
  lastParkedAt: Instant;
};

/** What people decided on dead letters; each decision has its row in the audit chain. */
export interface DeadLetterStore {
  /** Of all letters, oldest first. */
  decisions(): Promise<StoredDecision[]>;
  decide(
    letter: Pick<DeadLetter, 'id' | 'lastParkedAt' | 'sha256' | 'event'>,
    decision: { act: LetterAct; actorId: string; reason: string; owner: string | null },
  ): Promise<{ decisionId: number }>;
  /** The record of a retry is on its topic again. */
  markSent(decisionId: number): Promise<void>;
}
