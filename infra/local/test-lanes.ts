import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { run } from './command.ts';
import { readJson } from './files.ts';
import { repositoryRoot } from './layout.ts';
import type { Reporter } from './report.ts';
import { sum, type Tally, tally, VitestReport } from './test-tally.ts';

/** The lanes of vitest.config.ts, quick ones first; `check` is the compiler and the linter. */
export const lanes = ['check', 'unit', 'simulation', 'workflows', 'replay', 'contracts', 'integration', 'e2e'] as const;
export type Lane = (typeof lanes)[number];

export const needsServices = (lane: Lane): boolean => ['contracts', 'integration', 'e2e'].includes(lane);

/** Types, lint and format: each counts as one test. */
export async function runChecks(report: Reporter, signal: AbortSignal): Promise<Tally> {
  return sum(
    await Promise.all([
      check(report, signal, 'tsc --noEmit', 'tsc', ['--noEmit']),
      check(report, signal, 'biome check', 'biome', ['check', '--colors=off', '.']),
    ]),
  );
}

async function check(
  report: Reporter,
  signal: AbortSignal,
  title: string,
  command: string,
  args: string[],
): Promise<Tally> {
  const step = report.step(title);
  const result = await run(command, args, { cwd: repositoryRoot, signal });
  if (result.status === 'ok') {
    step.done('');
    return { passed: 1, failures: [], skipped: 0 };
  }
  report.line(result.status === 'failed' ? result.output : `${command} is not installed`);
  step.failed('');
  return { passed: 0, failures: [title], skipped: 0 };
}

interface LaneRun {
  lane: Lane;
  /** Directory for the report. */
  scratch: string;
  env: Record<string, string>;
  signal: AbortSignal;
}

/** Runs one lane with its output on the terminal. */
export async function runLane({ lane, scratch, env, signal }: LaneRun): Promise<Tally> {
  const file = join(scratch, `${lane}.json`);
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn(process.execPath, [vitest, 'run', '--project', lane, '--passWithNoTests', ...reporters], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exit) => resolve(exit ?? 1));
  });
  signal.removeEventListener('abort', stop);
  return tally(lane, await readJson(file, VitestReport), code);
}
