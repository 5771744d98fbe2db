import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOfficeConfig } from '../config/office.ts';
import { ensureEventKeys } from '../kafka/event-keys.ts';
import { ensureDatabases } from './databases.ts';
import { dataLayout } from './layout.ts';
import { withLock } from './lock.ts';
import { addressesOf, environmentFor, processList } from './processes.ts';
import type { Provisioned } from './provision.ts';
import type { Reporter } from './report.ts';
import { type Addresses, readRunState } from './run-state.ts';
import { endLeftovers, supervise } from './supervise.ts';

export interface Application {
  addresses: Addresses;
  /** False when another process keeps this system running; `stop` then leaves it alone. */
  ours: boolean;
  stop(): Promise<void>;
}

interface Options {
  provisioned: Provisioned;
  dataDir: string;
  report: Reporter;
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
}

/** Held by whoever starts our processes, or must be sure that none is started. */
export const startLock = (dataDir: string): string => join(dataDir, 'run', 'start.lock');

/**
 * Starts every process of ours on backing services that answer, after ending what an earlier, killed start left behind.
 * A system that runs already on this data directory is used as it is.
 */
export async function startApplication({
  provisioned,
  dataDir,
  report,
  env = process.env,
  signal,
}: Options): Promise<Application> {
  const layout = dataLayout(dataDir);
  return withLock(startLock(dataDir), async () => {
    const running = await readRunState(dataDir);
    if (running) return { addresses: running, ours: false, stop: async () => {} };
    const leftovers = await endLeftovers(dataDir);
    if (leftovers.length > 0)
      report.line(`  结束上次遗留的进程 ended what was left of an earlier start: ${leftovers.join(', ')}`);
    await ensureEventKeys(dataDir); // all of them before anybody starts
    const databases = await ensureDatabases(provisioned.postgres.adminUrl, provisioned.secrets);
    for (const dir of [layout.blobs, layout.staging, layout.sandbox])
      await mkdir(dir, { recursive: true, mode: 0o700 });
    const shared = environmentFor(provisioned, dataDir, env);
    const { channels } = await loadOfficeConfig(env.LOCKSTEP_CONFIG_DIR || undefined);
    const specs = processList(shared, databases, provisioned, dataDir, channels.wechat.accounts);
    const addresses = addressesOf(provisioned, env);
    const { stop } = await supervise(specs, { dataDir, report, addresses, ...(signal && { signal }) });
    return { addresses, ours: true, stop };
  });
}
