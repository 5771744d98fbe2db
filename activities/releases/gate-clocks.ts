import type { CalendarFile } from '../../schemas/configuration.ts';
import { permanentCause } from '../../schemas/failures.ts';
import type { GateDefinition } from '../../schemas/gate.ts';
import type { Instant } from '../../schemas/text.ts';
import { addWorkingDays } from '../calendar/working-days.ts';
import type { GateClock } from './types.ts';

const HOUR_MS = 3_600_000;

/**
 * 审核时限 of a gate: reminded some working days before its end, escalated some after. In the emergency lane 应急 it ends
 * hours after the declaration or the submission, by the wall clock; it is reminded half-way, and never skipped.
 */
export function gateClock(
  calendar: CalendarFile,
  gate: GateDefinition,
  submittedAt: Instant,
  emergencyAt: Instant | null,
): GateClock {
  if (emergencyAt) {
    const from = Math.max(Date.parse(emergencyAt), Date.parse(submittedAt)); // a later revision has hours of its own
    const after = (hours: number) => new Date(from + hours * HOUR_MS).toISOString();
    const { emergencyHours: hours } = gate;
    return {
      gate: gate.id,
      remindAt: after(hours / 2),
      dueAt: after(hours),
      escalateAt: after(hours + 1),
      calendarVersion: null,
      problem: null,
    };
  }
  const named = { gate: gate.id, calendarVersion: calendar.version };
  try {
    const { clockWorkingDays: days, remindBeforeWorkingDays: before, escalateAfterWorkingDays: after } = gate;
    const at = (workingDays: number) => addWorkingDays(calendar, submittedAt, workingDays);
    // Of a clock that is shorter than its reminder nobody needs to be reminded.
    const remindAt = before > 0 && days > before ? at(days - before) : null;
    return { ...named, remindAt, dueAt: at(days), escalateAt: at(days + after), problem: null };
  } catch (error) {
    const cause = permanentCause(error);
    if (cause?.type !== 'CalendarYearMissing') throw error;
    return { ...named, remindAt: null, dueAt: null, escalateAt: null, problem: cause.message };
  }
}
