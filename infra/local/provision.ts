import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackingService, Profile } from './backing-service.ts';
import { dockerUnusable } from './docker.ts';
import { LocalFailure, reasonOf } from './failure.ts';
import { backingServices, portsInUse, stopBackingServices } from './instances.ts';
import { dataLayout, prepareDataDir, requireDiskSpace } from './layout.ts';
import { liveLeases, takeLease } from './leases.ts';
import { withLock } from './lock.ts';
import { choosePorts, type Ports } from './ports.ts';
import { postgres } from './postgres.ts';
import { rememberedHome } from './postgres-account.ts';
import type { Reporter } from './report.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { defaultNamespace } from './temporal.ts';
import { provide } from './ways.ts';

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
  const { addresses, ...rest } = await provisionServices(options, backingServices);
  const [temporalAddress = '', brokers = '', adminUrl = ''] = addresses;
  const namespace = (options.env ?? process.env).LOCKSTEP_TEMPORAL_NAMESPACE || defaultNamespace;
  return {
    ...rest,
    temporal: { address: temporalAddress, namespace },
    kafka: { brokers: brokers.split(',') },
    postgres: { adminUrl },
  };
}

/** The database server alone, for what works on data while nothing of ours runs. */
export async function provisionPostgres(
  options: ProvisionOptions,
): Promise<Pick<Provisioned, 'postgres' | 'secrets' | 'stop'>> {
  const { addresses, secrets, stop } = await provisionServices(options, [postgres]);
  return { postgres: { adminUrl: addresses[0] ?? '' }, secrets, stop };
}

async function provisionServices(options: ProvisionOptions, services: readonly BackingService[]) {
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
      const answering = await startAll(options, services);
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

/** Addresses in the order of `services`. */
async function startAll(options: ProvisionOptions, services: readonly BackingService[]) {
  const { dataDir, cacheDir, report, profile, env = process.env, signal } = options;
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
  const docker = dockerUnusable(profile); // asked once for all
  const results = await Promise.allSettled(
    services.map(async (service) => {
      const step = report.step(service.title);
      try {
        return await provide(service, { dataDir, cacheDir, ports, secrets, profile, env, signal, step }, docker);
      } catch (error) {
        step.failed(error instanceof LocalFailure ? (error.what.zh.split('\n')[0] ?? '') : reasonOf(error));
        throw error;
      }
    }),
  );
  const addresses = results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  return { addresses, ports, secrets };
}
