import { isPermanent, permanentCause } from '../../schemas/failures.ts';
import type { Bilingual } from '../../schemas/text.ts';

/** Damaged staging is the release's trouble and no retry mends it: it becomes a receipt, not a parked event. */
export async function orRefusal<T>(work: () => Promise<T>): Promise<{ value: T } | { refusal: Bilingual }> {
  try {
    return { value: await work() };
  } catch (error) {
    const cause = permanentCause(error);
    if (cause && isPermanent(error, 'StagingDamaged')) return { refusal: cause.message };
    throw error;
  }
}
