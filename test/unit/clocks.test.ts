import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockEnd, runningClocks, startOfDay } from '../../activities/calendar/clocks.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { ClocksFile } from '../../schemas/clock.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { commandLine } from '../support/command-line.ts';

const { clocks, calendar } = await loadOfficeConfig();
const clock = (id: string) => {
  const found = clocks.clocks.find((each) => each.id === id);
  if (!found) throw new RangeError(`No clock ${id}`);
  return found;
};
const dueOn = (id: string, from: string) =>
  new Date(Date.parse(clockEnd(calendar, clock(id), startOfDay(from))) + 8 * 3_600_000).toISOString().slice(0, 10);

describe('each time limit of the law ends on its day', () => {
  // Counted by hand from the notices: 2020 国庆中秋 10-01…10-08, worked 09-27 and 10-10; 2026 春节 02-15…02-23, worked
  // 02-14 and 02-28; 2026 中秋 09-25…09-27; 国庆 10-01…10-07, worked 09-20 and 10-10.
  test.each([
    ['proactive-disclosure', '2020-09-25', '2020-10-29'],
    ['proactive-disclosure', '2026-01-30', '2026-03-05'],
    ['proactive-disclosure', '2026-11-02', '2026-11-30'],
    ['interpretation-backstop', '2020-09-30', '2020-10-12'],
    ['interpretation-backstop', '2026-02-13', '2026-02-25'],
    ['request-completion', '2026-09-28', '2026-10-13'],
    ['request-answer', '2026-09-01', '2026-09-29'],
    ['request-extension', '2026-09-28', '2026-10-30'],
    ['third-party', '2026-02-09', '2026-03-06'],
    ['joint-maker', '2020-09-25', '2020-10-22'],
  ])('%s from %s on ends with %s', (id, from, end) => {
    expect(dueOn(id, from)).toBe(end);
  });

  test.each([
    ['major-incident-information', '2026-10-01T22:30:00+08:00', '2026-10-01T19:30:00.000Z'],
    ['major-incident-conference', '2026-10-01T22:30:00+08:00', '2026-10-02T14:30:00.000Z'],
    ['public-opinion-response', '2026-10-01T22:30:00+08:00', '2026-10-03T14:30:00.000Z'],
  ])('%s counts hours, in a holiday too', (id, from, end) => {
    expect(clockEnd(calendar, clock(id), from)).toBe(end);
  });

  test('all of them are there, each with its source and owner', () => {
    expect(clocks.clocks.map(({ id, length }) => [id, Object.values(length)[0]])).toEqual([
      ['proactive-disclosure', 20],
      ['interpretation-backstop', 3],
      ['request-completion', 7],
      ['request-answer', 20],
      ['request-extension', 20],
      ['third-party', 15],
      ['joint-maker', 15],
      ['major-incident-information', 5],
      ['major-incident-conference', 24],
      ['public-opinion-response', 48],
    ]);
    for (const { source, owner } of clocks.clocks) expect([source, owner]).not.toContain('');
  });

  test('a longer clock never ends before a shorter one of the same start', () => {
    const start = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2026-10-01') });
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 20 }), (at, workingDays) => {
        const from = new Date(at).toISOString();
        const end = (days: number) => clockEnd(calendar, { length: { workingDays: days } }, from);
        return end(workingDays) < end(workingDays + 1) && end(workingDays) > from;
      }),
    );
  });
});

test('a clock is given once', () => {
  const [first] = clocks.clocks;
  expect(ClocksFile.safeParse({ version: 1, clocks: [first, first] }).success).toBe(false);
});

describe('the clocks of a bundle', () => {
  const bundle = { issuedOn: '2026-11-02', publicAt: null };

  test('before it is public 主动公开 runs, and the backstop of the interpretation does not', () => {
    expect(runningClocks(clocks.clocks, calendar, bundle)).toMatchObject([
      {
        id: 'proactive-disclosure',
        from: '2026-11-01T16:00:00.000Z',
        dueAt: '2026-11-30T15:59:59.999Z',
        metAt: null,
        calendarVersion: calendar.version,
      },
    ]);
  });

  test('once it is public, with its interpretation, both are met', () => {
    const publicAt = '2026-11-24T01:00:00.000Z';
    const running = runningClocks(clocks.clocks, calendar, { ...bundle, publicAt });
    expect(running.map(({ id, metAt }) => [id, metAt])).toEqual([
      ['proactive-disclosure', publicAt],
      ['interpretation-backstop', publicAt],
    ]);
  });

  test('a year that the calendar lacks is told by its notice, and not guessed', () => {
    const [late] = runningClocks(clocks.clocks, calendar, { ...bundle, issuedOn: '2026-12-21' });
    expect(late).toMatchObject({ dueAt: null, problem: { zh: expect.stringContaining('2027年部分节假日安排的通知') } });
    const failure = (() => {
      try {
        return clockEnd(calendar, clock('proactive-disclosure'), startOfDay('2026-12-21'));
      } catch (error) {
        return permanentCause(error);
      }
    })();
    expect(failure).toMatchObject({ type: 'CalendarYearMissing' });
  });
});

describe('lockstep clock', () => {
  test('says when a time limit ends, without any service', async () => {
    await using cli = await commandLine();
    const { code, out } = await cli.run('clock', 'proactive-disclosure', '--from', '2020-09-25', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ dueOn: '2020-10-29', calendarVersion: calendar.version });
    expect((await cli.run('clock', 'proactive-disclosure', '--from', '2020-09-25')).out).toContain('2020-10-29');
  });

  test('lists them all without an id', async () => {
    await using cli = await commandLine();
    expect(JSON.parse((await cli.run('clock', '--json')).out).clocks).toHaveLength(clocks.clocks.length);
  });

  test.each([
    [['clock', 'lunch', '--from', '2026-11-02'], 2, 'proactive-disclosure'],
    [['clock', 'third-party'], 2, '--from'],
    [['clock', 'third-party', '--from', '下周'], 2, '2026-11-02'],
    [['clock', 'third-party', '--from', '2026-12-25'], 1, '2027年'],
  ])('%j ends %i and says how to mend', async (argv, code, says) => {
    await using cli = await commandLine();
    const answer = await cli.run(...argv);
    expect(answer.code).toBe(code);
    expect(answer.err).toContain(says);
  });
});
