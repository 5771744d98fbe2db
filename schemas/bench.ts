import { z } from 'zod';
import { Instant } from './text.ts';

const milliseconds = z.number().nonnegative();

/** One bundle that was checked again and again by a warm reader. Times are the median of `repeats` runs. */
export const CheckBenchRun = z.strictObject({
  bundle: z.string(),
  /** Characters of all parts by 22 × 28 (GB/T 9704—2012 5.2.3). */
  pages: z.number().positive(),
  findings: z.int().nonnegative(),
  repeats: z.int().positive(),
  /** The first check, which also starts the child that reads. */
  firstMs: milliseconds,
  medianMs: milliseconds,
  fastestMs: milliseconds,
  /** Of the median run: reading all parts in the child; all rules and the seal. */
  readingMs: milliseconds,
  rulesMs: milliseconds,
  /** All rules ÷ bare parsing. */
  rulesToReading: z.number().nonnegative(),
  msPerPage: milliseconds,
  /** Time per page ÷ time per page of the first run; near 1 is linear. */
  perPageToFirst: z.number().nonnegative(),
});
export type CheckBenchRun = z.infer<typeof CheckBenchRun>;

/** `lockstep bench check --json`. */
export const CheckBench = z.strictObject({
  bench: z.literal('check'),
  at: Instant,
  versions: z.strictObject({ lockstep: z.string(), node: z.string(), ruleSet: z.string() }),
  machine: z.strictObject({
    system: z.string(),
    processor: z.string(),
    processors: z.int().positive(),
    memoryBytes: z.int().positive(),
    /** Average of processes that wanted to run in the minute before; above `processors`, times are too long. */
    load: z.number().nonnegative(),
  }),
  runs: z.array(CheckBenchRun).min(1),
  /** Largest memory of the child that reads; null where the system does not tell. */
  childPeakBytes: z.int().positive().nullable(),
  /** `kept` is null where the figure could not be had. */
  budgets: z.array(
    z.strictObject({ what: z.string(), figure: z.string(), budget: z.string(), kept: z.boolean().nullable() }),
  ),
});
export type CheckBench = z.infer<typeof CheckBench>;
