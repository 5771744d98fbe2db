import type { Amendment, Validity } from '../../schemas/release.ts';
import type { Day } from '../../schemas/text.ts';

const DAY_MS = 86_400_000;
/** Shanghai has had no summer time since 1991, so its offset is a constant. */
const SHANGHAI_MS = 8 * 3_600_000;

export type ValidityTerms = {
  effectiveFrom: Day | null;
  /** The last day on which it is valid. */
  effectiveUntil: Day | null;
  expiringDays: number;
  amendments: readonly Amendment[];
};

/** The day in Shanghai. */
export const dayAt = (epochMs: number): Day => new Date(epochMs + SHANGHAI_MS).toISOString().slice(0, 10);
/** The first instant of a day in Shanghai, in milliseconds since the epoch. */
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`) - SHANGHAI_MS;
const plusDays = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 有效性 on `day`: an act of a later document counts before the document's own dates. */
export function validityOn(
  day: Day,
  { effectiveFrom, effectiveUntil, expiringDays, amendments }: ValidityTerms,
): Validity {
  const acted = (...acts: Amendment['act'][]) => amendments.some(({ act, on }) => acts.includes(act) && on <= day);
  if (acted('abolish', 'supersede')) return 'abolished';
  if (effectiveUntil && day > effectiveUntil) return 'expired';
  if (effectiveFrom && day < effectiveFrom) return 'not-yet-effective';
  if (effectiveUntil && day > plusDays(effectiveUntil, -expiringDays)) return 'expiring';
  return acted('amend') ? 'amended' : 'in-force';
}

/** The next day after `day` on which the answer may change; null where it never will. */
export function nextChangeAfter(
  day: Day,
  { effectiveFrom, effectiveUntil, expiringDays, amendments }: ValidityTerms,
): Day | null {
  const days = [
    ...(effectiveFrom ? [effectiveFrom] : []),
    ...(effectiveUntil ? [plusDays(effectiveUntil, 1 - expiringDays), plusDays(effectiveUntil, 1)] : []),
    ...amendments.map(({ on }) => on),
  ];
  return days.filter((candidate) => candidate > day).sort()[0] ?? null;
}
