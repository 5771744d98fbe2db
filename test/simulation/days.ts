import type { Day } from '../../schemas/text.ts';

const DAY_MS = 86_400_000;
/** 即将失效 of the office as it is shipped: so many days, the last one included. */
export const EXPIRING_DAYS = 30;
/** The day in Shanghai. */
export const dayOf = (epochMs: number): Day => new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 10);
export const dayAfter = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
/** The end of the day in Shanghai on which `epochMs` lies, in milliseconds since 1970. */
export const midnightAfter = (epochMs: number): number => Date.parse(`${dayAfter(dayOf(epochMs), 1)}T00:00:00+08:00`);
