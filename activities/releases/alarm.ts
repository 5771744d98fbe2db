import type { Instant } from '../../schemas/text.ts';

/**
 * Who waits for one instant wakes together: the first whose own wait is over wakes the others, in the same turn of the event
 * loop, so that what they ask for next is asked together. Waits for one T0 differ by what each was told of the database's
 * clock, and how long that answer was on its way: the shortest knows best. Where a wait rejects only its own caller is told.
 */
export function createAlarm(): (instant: Instant, wait: Promise<void>) => Promise<void> {
  const sleepers = new Map<Instant, Set<() => void>>();
  return async (instant, wait) => {
    const others = sleepers.get(instant) ?? new Set();
    sleepers.set(instant, others);
    const woken = Promise.withResolvers<void>();
    others.add(woken.resolve);
    try {
      await Promise.race([wait, woken.promise]);
      for (const wake of others) wake();
      others.clear();
    } finally {
      others.delete(woken.resolve);
      if (others.size === 0 && sleepers.get(instant) === others) sleepers.delete(instant);
    }
  };
}
