import { z } from 'zod';
import { ErrorAnswer, ErrorType, SubmitAnswer } from './api.ts';
import { BundleId } from './bundle.ts';
import { CheckResult } from './finding.ts';
import { ChannelStatus, ReleaseState, ReleaseStatus } from './release.ts';
import { Bilingual, Digest, Instant } from './text.ts';

/** What a `lockstep` command ends with. Scripts branch on it, so a number never changes its meaning. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  /** A command line or an input that cannot be read. */
  usage: 2,
  /** Findings or a gate stand in the way. */
  blocked: 3,
  /** It may have happened and nobody can say. */
  outcomeUnknown: 4,
  dependencyDown: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What any command prints with `--json` when it does not do what was asked; the exit code says which kind. */
export const CliRefusal = z.strictObject({
  error: ErrorAnswer.shape.error.extend({ type: z.union([ErrorType, z.literal('OutcomeUnknown')]) }),
});
export type CliRefusal = z.infer<typeof CliRefusal>;

/** `lockstep submit --json`. `unlistedFiles` lay in the directory, but not in the manifest, and were not sent. */
export const CliSubmitted = z.strictObject({ ...SubmitAnswer.shape, unlistedFiles: z.array(z.string()) });
export type CliSubmitted = z.infer<typeof CliSubmitted>;

/**
 * `gate sign`, `gate return`, `release arm`, `release hold`, `release resume`, `release status`, `withdraw`. With
 * `--watch` one such object per change, each on its own line.
 */
export const CliStatus = ReleaseStatus;
export type CliStatus = z.infer<typeof CliStatus>;

/** `lockstep demo --json`. */
export const DemoResult = z.strictObject({
  bundleId: BundleId,
  seal: Digest,
  state: ReleaseState,
  committedAt: Instant.nullable(),
  channels: z.array(
    ChannelStatus.pick({ channel: true, state: true, url: true, readyAt: true, liveAt: true, verifiedAt: true }),
  ),
  /** Latest minus earliest `liveAt` over the channels; null while a channel is not live. */
  skewMs: z.number().nonnegative().nullable(),
  /**
   * Longest time in which the prober met one page of the bundle in public without another; 0 is the promise. Null where
   * it saw too little to say so: that is a failure too.
   */
  tornWindowMs: z.number().nonnegative().nullable(),
});
export type DemoResult = z.infer<typeof DemoResult>;

/** `lockstep down --json`: names of what was running and is not any more, directories that were removed. */
export const CliDown = z.strictObject({ stopped: z.array(z.string()), removed: z.array(z.string()) });
export type CliDown = z.infer<typeof CliDown>;

/** `lockstep doctor --json`. `mend` is missing where nothing has to be done. */
export const CliDoctor = z.strictObject({
  checks: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['ok', 'warn', 'fail']),
      message: Bilingual,
      mend: Bilingual.optional(),
    }),
  ),
});
export type CliDoctor = z.infer<typeof CliDoctor>;

/** `lockstep check --json` of several bundles; of one it prints the CheckResult itself. `path` as it was given or found. */
export const CliChecks = z.strictObject({
  results: z.array(z.strictObject({ path: z.string(), ...CheckResult.shape })),
});
export type CliChecks = z.infer<typeof CliChecks>;

/** `lockstep audit export --out FILE --json`; without `--out`, standard output is the rows. */
export const CliAuditExported = z.strictObject({
  rows: z.int().nonnegative(),
  out: z.string(),
  report: z.string().nullable(),
});
export type CliAuditExported = z.infer<typeof CliAuditExported>;

/** `lockstep audit verify --json`; exit 1 where `ok` is false. */
export const CliAuditVerified = z.strictObject({
  ok: z.boolean(),
  size: z.int().nonnegative().nullable(),
  head: Digest.nullable(),
  /** Signed checkpoints that the chain was compared with. */
  checkpoints: z.int().nonnegative(),
  /** First row that is not as it was written, or that is missing; 0 where a checkpoint itself is not to be trusted. */
  firstBad: z.int().nonnegative().nullable(),
  why: Bilingual.nullable(),
  /** Restores that the chain tells of. `lostRows`: what was signed after that backup, and this chain does not have. */
  restores: z.array(
    z.strictObject({
      row: z.int().positive(),
      restoredAt: Instant,
      backupAt: Instant,
      lostRows: z.strictObject({ from: z.int().positive(), to: z.int().positive() }).nullable(),
    }),
  ),
});
export type CliAuditVerified = z.infer<typeof CliAuditVerified>;
