import type { RunningClock, StatuteClock } from '../../schemas/clock.ts';
import type { CalendarFile } from '../../schemas/configuration.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { Day, Instant } from '../../schemas/text.ts';
import { addWorkingDays } from './working-days.ts';

const HOUR_MS = 3_600_000;

/**
 * End of a statute clock that was started at `from`: the last millisecond of its last working day in Shanghai, or to the
 * second by the clock where it counts hours (nights and holidays included). In UTC.
 * Throws `CalendarYearMissing`, which names the notice to import.
 */
export const clockEnd = (calendar: CalendarFile, { length }: Pick<StatuteClock, 'length'>, from: Instant): Instant =>
  'hours' in length
    ? new Date(Date.parse(from) + length.hours * HOUR_MS).toISOString()
    : addWorkingDays(calendar, from, length.workingDays);

/** A day in Shanghai as the instant at which it begins. */
export const startOfDay = (day: Day): Instant => new Date(`${day}T00:00:00+08:00`).toISOString();

/**
 * The clocks that run for a bundle by themselves: from its 成文日期, and from the moment it was public, which ends both.
 * A year that the calendar lacks is told, and stops nothing else.
 */
export function runningClocks(
  clocks: readonly StatuteClock[],
  calendar: CalendarFile,
  { issuedOn, publicAt }: { issuedOn: Day; publicAt: Instant | null },
): RunningClock[] {
  const starts = { 'issue-date': startOfDay(issuedOn), publication: publicAt };
  return clocks.flatMap((clock): RunningClock[] => {
    const { id, name, startsFrom, source } = clock;
    const from = startsFrom === 'issue-date' || startsFrom === 'publication' ? starts[startsFrom] : null;
    if (!from) return [];
    const running = { id, name, from, metAt: publicAt, source, calendarVersion: calendar.version };
    try {
      return [{ ...running, dueAt: clockEnd(calendar, clock, from), problem: null }];
    } catch (error) {
      const cause = permanentCause(error);
      if (cause?.type !== 'CalendarYearMissing') throw error;
      return [{ ...running, dueAt: null, problem: cause.message }];
    }
  });
}
