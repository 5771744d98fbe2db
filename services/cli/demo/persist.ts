import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '../../../schemas/cli.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import { CliFailure } from '../failure.ts';

/** Moment (by `Date.now`) after which waiting ends. */
export type Limits = { until: number; signal: AbortSignal };

const PAUSE_MS = 500;

/** Nobody is to blame and time may cure it: a process that is being restarted, a call that got no answer. */
export const mayPass = (error: unknown): boolean =>
  error instanceof CliFailure &&
  (error.exitCode === ExitCode.dependencyDown || error.exitCode === ExitCode.outcomeUnknown);

/** Asks until there is an answer. */
export async function readOn<T>(read: () => Promise<T>, { until, signal }: Limits): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!mayPass(error) || Date.now() > until) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/**
 * Does an act once, through restarts of whatever does it. After a try whose outcome nobody knows, the status says
 * whether it was done; only if not, it is tried again. A refusal after such a try is checked in the same way: what
 * refuses may be the effect of our own first try.
 */
export async function actOnce(
  act: () => Promise<ReleaseStatus>,
  {
    done,
    status,
    ...limits
  }: Limits & { status: () => Promise<ReleaseStatus>; done: (status: ReleaseStatus) => boolean },
): Promise<ReleaseStatus> {
  const { until, signal } = limits;
  for (let doubt = false; ; doubt = true) {
    try {
      return await act();
    } catch (error) {
      if (!mayPass(error) && !doubt) throw error;
      if (Date.now() > until) throw error;
      if (doubt) await sleep(PAUSE_MS, undefined, { signal });
      const current = await readOn(status, limits).catch((unreadable: unknown) => {
        // A bundle that is not there was not submitted.
        if (unreadable instanceof CliFailure && unreadable.refusal.type === 'NotFound') return undefined;
        throw unreadable;
      });
      if (current && done(current)) return current;
      if (!mayPass(error)) throw error;
    }
  }
}
