import type { CalendarFile } from '../../schemas/configuration.ts';
import type { EmergencyUse } from '../../schemas/desk.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { Instant } from '../../schemas/text.ts';
import { addWorkingDays } from '../calendar/working-days.ts';
import type { EmergencyRows } from '../ports/desk-store.ts';

/**
 * 应急事后报告: owed so many working days after the release. Where the calendar lacks the year nobody can say when, so it
 * stays `due`, with the reason, until it is reported.
 */
export function emergencyUse(
  rows: EmergencyRows,
  { calendar, workingDays, now }: { calendar: CalendarFile; workingDays: number; now: Instant },
): EmergencyUse {
  const { due, problem } = dueAt(calendar, rows.releasedAt, workingDays);
  const late = due !== null && Date.parse(due) < Date.parse(now);
  const state = rows.report ? 'reported' : !rows.releasedAt ? 'not-released' : late ? 'overdue' : 'due';
  return { ...rows, reportDueAt: due, problem, state };
}

function dueAt(calendar: CalendarFile, releasedAt: Instant | null, workingDays: number) {
  if (!releasedAt) return { due: null, problem: null };
  try {
    return { due: addWorkingDays(calendar, releasedAt, workingDays), problem: null };
  } catch (error) {
    const cause = permanentCause(error);
    if (cause?.type !== 'CalendarYearMissing') throw error;
    return { due: null, problem: cause.message };
  }
}
