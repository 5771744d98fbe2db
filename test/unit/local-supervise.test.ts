import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDaemon } from '../../infra/local/daemon.ts';
import { writeJson } from '../../infra/local/files.ts';
import { portsInUse } from '../../infra/local/instances.ts';
import { isRunning } from '../../infra/local/process-identity.ts';
import type { ProcessSpec } from '../../infra/local/processes.ts';
import { silentReporter } from '../../infra/local/report.ts';
import { readRunState } from '../../infra/local/run-state.ts';
import { endLeftovers, type Supervisor, supervise } from '../../infra/local/supervise.ts';

let dataDir: string;
let supervisor: Supervisor | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lockstep-supervise-'));
});
afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
  await rm(dataDir, { recursive: true });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function small(name: string, entry = 'test/support/small-process.ts'): Promise<ProcessSpec> {
  const port = await freePort();
  return {
    name,
    entry,
    env: { SMALL_PROCESS_PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
    stopWave: 1,
  };
}

const addresses = {
  apiUrl: 'http://127.0.0.1:1',
  websiteUrl: 'http://127.0.0.1:2',
  wechatUrl: 'http://127.0.0.1:3',
  mailUrl: 'http://127.0.0.1:4',
};
const options = () => ({ dataDir, report: silentReporter, addresses });
const pidOf = async (url: string): Promise<number> => Number(await (await fetch(url)).text());

test('others find addresses and processes of the running system, and none once it is stopped', async () => {
  const spec = await small('website');
  supervisor = await supervise([spec], options());
  const running = await readRunState(dataDir);
  expect(running).toMatchObject({ ...addresses, pids: { website: await pidOf(spec.readyUrl) } });
  await supervisor.stop();
  expect(await readRunState(dataDir)).toBeUndefined();
  await expect(fetch(spec.readyUrl)).rejects.toThrow();
});

test('a killed process is started again, and the record follows', async () => {
  const spec = await small('worker');
  supervisor = await supervise([spec], options());
  const killed = await pidOf(spec.readyUrl);
  process.kill(killed, 'SIGKILL');
  const healed = await vi.waitUntil(async () => {
    const pid = await pidOf(spec.readyUrl).catch(() => killed);
    return pid !== killed && pid;
  }, 60_000);
  expect((await readRunState(dataDir))?.pids.worker).toBe(healed);
});

test('what a killed supervisor left behind is ended by the next start', async () => {
  const orphan = await startDaemon({ command: 'sleep', args: ['60'], log: join(dataDir, 'press.log') });
  const supervisor = { pid: 1, startedAt: 'in another life' };
  const processes = [{ name: 'press', identity: orphan, readyUrl: addresses.apiUrl }];
  await writeJson(join(dataDir, 'run.json'), { supervisor, addresses, processes });
  expect(await readRunState(dataDir)).toBeUndefined();
  expect(await endLeftovers(dataDir)).toEqual(['press']);
  expect(isRunning(orphan)).toBe(false);
  expect(await endLeftovers(dataDir)).toEqual([]);
});

test('a process that cannot start ends the start, with the end of its log', async () => {
  const spec = await small('api', join(dataDir, 'broken.ts'));
  await writeFile(spec.entry, 'throw new Error("no configuration");');
  const failure = await supervise([spec], options()).catch((error) => error);
  expect(failure.what.en).toContain('no configuration');
});

test('the ports of processes that still run are ours, and stay', async () => {
  const ports = { api: 21_001, website: 21_002, kafka: 21_003 };
  await writeJson(join(dataDir, 'ports.json'), ports);
  const orphan = await startDaemon({ command: 'sleep', args: ['60'], log: join(dataDir, 'api.log') });
  const processes = [{ name: 'api', identity: orphan, readyUrl: addresses.apiUrl }];
  await writeJson(join(dataDir, 'run.json'), { supervisor: orphan, addresses, processes });
  expect([...(await portsInUse(dataDir))].sort()).toEqual([ports.api, ports.website]);
  await endLeftovers(dataDir);
  expect([...(await portsInUse(dataDir))]).toEqual([]);
});
