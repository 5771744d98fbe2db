import { randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel, type RetryOptions } from 'kafkajs';
import { stopIdleLoop } from '../kafka/kafkajs-idle-loop.ts';
import type { BackingService, ServiceContext } from './backing-service.ts';
import { run, telling } from './command.ts';
import { startDaemon } from './daemon.ts';
import { dataLayout, repositoryRoot } from './layout.ts';
import { fetchJars, requireJava } from './maven.ts';

const version = '4.1.1';

/** Kafka in KRaft mode: one process is broker and controller. */
export const kafka: BackingService = {
  name: 'kafka',
  title: `Kafka ${version}`,
  version,
  variable: 'LOCKSTEP_KAFKA_BROKERS',
  readyWithinMs: 90_000,
  stopSignal: 'SIGTERM',
  address: ({ ports }) => `127.0.0.1:${ports.kafka}`,
  probe: (address) => probe(address),
  afterwards: wakeGroupCoordinator,
  async startLocal(context) {
    await requireJava();
    const jars = await fetchJars({
      name: `kafka-${version}`,
      pom: join(repositoryRoot, 'infra/local/kafka/pom.xml'),
      cacheDir: context.cacheDir,
      expected: 46,
      step: context.step,
      ...(context.signal && { signal: context.signal }),
    });
    const { kafka: dir, logs } = dataLayout(context.dataDir);
    const properties = join(dir, 'server.properties');
    await mkdir(dir, { recursive: true });
    await writeFile(properties, serverProperties(context, join(dir, 'data')));
    const java = javaArguments(jars, logs);
    if (!(await stat(join(dir, 'data', 'meta.properties')).catch(() => undefined))) {
      context.step.progress('格式化存储 formatting the store');
      await format(java, properties);
    }
    context.step.progress('启动 starting');
    const log = join(logs, 'kafka.out');
    return {
      identity: await startDaemon({ command: 'java', args: [...java, 'kafka.Kafka', properties], log, cwd: dir }),
      log,
    };
  },
};

const probe = (address: string): Promise<void> =>
  withAdmin(address, { retries: 0 }, async (admin) => {
    if ((await admin.describeCluster()).brokers.length === 0) throw new Error('no broker registered yet');
  });

/**
 * The first question about a group makes Kafka create and load its offsets topic. Asked here, once and with patience;
 * else every consumer's first attempt to join fails and waits. That it could not be asked is no failure.
 */
async function wakeGroupCoordinator(address: string): Promise<void> {
  const ask = withAdmin(address, { retries: 8, initialRetryTime: 100 }, (admin) =>
    admin.describeGroups(['lockstep.none']),
  );
  await ask.catch(() => {});
}

async function withAdmin(
  address: string,
  retry: RetryOptions,
  work: (admin: Admin) => Promise<unknown>,
): Promise<void> {
  stopIdleLoop();
  const client = new Kafka({
    brokers: address.split(','),
    clientId: 'lockstep-local',
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry,
    logLevel: logLevel.NOTHING,
  });
  const admin = client.admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function format(java: string[], properties: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url'); // one in 64 begins with "-": never an argument of its own
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', `--cluster-id=${clusterId}`, '-c', properties];
  const result = await run('java', [...java, ...tool], { timeoutMs: 60_000 });
  if (result.status !== 'ok') throw new Error(`Kafka's store could not be formatted: ${telling(result)}`);
}

const javaArguments = (jars: string, logs: string): string[] => [
  '-Xms128m',
  '-Xmx256m',
  '-XX:+UseSerialGC', // one small heap on few cores: the parallel collectors only cost memory here
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(repositoryRoot, 'infra/local/kafka/log4j2.yaml')}`,
  `-Dlockstep.logs=${logs}`,
  '-cp',
  join(jars, '*'),
];

/** One broker, so every replication factor is 1; topics are made by the program with their final settings only. */
function serverProperties({ ports, profile }: ServiceContext, data: string): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.kafkaController}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.kafkaController}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.kafkaController}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0, // no second consumer is on its way that would be worth a wait
    // After a kill -9 the controller waits this long for the dead broker before it lets the new one in (default 9 s).
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16_777_216, // the default of 128 MB would be half the heap
    'log.cleaner.threads': 1,
    ...(profile === 'start' && { 'log.retention.ms': -1 }), // a channel can be rebuilt from the log, also next year
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
