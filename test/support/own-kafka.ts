import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceContext } from '../../infra/local/backing-service.ts';
import { untilReady } from '../../infra/local/daemon.ts';
import { kafka } from '../../infra/local/kafka.ts';
import { dataLayout, defaultCacheDir, prepareDataDir } from '../../infra/local/layout.ts';
import { choosePorts } from '../../infra/local/ports.ts';
import { endProcess } from '../../infra/local/process-identity.ts';
import { silentReporter } from '../../infra/local/report.ts';
import { loadSecrets } from '../../infra/local/secrets.ts';

export type OwnKafka = {
  brokers: string[];
  /** `kill -9`; what it acknowledged is on its disk. */
  kill(): Promise<void>;
  /** On the same port, with the same data. */
  start(): Promise<void>;
  remove(): Promise<void>;
};

/** A broker that a test may kill; the one that all tests share must live on. Needs Java, as Kafka itself does. */
export async function startOwnKafka(): Promise<OwnKafka> {
  const dataDir = await mkdtemp(join(tmpdir(), 'lockstep-own-kafka-'));
  await prepareDataDir(dataDir);
  const layout = dataLayout(dataDir);
  const context: ServiceContext = {
    dataDir,
    cacheDir: defaultCacheDir(process.env),
    ports: await choosePorts({
      path: layout.ports,
      env: {},
      inUseByUs: new Set(),
      anyPort: true,
      onMoved: () => undefined,
    }),
    secrets: await loadSecrets(layout.secrets),
    profile: 'test',
    step: silentReporter.step(''),
    env: process.env,
  };
  const address = kafka.address(context);
  let running = await kafka.startLocal(context);
  const ready = () =>
    untilReady(running.identity, () => kafka.probe(address), { log: running.log, withinMs: kafka.readyWithinMs });
  const kill = async () => void (await endProcess(running.identity, { signal: 'SIGKILL' }));
  await ready();
  return {
    brokers: [address],
    kill,
    async start() {
      running = await kafka.startLocal(context);
      await ready();
    },
    async remove() {
      await kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
