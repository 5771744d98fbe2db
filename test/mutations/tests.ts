import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Mutation, suites } from './mutation.ts';

/**
 * `noticed`: this test failed. `endless`: no answer within the time. `broken`: no test ran, because something does not even
 * load, which proves nothing about the guard.
 */
export type Verdict =
  | { kind: 'missed' }
  | { kind: 'noticed'; by: string }
  | { kind: 'endless' }
  | { kind: 'broken'; why: string };

const Report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});
/** Far more than a busy machine needs for a few hundred lives, or for ten thousand. */
const patienceMs = (lives = 0) => (lives > 1_000 ? 15 : 4) * 60_000;

type Deps = { directory: string; environment: Record<string, string>; signal: AbortSignal };
/** Runs suites of a directory, one at a time, until the first test fails. */
export function createTests({ directory, environment, signal }: Deps) {
  const outputFile = join(directory, 'report.json');
  return {
    async run(
      suite: Mutation['tests'],
      some: { only?: string | undefined; lives?: number | undefined },
    ): Promise<Verdict> {
      const { project, files } = suites[suite];
      const only = some.only ? ['-t', some.only] : [];
      await rm(outputFile, { force: true });
      const reporter = ['--reporter=json', `--outputFile=${outputFile}`];
      // One worker: the other processors have copies of their own. What was transformed goes with the copy.
      const own = ['--maxWorkers=1', `--fsModuleCachePath=${join(directory, 'transformed')}`];
      const env = { ...process.env, ...environment, LOCKSTEP_MODEL_RUNS: String(some.lives ?? '') };
      const ended = await vitest(
        ['run', '--project', project, '--bail=1', ...own, ...reporter, ...files, ...only],
        env,
        patienceMs(some.lives),
      );
      if (ended === 'endless') return { kind: 'endless' };
      const report = Report.parse(JSON.parse(await readFile(outputFile, 'utf8')));
      const tests = report.testResults.flatMap((file) => file.assertionResults);
      const failed = tests.find(({ status }) => status === 'failed');
      if (failed) return { kind: 'noticed', by: failed.fullName };
      const ran = tests.some(({ status }) => status === 'passed');
      if (report.success && ran) return { kind: 'missed' };
      return { kind: 'broken', why: report.testResults.map(({ message }) => message).join('; ') };
    },
  };

  function vitest(args: string[], env: NodeJS.ProcessEnv, mostMs: number): Promise<'ended' | 'endless'> {
    signal.throwIfAborted();
    // A group of its own: a run that stops at its first failure leaves servers behind, which have to go with it.
    const child = spawn(join(directory, 'node_modules', '.bin', 'vitest'), args, {
      ...{ cwd: directory, env, stdio: 'ignore', detached: true },
    });
    let endless = false;
    const end = () => child.pid && killGroup(child.pid);
    const patience = setTimeout(() => {
      endless = true;
      end();
    }, mostMs);
    signal.addEventListener('abort', end, { once: true });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', () => {
        clearTimeout(patience);
        signal.removeEventListener('abort', end);
        end();
        if (signal.aborted) reject(new Error('Stopped'));
        else resolve(endless ? 'endless' : 'ended');
      });
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody is left in it
  }
}
