import type { GateId } from '../../schemas/finding.ts';
import type { Delegation } from '../../schemas/review.ts';
import type { Instant } from '../../schemas/text.ts';

export type NewDelegation = {
  delegationId: string;
  gate: GateId;
  from: string;
  to: string;
  startsAt: Instant;
  endsAt: Instant;
  reason: string;
  recordedBy: string;
};

/** 委托. Rows are written once; the clock of the database says which of them hold. */
export interface DelegationStore {
  /** A repeat with the same id changes nothing. */
  add(delegation: NewDelegation): Promise<void>;
  /** A second revocation changes nothing. */
  revoke(delegationId: string, by: { personId: string; reason: string }): Promise<void>;
  /** Newest first. */
  all(): Promise<Delegation[]>;
  /** Who delegated this gate to the person, of the delegations that hold now; the longest recorded first. */
  heldBy(personId: string, gate: GateId): Promise<string[]>;
}
