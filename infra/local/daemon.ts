import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

interface Daemon {
  command: string;
  args: string[];
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

/**
 * Starts a program in a group of its own, writing to `log`. So Ctrl-C reaches us only, who then end everything in
 * order; and if we are killed the program stays, for the next start to find. Throws when it cannot be started.
 */
export async function startDaemon({ command, args, log, ...options }: Daemon): Promise<ProcessIdentity> {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, 'a');
  try {
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', file, file] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!identity) throw new Error(`${command} ended at once:\n${logTail(log)}`);
    return identity;
  } finally {
    closeSync(file);
  }
}

/** Asks until `probe` no longer throws. Throws with the log's end when the process ends, or the time does. */
export async function untilReady(
  identity: ProcessIdentity,
  probe: () => Promise<void>,
  { log, withinMs, signal }: { log: string; withinMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  let last: unknown;
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(100)) {
    signal?.throwIfAborted();
    if (!isRunning(identity)) throw new Error(`ended during its start; ${log} ends with:\n${logTail(log)}`);
    try {
      return await probe();
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`not ready within ${withinMs / 1000} s (${String(last)}); ${log} ends with:\n${logTail(log)}`);
}

/** The last lines that say something: without stack frames, which would push the message out. */
export function logTail(log: string, lines = 8): string {
  try {
    const said = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s+at |^Node\.js v/.test(line));
    return said.slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
