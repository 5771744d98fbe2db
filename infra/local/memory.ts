import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';

/** Bytes that programs could still get. On Linux that is more than what is free: caches give way. */
export async function readMemory(): Promise<number> {
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(info)?.[1];
  return available ? Number(available) * 1024 : freemem();
}
