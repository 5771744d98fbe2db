import { Day, Instant } from '../../schemas/text.ts';
import { usage } from './failure.ts';

const unit = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `+90s`, `+5m`, `+2h` from now, or an instant with its offset. An hour without offset would be a guess. */
export function readMoment(text: string, now: Date): Instant {
  const ahead = /^\+(\d{1,6})(s|m|h)$/.exec(text);
  if (ahead) return new Date(now.getTime() + Number(ahead[1]) * unit[ahead[2] as keyof typeof unit]).toISOString();
  const instant = Instant.safeParse(text);
  if (instant.success) return instant.data;
  throw usage(
    { zh: `“${text}”不是能用的时间。`, en: `"${text}" is not a time that can be used.` },
    {
      zh: '写成 2026-03-02T09:00:00+08:00（要带时区），或者 +30s、+5m、+2h。',
      en: 'Write 2026-03-02T09:00:00+08:00, with its offset, or +30s, +5m, +2h.',
    },
  );
}

/** A day in Beijing, from its first to its last millisecond, or a moment. */
export function readDay(text: string, edge: 'start' | 'end', now: Date): Instant {
  const day = Day.safeParse(text);
  if (!day.success) return readMoment(text, now);
  const start = Date.parse(`${day.data}T00:00:00+08:00`);
  return new Date(edge === 'start' ? start : start + 86_400_000 - 1).toISOString();
}
