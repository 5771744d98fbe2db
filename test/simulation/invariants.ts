import type { Day } from '../../schemas/text.ts';
import { actInvariants } from './act-invariants.ts';
import { endInvariants, type Told } from './end-invariants.ts';
import { createLedger, type OfficePlan, type Rows } from './ledger.ts';
import { publicInvariants } from './public-invariants.ts';
import type { Look } from './reader.ts';
import { reviewInvariants } from './review-invariants.ts';
import { rowInvariants } from './row-invariants.ts';
import { validityInvariants } from './validity-invariants.ts';

/**
 * RELIABILITY.md §6, checked from outside: what readers see, what people were told, and the rows that anyone may have
 * exported. Nothing here knows how the office works.
 */
export function createInvariants(plan: OfficePlan) {
  const ledger = createLedger(plan);
  const ofPublic = publicInvariants(ledger);
  const ofRows = rowInvariants(ledger);
  const ofReviews = reviewInvariants(ledger);
  const atEnd = endInvariants(ledger);
  const ofActs = actInvariants(ledger);
  const ofValidity = validityInvariants(ledger);
  return {
    /** What is broken now. `clock` is the latest that the core's database has shown, `day` the latest that any clock has. */
    check(look: Look | undefined, rows: Rows, { clock, day }: { clock: string; day: Day }): string[] {
      if (look) ofPublic(look, rows, clock);
      if (look) ofValidity.check(look, rows, day);
      ofRows(rows);
      ofReviews(rows);
      return ledger.take();
    },
    /** What readers get, where the rows were restored from a backup: `rows` are all that there ever were. */
    checkPublic(look: Look | undefined, rows: Rows, clock: string): string[] {
      if (look) ofPublic(look, rows, clock);
      return ledger.take();
    },
    /** The same, once everything has come to rest. */
    checkEnd(look: Look, rows: Rows, told: Told): string[] {
      atEnd(look, rows, told);
      ofActs(look, rows);
      ofValidity.checkEnd(look, rows, told.today);
      return ledger.take();
    },
  };
}
export type Invariants = ReturnType<typeof createInvariants>;
