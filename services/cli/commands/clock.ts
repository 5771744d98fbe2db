import { z } from 'zod';
import { clockEnd, startOfDay } from '../../../activities/calendar/clocks.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { CliClock, CliClocks, type StatuteClock } from '../../../schemas/clock.ts';
import { permanentCause } from '../../../schemas/failures.ts';
import { Day, Instant } from '../../../schemas/text.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { beijingTime } from '../words.ts';

const Options = z.object({ from: z.string().optional() });

/** 法定时限: when it ends, from the office's own tables, without any service. Without an id: which there are. */
export async function clock(invocation: Invocation, id: string | undefined, rawOptions: unknown): Promise<ExitCode> {
  const { from } = Options.parse(rawOptions);
  const { clocks, calendar } = await loadOfficeConfig(invocation.configDir);
  if (id === undefined) {
    invocation.print(CliClocks.parse(clocks), clocks.clocks.map(line).join(''));
    return ExitCode.ok;
  }
  const chosen = clocks.clocks.find((each) => each.id === id);
  if (!chosen) {
    const ids = clocks.clocks.map((each) => each.id);
    throw usage(
      { zh: `没有时限“${id}”。`, en: `There is no clock "${id}".` },
      { zh: `可用：${ids.join('、')}`, en: `Use one of ${ids.join(', ')}` },
    );
  }
  const start = startOf(from);
  const dueAt = endOf(() => clockEnd(calendar, chosen, start));
  const answer = CliClock.parse({
    id: chosen.id,
    name: chosen.name,
    from: start,
    dueAt,
    dueOn: beijingTime(dueAt).slice(0, 10),
    source: chosen.source,
    calendarVersion: calendar.version,
  });
  invocation.print(
    answer,
    `${chosen.name.zh} ${chosen.name.en}（${lengthOf(chosen)}）\n` +
      `从 from  ${beijingTime(start)}\n到 until ${beijingTime(dueAt)}\n依据 source: ${chosen.source}；` +
      `放假安排第 ${calendar.version} 版 calendar version ${calendar.version}\n`,
  );
  return ExitCode.ok;
}

function startOf(from: string | undefined): Instant {
  const day = Day.safeParse(from);
  if (day.success) return startOfDay(day.data);
  const instant = Instant.safeParse(from);
  if (instant.success) return new Date(instant.data).toISOString();
  throw usage(
    { zh: '要用 --from 写明从哪天起算。', en: 'Say with --from where it begins.' },
    { zh: '写成 2026-11-02，或者 2026-11-02T09:00:00+08:00。', en: 'Write 2026-11-02, or 2026-11-02T09:00:00+08:00.' },
  );
}

function endOf(compute: () => Instant): Instant {
  try {
    return compute();
  } catch (error) {
    const cause = permanentCause(error);
    throw cause ? new CliFailure({ type: cause.type, message: cause.message }) : error;
  }
}

const lengthOf = ({ length }: StatuteClock) =>
  'hours' in length ? `${length.hours} 小时 hours` : `${length.workingDays} 个工作日 working days`;
const line = (each: StatuteClock) =>
  `${each.id.padEnd(28)} ${each.name.zh}（${lengthOf(each)}，起算 from ${each.startsFrom}）\n${' '.repeat(29)}${each.name.en}\n${' '.repeat(29)}${each.source}\n`;
