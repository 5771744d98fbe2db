import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure was measured on; a ratio travels, a time does not. `load` is the one-minute average when asked. */
export const machine = () => ({
  system: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  processors: availableParallelism(),
  memoryBytes: totalmem(),
  load: loadavg()[0] ?? 0,
});

/**
 * Largest resident memory, in bytes, that any living child of this process has had; null where the system has no /proc
 * to ask. Not `resourceUsage().maxRSS` of the child: Linux starts that from what the parent held when it forked.
 */
export async function childPeakBytes(): Promise<number | null> {
  try {
    const children = (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).trim().split(/\s+/u);
    const peaks = await Promise.all(
      children.filter(Boolean).map(async (pid) => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        return Number(/VmHWM:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) * 1024;
      }),
    );
    return peaks.length === 0 ? null : Math.max(...peaks);
  } catch {
    return null;
  }
}
