import type { Spread } from '../../../schemas/bench.ts';

/** Null of nothing. Nearest rank: each percentile is a value that occurred. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? max;
  return { count: sorted.length, min, p50: rank(0.5), p99: rank(0.99), max };
}

/** The lower middle of an even number: a run that happened, not a mean of two. */
export const medianOf = (values: readonly number[]): number => spreadOf(values)?.p50 ?? 0;
