import { readdirSync, readFileSync } from 'node:fs';

/** A process with all that it starts. */
export type ProcessTree = { name: string; pid: number };

/** Linux counts in hundredths of a second, whatever the kernel's own tick is (USER_HZ). */
const MS_PER_TICK = 10;

/**
 * Milliseconds of processor time that each has used since it began, its children included, also those that have ended.
 * Null where the system has no /proc to ask. Two readings, one before and one after, tell what a phase took.
 * Read without a pause between two processes: a look at all takes some milliseconds, and on a busy machine a wait for each
 * would take seconds.
 */
export function processorTime(trees: readonly ProcessTree[]): Map<string, number> | null {
  if (process.platform !== 'linux') return null;
  const children = new Map<number, number[]>();
  const used = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(entry);
    // The command name may hold spaces and brackets, so fields are counted from the last bracket on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [parent = Number.NaN, ...ticks] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]));
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    used.set(
      Number(entry),
      ticks.reduce((total, each) => total + each, 0),
    );
  }
  const total = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + total(child), used.get(pid) ?? 0);
  return new Map(trees.map(({ name, pid }) => [name, total(pid) * MS_PER_TICK]));
}

/** Empty where it has ended since it was listed. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
