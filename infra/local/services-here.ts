import { recordedInstance } from './instances.ts';
import { kafka } from './kafka.ts';
import { postgres } from './postgres.ts';
import { readRunState } from './run-state.ts';
import { defaultNamespace, temporal } from './temporal.ts';

/** The backing services of a data directory, as far as they are known here; what somebody else runs tells no version. */
export async function localServices(dataDir: string, env: Record<string, string | undefined>) {
  const [ofTemporal, ofKafka, ofPostgres] = await Promise.all([
    recordedInstance(temporal, dataDir),
    recordedInstance(kafka, dataDir),
    recordedInstance(postgres, dataDir),
  ]);
  return {
    temporal: {
      address: env[temporal.variable] || ofTemporal?.address,
      namespace: env.LOCKSTEP_TEMPORAL_NAMESPACE || defaultNamespace,
    },
    kafka: { version: ofKafka?.version ?? null },
    postgres: { adminUrl: env[postgres.variable] || ofPostgres?.address, version: ofPostgres?.version ?? null },
  };
}

/** The processes of a running system that we started ourselves, by name: those of its backing services too. */
export async function localProcesses(dataDir: string): Promise<{ name: string; pid: number }[]> {
  const services = await Promise.all(
    [temporal, kafka, postgres].map(async (service) => {
      const instance = await recordedInstance(service, dataDir);
      return instance?.way === 'process' ? [{ name: service.title, pid: instance.identity.pid }] : [];
    }),
  );
  const ours = Object.entries((await readRunState(dataDir))?.pids ?? {}).map(([name, pid]) => ({ name, pid }));
  return [...services.flat(), ...ours];
}
