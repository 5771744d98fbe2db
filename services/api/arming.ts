import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { Bilingual, Instant } from '../../schemas/text.ts';
import { Refusal } from './refusal.ts';

const WARN_MS = 500;
const REFUSE_MS = 2_000;

/**
 * How far the clock of the database is ahead of this host's, in ms; negative where it is behind. What the question itself
 * took may be on either side, so it is given away: only what is certain is told.
 */
export function skewOf(asked: number, database: Instant, answered: number): number {
  const between = Date.parse(database) - (asked + answered) / 2;
  return Math.sign(between) * Math.max(0, Math.abs(between) - (answered - asked) / 2);
}

/**
 * The clock of the database decides what is early (F22). Above 0.5 s of difference the leader is warned; above 2 s nothing
 * is armed, since nobody can say what he meant by T0.
 */
export function warningOf(skewMs: number): Bilingual[] {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  if (Math.abs(skewMs) > REFUSE_MS) {
    throw new Refusal(
      'ClockSkewed',
      {
        zh: `系统与数据库的时钟相差 ${seconds} 秒，不能签发`,
        en: `The clocks of host and database differ by ${seconds} s`,
      },
      { mend: { zh: '校准时钟（NTP）后再签发', en: 'Set the clocks (NTP), then arm it' } },
    );
  }
  if (Math.abs(skewMs) <= WARN_MS) return [];
  return [
    {
      zh: `系统与数据库的时钟相差 ${seconds} 秒；以数据库的时钟为准`,
      en: `The clocks of host and database differ by ${seconds} s; that of the database decides`,
    },
  ];
}

/** 提前量: what the channels need between arming and T0. */
export function assertLead(t0: Instant, now: Instant, leadSeconds: number): void {
  if (Date.parse(t0) >= Date.parse(now) + leadSeconds * 1_000) return;
  throw new Refusal(
    'T0Invalid',
    {
      zh: `发布时刻 ${t0} 已过或太近，至少要提前 ${leadSeconds} 秒`,
      en: `The release instant ${t0} has passed or is too near; it takes ${leadSeconds} s at least`,
    },
    { where: 't0', mend: { zh: '改用更晚的时刻，例如 --at +1m', en: 'Choose a later one, e.g. --at +1m' } },
  );
}

/** Looks at both clocks before T0 is set; answers what the leader should know. `t0` null: the old one, which was looked at. */
export async function checkInstant(
  store: Pick<CoreStore, 'now'>,
  t0: Instant | null,
  leadSeconds: number,
): Promise<Bilingual[]> {
  const asked = Date.now();
  const now = await store.now();
  const warnings = warningOf(skewOf(asked, now, Date.now()));
  if (t0) assertLead(t0, now, leadSeconds);
  return warnings;
}
