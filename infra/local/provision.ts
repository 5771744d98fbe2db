import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackingService, Profile, ServiceContext } from './backing-service.ts';
import { untilReady } from './daemon.ts';
import { dockerUnusable, startContainer } from './docker.ts';
import { LocalFailure, reasonOf } from './failure.ts';
import {
  backingServices,
  type Instance,
  mayRun,
  portsInUse,
  recordedInstance,
  recordInstance,
  stopBackingServices,
  stopInstance,
} from './instances.ts';
import { dataLayout, prepareDataDir, requireDiskSpace } from './layout.ts';
import { liveLeases, takeLease } from './leases.ts';
import { withLock } from './lock.ts';
import { choosePorts, type Ports } from './ports.ts';
import { rememberedHome } from './postgres-account.ts';
import type { Reporter } from './report.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { defaultNamespace } from './temporal.ts';

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
 * came to be. Throws `LocalFailure` naming the mend when one cannot be had; the others are ended again then.
 */
export async function provisionLocal(options: ProvisionOptions): Promise<Provisioned> {
  const { dataDir, report } = options;
  await prepareDataDir(dataDir);
  for (const dir of [dataDir, options.cacheDir]) await requireDiskSpace(dir);
  const layout = dataLayout(dataDir);
  const underLock = <T>(work: () => Promise<T>) =>
    withLock(layout.lock, work, (holder) =>
      report.line(`  等待另一次启动 (进程 ${holder}) waiting for another start on ${dataDir}`),
    );
  const release = async (lease?: { release(): Promise<void> }) => {
    await lease?.release();
    if ((await liveLeases(layout.leases)) > 0) return;
    await stopBackingServices(dataDir);
    // Workflows and topics of old test runs would go on working beside those of the next.
    if (options.profile === 'test') await removeStores(dataDir);
  };
  return underLock(async () => {
    try {
      const answering = await startAll(options);
      const lease = await takeLease(layout.leases);
      return { ...answering, stop: () => underLock(() => release(lease)) };
    } catch (error) {
      await release();
      throw error;
    }
  });
}

async function removeStores(dataDir: string): Promise<void> {
  const { temporal, kafka } = dataLayout(dataDir);
  const home = await rememberedHome(dataDir);
  for (const store of [temporal, kafka, ...(home ? [join(home, 'data')] : [])]) {
    await rm(store, { recursive: true, force: true });
  }
}

async function startAll({ dataDir, cacheDir, report, profile, env = process.env, signal }: ProvisionOptions) {
  const layout = dataLayout(dataDir);
  const ports = await choosePorts({
    path: layout.ports,
    env,
    inUseByUs: await portsInUse(dataDir),
    anyPort: profile === 'test',
    onMoved: (moves) => {
      const list = moves.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ');
      report.line(`  记下的端口被占用，已改用 remembered ports are taken, using others: ${list}`);
    },
  });
  const secrets = await loadSecrets(layout.secrets);
  const docker = dockerUnusable(); // asked once for all three
  const results = await Promise.allSettled(
    backingServices.map(async (service) => {
      const step = report.step(service.title);
      try {
        return await provision(service, { dataDir, cacheDir, ports, secrets, profile, env, signal, step }, docker);
      } catch (error) {
        step.failed(error instanceof LocalFailure ? (error.what.zh.split('\n')[0] ?? '') : reasonOf(error));
        throw error;
      }
    }),
  );
  const [temporalAddress = '', brokers = '', adminUrl = ''] = results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  return {
    temporal: { address: temporalAddress, namespace: env.LOCKSTEP_TEMPORAL_NAMESPACE || defaultNamespace },
    kafka: { brokers: brokers.split(',') },
    postgres: { adminUrl },
    ports,
    secrets,
  };
}

/** Walks the four ways in their order; the note on the screen says why the earlier ones were not taken. */
async function provision(
  service: BackingService,
  context: ServiceContext,
  docker: Promise<string | undefined>,
): Promise<string> {
  const { step, env, signal } = context;
  const use = async (address: string, way: string, reasons: string[] = []) => {
    await service.afterwards?.(address, context);
    if (reasons.length > 0) step.note(reasons.join('; '));
    step.done(`${way}  ${withoutPassword(address)}`);
    return address;
  };

  const given = env[service.variable];
  if (given) {
    await requireAnswer(service, given);
    return use(given, `环境变量 environment ${service.variable}`);
  }
  const earlier = await earlierInstance(service, context);
  if (typeof earlier === 'object') return use(earlier.address, '先前启动的实例 from an earlier start');
  const reasons = [`${service.variable} 未设 not set`, earlier];
  const unusable = await docker;
  if (unusable) reasons.push(unusable);
  else {
    try {
      return await use(await inDocker(service, context), 'Docker', reasons);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(`Docker: ${reasonOf(error)}`);
    }
  }
  return use(await asProcess(service, context), '本地进程 local process', reasons);
}

async function requireAnswer(service: BackingService, address: string): Promise<void> {
  try {
    await service.probe(address);
  } catch (error) {
    const where = `${service.variable}=${withoutPassword(address)}`;
    throw new LocalFailure(
      {
        zh: `${where} 没有可用的 ${service.title}: ${reasonOf(error)}`,
        en: `${where} does not answer as ${service.title}`,
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
  const instance = await recordedInstance(service, context.dataDir);
  if (!instance) return '无先前实例 no earlier instance';
  if (!mayRun(instance)) return '先前实例已结束 earlier instance has ended';
  const current = instance.version === service.version && instance.address === service.address(context);
  if (current && (await answers(service, instance.address))) return instance;
  await stopInstance(service, context.dataDir);
  return '先前实例不可用，已停掉 earlier instance was unusable and was ended';
}

/** An instance may be starting, or busy: it gets a few tries. */
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
  await recordInstance(service, context, { way: 'docker' });
  for (const end = Date.now() + service.readyWithinMs; Date.now() < end; ) {
    if (await answers(service, address)) return address;
    context.signal?.throwIfAborted();
  }
  await stopInstance(service, context.dataDir);
  throw new Error(`container not ready within ${service.readyWithinMs / 1000} s`);
}

async function asProcess(service: BackingService, context: ServiceContext): Promise<string> {
  const address = service.address(context);
  const { identity, log } = await service.startLocal(context);
  // Recorded before it is ready: if we are killed now, the next start still finds it.
  await recordInstance(service, context, { way: 'process', identity });
  try {
    const { readyWithinMs: withinMs } = service;
    await untilReady(identity, () => service.probe(address), { log, withinMs, signal: context.signal });
    return address;
  } catch (error) {
    await stopInstance(service, context.dataDir);
    throw context.signal?.aborted ? error : startFailed(service, error);
  }
}

function startFailed(service: BackingService, error: unknown): LocalFailure {
  const detail = error instanceof Error ? error.message : String(error);
  const what = { zh: `${service.title} 启动失败`, en: `${service.title} did not start: ${detail}` };
  if (/no space left/i.test(detail)) {
    return new LocalFailure(what, {
      zh: '磁盘已满，请腾出空间后重试',
      en: 'the disk is full: make room and try again',
    });
  }
  return new LocalFailure(what, {
    zh: '看上面的日志结尾；lockstep doctor 会检查本机环境',
    en: 'see the end of the log above; `lockstep doctor` checks this machine',
  });
}

const withoutPassword = (address: string): string => address.replace(/\/\/[^@/]*@/, '//');
