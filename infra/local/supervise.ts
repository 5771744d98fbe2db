import { rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon, untilReady } from './daemon.ts';
import { LocalFailure } from './failure.ts';
import { writeJson } from './files.ts';
import { dataLayout, repositoryRoot } from './layout.ts';
import { endProcess, identify, isRunning, type ProcessIdentity } from './process-identity.ts';
import type { ProcessSpec } from './processes.ts';
import type { Reporter } from './report.ts';
import { type Addresses, recordedRun } from './run-state.ts';

interface Options {
  dataDir: string;
  report: Reporter;
  addresses: Addresses;
  signal?: AbortSignal;
  readyWithinMs?: number;
}

export interface Supervisor {
  /** Ends all processes, wave by wave, and forgets them. Safe to call twice. */
  stop(): Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** A process that lived this long did not die of its start, so its next restart is quick again. */
const steadyAfterMs = 30_000;

/**
 * Starts the processes and keeps them running: one that ends unexpectedly is started again, after a pause that doubles
 * while it keeps failing. Resolves when all are ready. Throws `LocalFailure` with the end of the log when one is not.
 */
export async function supervise(specs: ProcessSpec[], options: Options): Promise<Supervisor> {
  const { dataDir, report, addresses } = options;
  const layout = dataLayout(dataDir);
  const running = new Map<string, ProcessIdentity>();
  let stopping = false;
  let writing = Promise.resolve();

  const record = () => {
    const processes = specs.flatMap(({ name, readyUrl }) => {
      const identity = running.get(name);
      return identity ? [{ name, identity, readyUrl }] : [];
    });
    const state = { supervisor: identify(process.pid), addresses, processes };
    // One write after the other: two at once could leave the older state.
    writing = writing.then(() => writeJson(layout.run, state));
    return writing;
  };

  const launch = async (spec: ProcessSpec): Promise<ProcessIdentity> => {
    const log = join(layout.logs, `${spec.name}.log`);
    await rotate(log);
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=4', // the default of 16 MB costs each process 30 MB and saves no time here
      '--import',
      import.meta.resolve('../jsx.ts'),
      resolve(repositoryRoot, spec.entry),
    ];
    const env = { ...inherited(), ...spec.env };
    const identity = await startDaemon({ command: process.execPath, args, log, env, cwd: repositoryRoot });
    running.set(spec.name, identity);
    await record();
    return identity;
  };

  const keepRunning = async (spec: ProcessSpec, first: ProcessIdentity) => {
    let identity = first;
    let pause = firstPauseMs;
    let since = Date.now();
    for (; !stopping; await sleep(100)) {
      if (isRunning(identity)) continue;
      if (Date.now() - since > steadyAfterMs) pause = firstPauseMs;
      report.line(
        `! ${spec.name} 意外退出，重新启动 ended unexpectedly, starting it again (${layout.logs}/${spec.name}.log)`,
      );
      await sleep(pause);
      pause = Math.min(pause * 2, longestPauseMs);
      if (stopping) return;
      since = Date.now();
      // A start that fails at once (no memory, no file handles) is one more failure to wait after.
      identity = await launch(spec).catch(() => identity);
      // Stopped while it was being launched: `stop` may have looked before it was there.
      if (stopping) await endProcess(identity);
    }
  };

  const stop = async () => {
    stopping = true;
    for (const wave of [1, 2, 3]) {
      const ending = specs.filter((spec) => spec.stopWave === wave).map(({ name }) => running.get(name));
      await Promise.all(ending.map((identity) => identity && endProcess(identity, { graceMs: 20_000 })));
    }
    await writing;
    await rm(layout.run, { force: true });
  };

  try {
    await Promise.all(
      specs.map(async (spec) => {
        const step = report.step(spec.name);
        step.progress('启动 starting');
        try {
          await untilReadyOrGivenUp(spec, await launch(spec), options);
        } catch (error) {
          step.failed(stopping ? '已停 stopped, since another one failed' : spec.entry);
          throw error;
        }
        step.done(new URL(spec.readyUrl).origin);
      }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  for (const spec of specs) {
    const identity = running.get(spec.name);
    if (identity) void keepRunning(spec, identity);
  }
  return { stop };
}

async function untilReadyOrGivenUp(spec: ProcessSpec, identity: ProcessIdentity, options: Options): Promise<void> {
  const { dataDir, signal, readyWithinMs: withinMs = 90_000 } = options;
  const log = join(dataLayout(dataDir).logs, `${spec.name}.log`);
  try {
    await untilReady(identity, () => ready(spec.readyUrl), { log, withinMs, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new LocalFailure(
      {
        zh: `进程 ${spec.name} 没有就绪`,
        en: `Process ${spec.name} did not become ready: ${(error as Error).message}`,
      },
      { zh: `看日志 ${log}`, en: `read its log ${log}` },
      1,
    );
  }
}

async function ready(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
}

/** Ends processes of ours that outlived their supervisor, as after its kill -9. Says which there were. */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  const state = await recordedRun(dataDir);
  if (!state) return [];
  const alive = state.processes.filter(({ identity }) => isRunning(identity));
  await Promise.all(alive.map(({ identity }) => endProcess(identity, { graceMs: 20_000 })));
  await rm(dataLayout(dataDir).run, { force: true });
  return alive.map(({ name }) => name);
}

/** Our own settings do not leak from the caller's environment into a process: it gets what its list entry says. */
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('LOCKSTEP_') && !name.startsWith('npm_')),
  );

async function rotate(log: string): Promise<void> {
  const size = (await stat(log).catch(() => undefined))?.size ?? 0;
  if (size > 20 * 1024 * 1024) await rename(log, `${log}.1`);
}
