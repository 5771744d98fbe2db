import { z } from 'zod';
import { readJson } from './files.ts';
import { dataLayout } from './layout.ts';
import { isRunning, ProcessIdentity } from './process-identity.ts';

/** Where a person or the command line finds the running system. All are origins without a slash at the end. */
export const Addresses = z.object({
  apiUrl: z.url(),
  websiteUrl: z.url(),
  wechatUrl: z.url(),
  mailUrl: z.url(),
  /** Missing where Temporal is run by somebody else. */
  temporalUiUrl: z.url().optional(),
});
export type Addresses = z.infer<typeof Addresses>;

export const RunState = z.object({
  /** The process that keeps the others running (`npm start`). */
  supervisor: ProcessIdentity,
  addresses: Addresses,
  processes: z.array(z.object({ name: z.string(), identity: ProcessIdentity, readyUrl: z.url() })),
});
export type RunState = z.infer<typeof RunState>;

/** What `<dataDir>/run.json` says, whether or not those processes still run. Undefined when nothing was started. */
export const recordedRun = (dataDir: string): Promise<RunState | undefined> =>
  readJson(dataLayout(dataDir).run, RunState);

export interface RunningSystem extends Addresses {
  supervisorPid: number;
  pids: Record<string, number>;
}

/** Addresses and processes of the system that runs on a data directory; undefined when none does. */
export async function readRunState(dataDir: string): Promise<RunningSystem | undefined> {
  const state = await recordedRun(dataDir);
  if (!state || !isRunning(state.supervisor)) return undefined;
  const pids = Object.fromEntries(state.processes.map(({ name, identity }) => [name, identity.pid]));
  return { ...state.addresses, supervisorPid: state.supervisor.pid, pids };
}
