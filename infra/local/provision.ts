import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { BackingService, Profile, ServiceContext } from './backing-service.ts';
import { untilReady } from './daemon.ts';
import { dockerUnusable, startContainer, stopContainer } from './docker.ts';
import { LocalFailure, reasonOf } from './failure.ts';
import { readJson, writeJson } from './files.ts';
import { kafka } from './kafka.ts';
import { dataLayout, prepareDataDir } from './layout.ts';
import { liveLeases, takeLease } from './leases.ts';
import { withLock } from './lock.ts';
import { choosePorts, type Ports, portNames } from './ports.ts';
import { postgres } from './postgres.ts';
import { endProcess, isRunning, ProcessIdentity } from './process-identity.ts';
import type { Reporter } from './report.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { defaultNamespace, temporal } from './temporal.ts';

export const backingServices: readonly BackingService[] = [temporal, kafka, postgres];

/** Written to `<dataDir>/run/<service>.json` for every instance that we started. */
const Instance = z.discriminatedUnion('way', [
  z.object({
    way: z.literal('process'),
    version: z.string(),
    address: z.string(),
    port: z.int(),
    identity: ProcessIdentity,
  }),
  z.object({ way: z.literal('docker'), version: z.string(), address: z.string(), port: z.int() }),
]);
type Instance = z.infer<typeof Instance>;

export interface ProvisionOptions {
  dataDir: string;
  cacheDir: string;
  report: Reporter;
  profile: Profile;
  /** Where addresses and fixed ports are looked for; the process's own environment unless told otherwise. */
  env?: Record<string, string | undefined>;
  signal?: AbortSignal;
}

export interface Provisioned {
  temporal: { address: string; namespace: string };
  kafka: { brokers: string[] };
  postgres: { adminUrl: string };
  ports: Ports;
  secrets: Secrets;
  /** Ends what we started, unless another process still uses it. Data stays. */
  stop(): Promise<void>;
}

/**
 * Makes the three backing services answer, in parallel and under the data directory's lock, and says for each how it
 * came to be. Throws `LocalFailure` naming the mend when one cannot be had; what was started by then is kept and
 * recorded, for the next try.
 */
export async function provisionLocal(options: ProvisionOptions): Promise<Provisioned> {
  const { dataDir, cacheDir, report, profile, env = process.env, signal } = options;
  await prepareDataDir(dataDir);
  const layout = dataLayout(dataDir);
  const underLock = <T>(work: () => Promise<T>) =>
    withLock(layout.lock, work, (holder) =>
      report.line(`  等待另一次启动 (进程 ${holder}) waiting for another start on ${dataDir}`),
    );
  return underLock(async () => {
    const ports = await choosePorts({
      path: layout.ports,
      env,
      inUseByUs: await portsInUse(dataDir),
      anyPort: profile === 'test',
      onMoved: (name, from, to) =>
        report.line(`  端口 ${from} (${name}) 被占用，改用 ${to} port is taken, using ${to}`),
    });
    const secrets = await loadSecrets(layout.secrets);
    const noDocker = once(dockerUnusable);
    const results = await Promise.allSettled(
      backingServices.map((service) => {
        const step = report.step(service.title);
        const context = { dataDir, cacheDir, ports, secrets, profile, env, signal, step };
        return provision(service, context, noDocker).catch((error) => {
          step.failed(reasonOf(error));
          throw error;
        });
      }),
    );
    const addresses = results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    const [temporalAddress = '', brokers = '', adminUrl = ''] = addresses;
    const lease = await takeLease(layout.leases);
    return {
      temporal: { address: temporalAddress, namespace: env.LOCKSTEP_TEMPORAL_NAMESPACE || defaultNamespace },
      kafka: { brokers: brokers.split(',') },
      postgres: { adminUrl },
      ports,
      secrets,
      stop: () =>
        underLock(async () => {
          await lease.release();
          if ((await liveLeases(layout.leases)) === 0) await stopBackingServices(dataDir);
        }),
    };
  });
}

/** Walks the four ways in their order; the notes on the screen say why the earlier ones were not taken. */
async function provision(
  service: BackingService,
  context: ServiceContext,
  noDocker: () => Promise<string | undefined>,
): Promise<string> {
  const { step, env } = context;
  const given = env[service.variable];
  if (given) {
    await useGiven(service, given);
    await service.afterwards?.(given, context);
    step.done(`环境变量 ${service.variable} environment  ${withoutPassword(given)}`);
    return given;
  }
  const reasons = [`${service.variable} 未设 not set`];
  const ready = async (way: string, address: string) => {
    await service.afterwards?.(address, context);
    if (!way.startsWith('先前')) step.note(reasons.join('; '));
    step.done(`${way}  ${withoutPassword(address)}`);
    return address;
  };

  const earlier = await earlierInstance(service, context);
  if (typeof earlier === 'object') return ready('先前启动的实例 from an earlier start', earlier.address);
  reasons.push(earlier);

  const unusable = await noDocker();
  if (unusable) reasons.push(unusable);
  else {
    try {
      return await ready('Docker', await inDocker(service, context));
    } catch (error) {
      context.signal?.throwIfAborted();
      reasons.push(`Docker: ${reasonOf(error)}`);
    }
  }
  return ready('本地进程 local process', await asProcess(service, context));
}

async function useGiven(service: BackingService, address: string): Promise<void> {
  try {
    await service.probe(address);
  } catch (error) {
    throw new LocalFailure(
      {
        zh: `${service.variable}=${withoutPassword(address)} 没有可用的 ${service.title}: ${reasonOf(error)}`,
        en: `${service.variable}=${withoutPassword(address)} does not answer as ${service.title}`,
      },
      {
        zh: `启动那个服务，改正 ${service.variable}，或去掉它让我们自己启动一个`,
        en: `start that service, correct ${service.variable}, or unset it to have one started`,
      },
    );
  }
}

/** A healthy instance of ours, or the reason why there is none. One that hangs or is of another version is ended. */
async function earlierInstance(service: BackingService, context: ServiceContext): Promise<Instance | string> {
  const instance = await readJson(dataLayout(context.dataDir).service(service.name), Instance);
  if (!instance) return '无先前实例 no earlier instance';
  if (instance.way === 'process' && !isRunning(instance.identity)) return '先前实例已结束 earlier instance has ended';
  const current = instance.version === service.version && instance.address === service.address(context);
  if (current && (await answers(service, instance.address))) return instance;
  await stopInstance(service, context.dataDir);
  return '先前实例不健康，已停掉 earlier instance was unhealthy and was ended';
}

/** An instance may just be starting, or busy: it gets a few tries. */
async function answers(service: BackingService, address: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await service.probe(address);
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return false;
}

async function inDocker(service: BackingService, context: ServiceContext): Promise<string> {
  const address = service.address(context);
  await startContainer(service.name, context);
  await remember(service, context, { way: 'docker' });
  const end = Date.now() + service.readyWithinMs;
  while (!(await answers(service, address))) {
    if (Date.now() < end) continue;
    await stopInstance(service, context.dataDir);
    throw new Error(`container not ready within ${service.readyWithinMs / 1000} s`);
  }
  return address;
}

async function asProcess(service: BackingService, context: ServiceContext): Promise<string> {
  const address = service.address(context);
  const { identity, log } = await service.startLocal(context);
  // Recorded before it is ready: if we are killed now, the next start still finds it.
  await remember(service, context, { way: 'process', identity });
  try {
    const { readyWithinMs: withinMs } = service;
    await untilReady(identity, () => service.probe(address), { log, withinMs, signal: context.signal });
  } catch (error) {
    await stopInstance(service, context.dataDir);
    throw context.signal?.aborted ? error : startFailed(service, error);
  }
  return address;
}

const startFailed = (service: BackingService, error: unknown) => {
  const detail = error instanceof Error ? error.message : String(error);
  const full = /no space left/i.test(detail);
  return new LocalFailure(
    { zh: `${service.title} 启动失败`, en: `${service.title} did not start: ${detail}` },
    full
      ? { zh: '磁盘已满，请腾出空间后重试', en: 'the disk is full: make room and try again' }
      : {
          zh: '看上面的日志结尾；lockstep doctor 会检查本机环境',
          en: 'see the end of the log above; `lockstep doctor` checks this machine',
        },
  );
};

type Way = { way: 'docker' } | { way: 'process'; identity: ProcessIdentity };

const remember = (service: BackingService, context: ServiceContext, way: Way): Promise<void> =>
  writeJson(dataLayout(context.dataDir).service(service.name), {
    ...way,
    version: service.version,
    address: service.address(context),
    port: context.ports[service.name],
  });

/** Ends one recorded instance and forgets it. */
async function stopInstance(service: BackingService, dataDir: string): Promise<'none' | 'stopped'> {
  const record = dataLayout(dataDir).service(service.name);
  const instance = await readJson(record, Instance);
  if (!instance) return 'none';
  if (instance.way === 'docker') await stopContainer(service.name, dataDir);
  else await endProcess(instance.identity, { signal: service.stopSignal, graceMs: 20_000 });
  await rm(record, { force: true });
  return 'stopped';
}

/** Ends every backing service that is recorded for a data directory; says which there were. */
export async function stopBackingServices(dataDir: string): Promise<string[]> {
  const stopped = await Promise.all(
    backingServices.map(async (service) =>
      (await stopInstance(service, dataDir)) === 'stopped' ? [service.title] : [],
    ),
  );
  return stopped.flat();
}

/** Ports that running instances of ours hold; so they are neither "taken" nor given to something else. */
async function portsInUse(dataDir: string): Promise<Set<number>> {
  const layout = dataLayout(dataDir);
  const used = new Set<number>();
  const remembered = await readJson(layout.ports, z.partialRecord(z.enum(portNames), z.int()));
  for (const service of backingServices) {
    const instance = await readJson(layout.service(service.name), Instance);
    if (!instance || (instance.way === 'process' && !isRunning(instance.identity))) continue;
    used.add(instance.port);
    if (service.name === 'temporal' && remembered?.temporalUi) used.add(remembered.temporalUi);
    if (service.name === 'kafka' && remembered?.kafkaController) used.add(remembered.kafkaController);
  }
  return used;
}

const withoutPassword = (address: string): string => address.replace(/\/\/[^@/]*@/, '//');

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
