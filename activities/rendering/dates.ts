import type { Day, Instant } from '../../schemas/text.ts';

/** Prose writes `2026年5月1日`; the metadata table pads, `2026年05月01日` (both as gov.cn does). */
export const dayInProse = (day: Day): string => {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
};

export const dayInTable = (day: Day): string => {
  const [year, month, date] = day.split('-');
  return `${year}年${month}月${date}日`;
};

const shanghai = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

type InShanghai = { day: Day; minute: string };
/** At a T0 every page of many bundles asks for the same instant, and the look-up of its time zone costs more than the page. */
let last: { instant: Instant; is: InShanghai } | undefined;

/** An instant on the wall clock of Asia/Shanghai: `{ day: '2026-05-01', minute: '09:00' }`. */
export function inShanghai(instant: Instant): InShanghai {
  if (last?.instant !== instant) {
    const part = Object.fromEntries(shanghai.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
    last = { instant, is: { day: `${part.year}-${part.month}-${part.day}`, minute: `${part.hour}:${part.minute}` } };
  }
  return { ...last.is };
}
