import { z } from 'zod';
import { BundleId } from './bundle.ts';
import { ReleaseId } from './release.ts';

const Shows = z.strictObject({ releaseId: ReleaseId, state: z.enum(['live', 'withdrawn']) });
const Counts = z.strictObject({ public: z.int().nonnegative(), withdrawn: z.int().nonnegative() });

/** A bundle that the channel does not show as the log says. */
export const Drift = z.strictObject({
  bundleId: BundleId,
  /** Null: nothing of it should be seen. */
  log: Shows.nullable(),
  /** Null: nothing of it is seen. */
  channel: Shows.nullable(),
  /** Files of the release that are missing, too many, or have not the digest they were sealed with. */
  files: z.array(z.string()),
});
export type Drift = z.infer<typeof Drift>;

/** `lockstep replay website --json`; exit 1 where drift is left or an event could not be handled. */
export const CliReplayed = z.strictObject({
  channel: z.literal('website'),
  dryRun: z.boolean(),
  events: z.strictObject({
    /** Records that the topic held. */
    read: z.int().nonnegative(),
    /** Handled now, for the first time. */
    handled: z.int().nonnegative(),
    /** Records that are no events; each was parked when it was consumed. */
    unreadable: z.int().nonnegative(),
    failed: z.array(z.strictObject({ eventId: z.uuid(), type: z.string(), error: z.string() })),
  }),
  /** What the log says, and what the site showed before and shows now. */
  log: Counts,
  before: Counts,
  after: Counts,
  drift: z.array(Drift),
});
export type CliReplayed = z.infer<typeof CliReplayed>;
