import { rm } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { dockerUnusable, removeContainers } from './docker.ts';
import { exitCode, LocalFailure } from './failure.ts';
import { stopBackingServices } from './instances.ts';
import { carriesMarker, dataDirName } from './layout.ts';
import { rememberedHome } from './postgres-account.ts';
import { endProcess, isRunning } from './process-identity.ts';
import { recordedRun } from './run-state.ts';
import { endLeftovers } from './supervise.ts';

export interface DownResult {
  /** Names of what was running and is not any more. */
  stopped: string[];
  /** Directories that were removed. */
  removed: string[];
}

/**
 * Ends whatever was started on a data directory, by what is recorded there, and with `purge` removes all it kept.
 * Only a directory with our marker is ever removed. Safe to repeat; nothing running is no failure.
 */
export async function down({ dataDir, purge = false }: { dataDir: string; purge?: boolean }): Promise<DownResult> {
  const stopped: string[] = [];
  const run = await recordedRun(dataDir);
  if (run && isRunning(run.supervisor)) {
    // `npm start` ends everything in order when asked; what it can't end in that time is ended below.
    await endProcess(run.supervisor, { graceMs: 60_000 });
    stopped.push('npm start');
  }
  stopped.push(...(await endLeftovers(dataDir)), ...(await stopBackingServices(dataDir)));
  return { stopped, removed: purge ? await removeData(dataDir) : [] };
}

async function removeData(dataDir: string): Promise<string[]> {
  if (!(await carriesMarker(dataDir))) {
    throw new LocalFailure(
      {
        zh: `${dataDir} 不是本系统建立的数据目录，未删除`,
        en: `${dataDir} is no data directory of ours and was left alone`,
      },
      {
        zh: '检查 LOCKSTEP_DATA_DIR；确要删除请自行删除',
        en: 'check LOCKSTEP_DATA_DIR; if it has to go, remove it yourself',
      },
      exitCode.failed,
    );
  }
  if (!(await dockerUnusable())) await removeContainers(dataDir);
  const home = await rememberedHome(dataDir);
  // PostgreSQL's data may lie elsewhere (see postgres-account.ts), in a directory whose name no one else would choose.
  const elsewhere =
    home !== undefined && relative(dataDir, home).startsWith('..') && basename(home) === dataDirName(dataDir);
  const removed = [...(elsewhere ? [home] : []), dataDir];
  for (const path of removed) await rm(path, { recursive: true, force: true });
  return removed;
}
