import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  timeoutMs?: number;
  uid?: number;
  gid?: number;
  onLine?(line: string): void;
}

export type RunResult =
  | { status: 'ok'; output: string }
  | { status: 'missing' } // no such program
  | { status: 'failed'; output: string; reason: string };

/** Runs a program to its end without a shell. `output` is the last 200 lines of stdout and stderr together. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const { onLine, timeoutMs, signal, ...spawnOptions } = options;
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const either = [signal, limit].filter((each) => each !== undefined);
  return new Promise((resolve) => {
    const lines: string[] = [];
    const child = spawn(command, args, {
      ...spawnOptions,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(either.length > 0 && { signal: AbortSignal.any(either), killSignal: 'SIGTERM' }),
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > 200) lines.shift();
        onLine?.(line);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return resolve({ status: 'missing' });
      const reason = limit?.aborted ? `no end within ${(timeoutMs ?? 0) / 1000} s` : error.message;
      resolve({ status: 'failed', output: lines.join('\n'), reason });
    });
    child.once('close', (code, by) => {
      const output = lines.join('\n');
      if (code === 0) return resolve({ status: 'ok', output });
      resolve({ status: 'failed', output, reason: code === null ? `ended by ${by}` : `exit code ${code}` });
    });
  });
}

/** The line of a failed program's output that most likely says why; programs warn a lot before they say it. */
export function telling(result: RunResult): string {
  if (result.status === 'missing') return 'not installed';
  if (result.status === 'ok') return 'ok';
  const lines = result.output.split('\n').map((line) => line.trim());
  const complaints = lines.filter(
    (line) => / /.test(line) && /\berror|cannot|could not|denied|no space|refused|timed out/i.test(line),
  );
  const found = complaints.find((line) => !/^warn/i.test(line)) ?? complaints[0] ?? lines.at(-1) ?? '';
  return `${result.reason}: ${shorten(found)}`;
}

/** Keeps both ends: the head says what was tried, the tail what came of it. */
export const shorten = (text: string): string =>
  text.length <= 160 ? text : `${text.slice(0, 60)} … ${text.slice(-90)}`;
