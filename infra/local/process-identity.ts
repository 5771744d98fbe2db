import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/**
 * A process as it can be recognised later. The number alone is not enough: systems use numbers again, and a stop that
 * trusts one could end a stranger's process. `startedAt` is opaque; it differs between two holders of one number.
 */
export const ProcessIdentity = z.object({ pid: z.int().positive(), startedAt: z.string().min(1) });
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

function linuxStart(pid: number): string | undefined {
  try {
    // The command name may hold spaces and brackets, so fields are counted from the last bracket on.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Ended, and only waiting for its parent to notice. While other threads of it still end, its ports are not free.
    if (fields[0] === 'Z' && Number(fields[17]) <= 1) return undefined;
    // Ticks count from boot: without the boot's id, a process of the next boot could have the same ones.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function psStart(pid: number): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when no such process runs (any more). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export const isRunning = (identity: ProcessIdentity): boolean =>
  identify(identity.pid)?.startedAt === identity.startedAt;

/** The command line of a running process, as one string; empty when it cannot be read. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

export async function untilEnded(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(25)) {
    if (!isRunning(identity)) return true;
  }
  return !isRunning(identity);
}

/**
 * Asks a process to end, and after `graceMs` ends its whole group (all that we start lead a group of their own).
 * A process that already ended, or whose number has another holder now, is left alone.
 */
export async function endProcess(
  identity: ProcessIdentity,
  { signal = 'SIGTERM', graceMs = 10_000 }: { signal?: NodeJS.Signals; graceMs?: number } = {},
): Promise<'not running' | 'ended' | 'killed'> {
  if (!isRunning(identity)) return 'not running';
  send(identity.pid, signal);
  if (await untilEnded(identity, graceMs)) return 'ended';
  send(-identity.pid, 'SIGKILL');
  send(identity.pid, 'SIGKILL');
  await untilEnded(identity, 5_000);
  return 'killed';
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Ended between the look and the call, or leads no group: both are what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
