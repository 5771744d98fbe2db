import { z } from 'zod';
import { Channel } from './bundle.ts';
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

/** What a figure was measured on; a ratio travels, a time does not. */
const Machine = z.strictObject({
  system: z.string(),
  processor: z.string(),
  processors: z.int().positive(),
  memoryBytes: z.int().positive(),
  /** Average of processes that wanted to run in the minute before; above `processors`, times are too long. */
  load: z.number().nonnegative(),
});
export type Machine = z.infer<typeof Machine>;

/** `kept` is null where the figure could not be had. A budget that was missed is shown, never left out. */
export const Budget = z.strictObject({
  what: z.string(),
  figure: z.string(),
  budget: z.string(),
  kept: z.boolean().nullable(),
});
export type Budget = z.infer<typeof Budget>;

/** `lockstep bench check --json`. */
export const CheckBench = z.strictObject({
  bench: z.literal('check'),
  at: Instant,
  versions: z.strictObject({ lockstep: z.string(), node: z.string(), ruleSet: z.string() }),
  machine: Machine,
  runs: z.array(CheckBenchRun).min(1),
  /** Largest memory of the child that reads; null where the system does not tell. */
  childPeakBytes: z.int().positive().nullable(),
  budgets: z.array(Budget),
});
export type CheckBench = z.infer<typeof CheckBench>;

/** Milliseconds of many bundles. Percentiles are values that occurred (nearest rank), none is made up between two. */
export const Spread = z.strictObject({
  count: z.int().positive(),
  min: z.number(),
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type Spread = z.infer<typeof Spread>;

/** One channel of many bundles with one T0. Null where no bundle got there. */
export const ChannelBench = z.strictObject({
  channel: Channel,
  bundles: z.int().positive(),
  verified: z.int().nonnegative(),
  /** From T0 to the intent that the channel records before its last call to a provider; null where it makes none. */
  t0ToCall: Spread.nullable(),
  /** From each bundle's own commit to what the channel's receipts say. */
  commitToLive: Spread.nullable(),
  commitToVerified: Spread.nullable(),
  /** From the first commit of all to the last bundle of all. */
  totalLiveMs: milliseconds.nullable(),
  totalVerifiedMs: milliseconds.nullable(),
});
export type ChannelBench = z.infer<typeof ChannelBench>;

/** Processor time from T0 until every bundle was released, by process; what each had started counts as its own. */
const ProcessorUse = z.strictObject({
  wallMs: milliseconds,
  /** Most first. */
  used: z.array(z.strictObject({ process: z.string(), ms: milliseconds })),
});
export type ProcessorUse = z.infer<typeof ProcessorUse>;

/** What the prober met in public, from each bundle's own commit; an upper bound, by as much as its looks are apart. */
export const SeenBench = z.strictObject({
  looks: z.int().nonnegative(),
  unanswered: z.int().nonnegative(),
  /** Pages of all bundles, and how many of them it met in public, having looked before they were. */
  pages: z.int().positive(),
  met: z.int().nonnegative(),
  tornWindowMs: milliseconds,
  /** Pages that were met before their bundle was committed. */
  early: z.int().nonnegative(),
  commitToFirst: Spread.nullable(),
  commitToLast: Spread.nullable(),
  /** From the first commit of all to the last page of all. */
  totalMs: milliseconds.nullable(),
});
export type SeenBench = z.infer<typeof SeenBench>;

/** One release on so many sandbox accounts of WeChat: median of `repeats` releases, each to accounts never used before. */
export const AccountsBenchRun = z.strictObject({
  accounts: z.int().positive(),
  repeats: z.int().positive(),
  /** From the order to the receipt `ready`. */
  prepareMs: milliseconds,
  /** From `go` to the receipts `live` and `verified`. */
  liveMs: milliseconds,
  verifiedMs: milliseconds,
  /** Both orders, from each to its last receipt. */
  msPerAccount: milliseconds,
  /** Of the larger of its two workflows; Temporal ends one at 51,200 events or 50 MB. */
  mostEvents: z.int().positive(),
  mostHistoryBytes: z.int().nonnegative(),
  /** Largest resident memory of the process that holds worker, activities and platform. */
  peakBytes: z.int().positive(),
});
export type AccountsBenchRun = z.infer<typeof AccountsBenchRun>;

export const AccountsBench = z.strictObject({
  runs: z.array(AccountsBenchRun).min(1),
  /** Time per account of 1,000 ÷ that of 10; null where one of them was not measured. */
  thousandToTen: z.number().positive().nullable(),
});
export type AccountsBench = z.infer<typeof AccountsBench>;

/** `lockstep bench release --json`. */
export const ReleaseBench = z.strictObject({
  bench: z.literal('release'),
  at: Instant,
  /** Null where somebody else runs the service and does not tell. */
  versions: z.strictObject({
    lockstep: z.string(),
    node: z.string(),
    temporal: z.string(),
    kafka: z.string().nullable(),
    postgres: z.string().nullable(),
  }),
  machine: Machine,
  release: z.strictObject({
    bundles: z.int().positive(),
    itemsEach: z.int().positive(),
    released: z.int().nonnegative(),
    t0: Instant,
    /** T0 → commit, both as the release row has them; null where nothing was committed. */
    lateness: Spread.nullable(),
    channels: z.array(ChannelBench),
    /** Null where the prober ended early. */
    seen: SeenBench.nullable(),
    /** Null where the system does not tell. */
    processors: ProcessorUse.nullable(),
  }),
  /** The same pages as plain files behind atomic symlink switches; see docs/benchmarks/release.md. */
  floor: z.strictObject({
    directories: z.int().positive(),
    files: z.int().positive(),
    runs: z.int().positive(),
    medianMs: milliseconds,
    fastestMs: milliseconds,
  }),
  /** `ratio` is approvals ÷ bare Updates, which took turns. */
  approvals: z.strictObject({
    concurrency: z.int().positive(),
    count: z.int().positive(),
    perSecond: z.number().positive(),
    barePerSecond: z.number().positive(),
    ratio: z.number().positive(),
  }),
  /** Null where it was not asked for. */
  accounts: AccountsBench.nullable(),
  budgets: z.array(Budget),
});
export type ReleaseBench = z.infer<typeof ReleaseBench>;
