import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { BackingService, ServiceContext } from './backing-service.ts';
import { removeContainer, stopContainer } from './docker.ts';
import { readJson, writeJson } from './files.ts';
import { kafka } from './kafka.ts';
import { dataLayout } from './layout.ts';
import { applicationPorts, RememberedPorts } from './ports.ts';
import { postgres } from './postgres.ts';
import { endProcess, isRunning, ProcessIdentity } from './process-identity.ts';
import { recordedRun } from './run-state.ts';
import { temporal } from './temporal.ts';

export const backingServices: readonly BackingService[] = [temporal, kafka, postgres];

const common = { version: z.string(), address: z.string(), port: z.int() };

/** Written to `<dataDir>/run/<service>.json` for every instance that we started; mode 600, the address has a password. */
const Instance = z.discriminatedUnion('way', [
  z.object({ way: z.literal('process'), ...common, identity: ProcessIdentity }),
  z.object({ way: z.literal('compose'), ...common }),
  z.object({ way: z.literal('test-container'), ...common, id: z.string(), session: z.string() }),
]);
export type Instance = z.infer<typeof Instance>;
export type Way =
  | { way: 'process'; identity: ProcessIdentity }
  | { way: 'compose' }
  | { way: 'test-container'; id: string; session: string };

export const recordedInstance = (service: BackingService, dataDir: string): Promise<Instance | undefined> =>
  readJson(dataLayout(dataDir).service(service.name), Instance);

export const recordInstance = (service: BackingService, context: ServiceContext, way: Way): Promise<void> =>
  writeJson(dataLayout(context.dataDir).service(service.name), {
    ...way,
    version: service.version,
    address: service.address(context),
    port: context.ports[service.name],
  });

/** Whether the process of an instance still runs; a container is asked by its probe only. */
export const mayRun = (instance: Instance): boolean => instance.way !== 'process' || isRunning(instance.identity);

/** Ends one recorded instance and forgets it. */
export async function stopInstance(service: BackingService, dataDir: string): Promise<'none' | 'stopped'> {
  const instance = await recordedInstance(service, dataDir);
  if (!instance) return 'none';
  if (instance.way === 'compose') await stopContainer(service.name, dataDir);
  else if (instance.way === 'test-container') await removeContainer(instance.id);
  else await endProcess(instance.identity, { signal: service.stopSignal, graceMs: 20_000 });
  await rm(dataLayout(dataDir).service(service.name), { force: true });
  return 'stopped';
}

/** Ends every backing service that is recorded for a data directory; says which there were. */
export async function stopBackingServices(dataDir: string): Promise<string[]> {
  const outcomes = await Promise.all(backingServices.map((service) => stopInstance(service, dataDir)));
  return backingServices.filter((_, index) => outcomes[index] === 'stopped').map(({ title }) => title);
}

const secondPort = { temporal: 'temporalUi', kafka: 'kafkaController', postgres: undefined } as const;

/**
 * Ports that are taken by what is ours and runs: they are neither "taken" nor given to something else. While any process
 * of ours is alive, the ports of all are kept: the others are about to be started again.
 */
export async function portsInUse(dataDir: string): Promise<Set<number>> {
  const remembered = (await readJson(dataLayout(dataDir).ports, RememberedPorts)) ?? {};
  const ours: (number | undefined)[] = [];
  for (const service of backingServices) {
    const instance = await recordedInstance(service, dataDir);
    if (!instance || !mayRun(instance)) continue;
    const second = secondPort[service.name];
    ours.push(instance.port, second && remembered[second]);
  }
  const run = await recordedRun(dataDir);
  if (run?.processes.some(({ identity }) => isRunning(identity))) {
    ours.push(...applicationPorts.map((name) => remembered[name]));
  }
  return new Set(ours.filter((port) => port !== undefined));
}
