import type { CalendarFile } from '../../schemas/configuration.ts';
import { permanent } from '../../schemas/failures.ts';
import type { Day, Instant } from '../../schemas/text.ts';

const DAY_MS = 86_400_000;
/** Shanghai has had no summer time since 1991, so its offset is a constant and no host's time zone matters. */
const SHANGHAI_MS = 8 * 3_600_000;

/** Days since the epoch, in Shanghai's calendar. */
const dayNumberOf = (instant: Instant): number => Math.floor((Date.parse(instant) + SHANGHAI_MS) / DAY_MS);
const dayOf = (dayNumber: number): Day => new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);

/**
 * Whether offices work on `day`: Monday to Friday, less the holidays, plus the weekend days that are worked (调休).
 * Throws `CalendarYearMissing` for a year that nobody imported: taking it for a year without holidays would make
 * every clock of 国庆 and 春节 end too early, and nobody would notice.
 */
export function isWorkingDay(calendar: CalendarFile, day: Day): boolean {
  const year = Number(day.slice(0, 4));
  const entry = calendar.years.find((candidate) => candidate.year === year);
  if (!entry) throw yearMissing(year);
  if (entry.workedWeekendDays.includes(day)) return true;
  if (entry.holidays.includes(day)) return false;
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/**
 * Deadline of a clock of `days` working days (≥ 1) that was started at `from`: the last millisecond, in Shanghai, of
 * the n-th working day after the day of `from`, which itself never counts (《民法典》第二百零一条). The answer is in UTC.
 * Throws `CalendarYearMissing`, see `isWorkingDay`.
 */
export function addWorkingDays(calendar: CalendarFile, from: Instant, days: number): Instant {
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`Expected a whole number of days ≥ 1, got ${days}`);
  let dayNumber = dayNumberOf(from);
  for (let left = days; left > 0; ) {
    dayNumber += 1;
    if (isWorkingDay(calendar, dayOf(dayNumber))) left -= 1;
  }
  return new Date((dayNumber + 1) * DAY_MS - SHANGHAI_MS - 1).toISOString();
}

const yearMissing = (year: number) =>
  permanent('CalendarYearMissing', {
    zh: `工作日历缺少${year}年的放假安排，无法计算办理时限。请按照国务院办公厅关于${year}年部分节假日安排的通知，在 calendar.yaml 中补充该年度。`,
    en: `The working-day calendar has no year ${year}, so this time limit cannot be computed. Add the year to calendar.yaml from the State Council's notice on the holidays of ${year}.`,
  });
