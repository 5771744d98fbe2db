import { readFileSync } from 'node:fs';
import { isHoliday, isWorkday } from 'chinese-days';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { addWorkingDays, isWorkingDay } from '../../activities/calendar/working-days.ts';
import { CalendarFile } from '../../schemas/configuration.ts';
import { permanentCause } from '../../schemas/failures.ts';

const text = readFileSync(new URL('../../infra/config/calendar.yaml', import.meta.url), 'utf8');
const calendar = CalendarFile.parse(parse(text));

const DAY_MS = 86_400_000;
const daysOf = (year: number) => {
  const first = Date.UTC(year, 0, 1);
  const count = (Date.UTC(year + 1, 0, 1) - first) / DAY_MS;
  return Array.from({ length: count }, (_, index) => new Date(first + index * DAY_MS).toISOString().slice(0, 10));
};
const failureOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return permanentCause(error);
  }
  return undefined;
};

describe('the shipped calendar', () => {
  test('has every year from 2020 to 2026, each with the notice it was taken from', () => {
    expect(calendar.years.map(({ year }) => year)).toEqual([2020, 2021, 2022, 2023, 2024, 2025, 2026]);
    for (const { source } of calendar.years) expect(source).toMatch(/国办发明电〔20\d\d〕\d+号/);
  });

  test.each(calendar.years.map(({ year }) => year))('agrees with an independent table on each day of %i', (year) => {
    const differing = daysOf(year).filter((day) => isWorkingDay(calendar, day) !== isWorkday(day));
    expect(differing).toEqual([]);
    expect(daysOf(year).filter((day) => isHoliday(day) && isWorkingDay(calendar, day))).toEqual([]);
  });

  test('refuses a day that stands under another year, a worked day that is no weekend, and a year given twice', () => {
    const year = {
      year: 2026,
      source: '国办发明电〔2025〕7号',
      holidays: ['2026-10-01'],
      workedWeekendDays: ['2026-10-10'],
    };
    const accepts = (...years: object[]) => CalendarFile.safeParse({ version: 1, years }).success;
    expect(accepts(year)).toBe(true);
    expect(accepts({ ...year, holidays: ['2027-10-01'] })).toBe(false);
    expect(accepts({ ...year, workedWeekendDays: ['2026-10-09'] })).toBe(false);
    expect(accepts(year, year)).toBe(false);
  });
});

describe('a clock in working days', () => {
  test.each([
    ['an ordinary week', '2026-11-24T10:00:00+08:00', 1, '2026-11-25'],
    ['a weekend in between', '2026-11-27T10:00:00+08:00', 1, '2026-11-30'],
    ['国庆 2026, with the worked Saturday after it', '2026-09-30T09:00:00+08:00', 3, '2026-10-10'],
    ['a worked Sunday before 国庆 2026', '2026-09-18T09:00:00+08:00', 1, '2026-09-20'],
    ['国庆 and 中秋 2020 together', '2020-09-30T09:00:00+08:00', 2, '2020-10-10'],
    ['the prolonged 春节 of 2020', '2020-01-23T09:00:00+08:00', 1, '2020-02-03'],
    ['春节 2026', '2026-02-13T18:00:00+08:00', 2, '2026-02-24'],
    ['the turn of the year 2025', '2025-12-31T23:59:59+08:00', 1, '2026-01-04'],
    ['the legal gate (15 days) over 中秋 and 国庆 2026', '2026-09-21T08:30:00+08:00', 15, '2026-10-19'],
  ])('passes %s', (_, from, days, last) => {
    expect(addWorkingDays(calendar, from, days)).toBe(new Date(`${last}T23:59:59.999+08:00`).toISOString());
  });

  test('takes the day of Shanghai, whatever offset the start is written in', () => {
    // 17:00 UTC on the 24th is already the 25th in Shanghai.
    expect(addWorkingDays(calendar, '2026-11-24T17:00:00Z', 1)).toBe(
      addWorkingDays(calendar, '2026-11-25T01:00:00+08:00', 1),
    );
    expect(addWorkingDays(calendar, '2026-11-24T17:00:00Z', 1)).toBe('2026-11-26T15:59:59.999Z');
  });

  test('gives the same answer in any time zone of the host', () => {
    const before = process.env.TZ;
    const answers = ['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Europe/London'].map((zone) => {
      process.env.TZ = zone;
      return addWorkingDays(calendar, '2026-03-27T22:30:00+08:00', 7);
    });
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
    expect(new Set(answers)).toEqual(new Set(['2026-04-08T15:59:59.999Z']));
  });

  test('refuses to guess a year that is not in the calendar, and says how to mend it', () => {
    const failure = failureOf(() => addWorkingDays(calendar, '2026-12-30T10:00:00+08:00', 5));
    expect(failure?.type).toBe('CalendarYearMissing');
    expect(failure?.message.zh).toMatch(/2027年.*calendar\.yaml/);
    expect(failure?.message.en).toMatch(/2027.*calendar\.yaml/);
    expect(failureOf(() => isWorkingDay(calendar, '2019-12-31'))?.type).toBe('CalendarYearMissing');
  });

  test('refuses a number of days that is no whole number from 1', () => {
    for (const days of [0, -1, 1.5, Number.NaN]) {
      expect(() => addWorkingDays(calendar, '2026-11-24T10:00:00+08:00', days)).toThrow(RangeError);
    }
  });
});

describe('for any start and length', () => {
  const start = fc.date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2026-08-31T00:00:00Z'),
    noInvalidDate: true,
  });
  const length = fc.integer({ min: 1, max: 60 });
  const workingDays = calendar.years.flatMap(({ year }) => daysOf(year)).filter((day) => isWorkingDay(calendar, day));
  const shanghaiDay = (instant: string) => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10);

  test('the deadline is the end of a working day, with exactly that many working days up to it', () => {
    fc.assert(
      fc.property(start, length, (from, days) => {
        const deadline = addWorkingDays(calendar, from.toISOString(), days);
        const [first, last] = [shanghaiDay(from.toISOString()), shanghaiDay(deadline)];
        expect(isWorkingDay(calendar, last)).toBe(true);
        expect(deadline).toBe(new Date(`${last}T23:59:59.999+08:00`).toISOString());
        const between = workingDays.filter((day) => day > first && day <= last);
        expect(between).toHaveLength(days);
      }),
      { numRuns: 200 },
    );
  });

  test('m days and then n days end where m + n days end', () => {
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (from, m, n) => {
        const inTwo = addWorkingDays(calendar, addWorkingDays(calendar, from.toISOString(), m), n);
        expect(inTwo).toBe(addWorkingDays(calendar, from.toISOString(), m + n));
      }),
    );
  });

  test('a later start never ends earlier', () => {
    fc.assert(
      fc.property(start, start, length, (a, b, days) => {
        const [early, late] = a <= b ? [a, b] : [b, a];
        expect(
          addWorkingDays(calendar, early.toISOString(), days) <= addWorkingDays(calendar, late.toISOString(), days),
        ).toBe(true);
      }),
    );
  });
});
