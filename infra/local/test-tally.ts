import { z } from 'zod';

export interface Tally {
  passed: number;
  /** Each failure by lane, file and test, with the message it failed with: several lines. */
  failures: readonly string[];
  skipped: number;
}

/** What this counts of vitest's JSON report. */
export const VitestReport = z.object({
  numPassedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});
export type VitestReport = z.infer<typeof VitestReport>;

/** Lines of a message that say what went wrong; the rest is above, where the test ran. */
const told = 12;

/**
 * Counts one run so that nothing red stays uncounted: a file that could not be loaded has no test to count, and an
 * error outside of any test shows in the exit code only. No report at all is one failure.
 */
export function tally(lane: string, report: VitestReport | undefined, exitCode: number): Tally {
  if (!report) return { passed: 0, failures: [`${lane}: no report, exit code ${exitCode}`], skipped: 0 };
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((each) => each.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [failure(`${lane} ${name}`, message)];
    return failed.map((each) => failure(`${lane} ${name} › ${each.fullName}`, (each.failureMessages ?? []).join('\n')));
  });
  if (failures.length === 0 && exitCode !== 0) failures.push(`${lane}: exit code ${exitCode}, outside of any test`);
  return { passed: report.numPassedTests, failures, skipped: report.numPendingTests + report.numTodoTests };
}

const failure = (where: string, message: string): string =>
  [where, ...message.split('\n').slice(0, told)].join('\n    ');

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failures: tallies.flatMap(({ failures }) => failures),
  skipped: tallies.reduce((total, { skipped }) => total + skipped, 0),
});
