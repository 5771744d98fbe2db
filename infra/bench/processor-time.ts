import { readdir, readFile } from 'node:fs/promises';

/** A process with all that it starts. */
export type ProcessTree = { name: string; pid: number };

/** Linux counts in hundredths of a second, whatever the kernel's own tick is (USER_HZ). */
const MS_PER_TICK = 10;

/**
 * Milliseconds of processor time that each has used since it began, its children included, also those that have ended.
 * Null where the system has no /proc to ask. Two readings, one before and one after, tell what a phase took.
 */
export async function processorTime(trees: readonly ProcessTree[]): Promise<Map<string, number> | null> {
  if (process.platform !== 'linux') return null;
  const children = new Map<number, number[]>();
  const used = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => ''); // it may have ended since
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
