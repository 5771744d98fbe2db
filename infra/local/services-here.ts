import { recordedInstance } from './instances.ts';
import { kafka } from './kafka.ts';
import { postgres } from './postgres.ts';
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
