import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BackingService, ServiceContext, ServiceName } from '../../infra/local/backing-service.ts';
import { composeService } from '../../infra/local/compose-service.ts';
import { startDaemon } from '../../infra/local/daemon.ts';
import { composeFile, composeVariables } from '../../infra/local/docker.ts';
import { backingServices, recordedInstance } from '../../infra/local/instances.ts';
import { choosePorts, type Ports } from '../../infra/local/ports.ts';
import { endProcess } from '../../infra/local/process-identity.ts';
import { silentReporter } from '../../infra/local/report.ts';
import { loadSecrets } from '../../infra/local/secrets.ts';
import { provide } from '../../infra/local/ways.ts';
import { type FakeEngine, fakeSession, startFakeEngine } from '../support/fake-engine.ts';

const compose = await readFile(composeFile, 'utf8');
const names: ServiceName[] = ['temporal', 'kafka', 'postgres'];

let dataDir: string;
let ports: Ports;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lockstep-containers-'));
  const onMoved = () => {};
  ports = await choosePorts({
    path: join(dataDir, 'ports.json'),
    env: {},
    inUseByUs: new Set(),
    anyPort: true,
    onMoved,
  });
});
afterEach(() => rm(dataDir, { recursive: true }));

async function contextOf(notes: string[] = []): Promise<ServiceContext> {
  const step = { ...silentReporter.step(''), note: (text: string) => void notes.push(text) };
  const secrets = await loadSecrets(join(dataDir, 'secrets.json'));
  return { dataDir, cacheDir: dataDir, ports, secrets, profile: 'test', step, env: {} };
}

describe('the compose file', () => {
  test('names an image of the exact version that runs as a local process', async () => {
    const variables = composeVariables(await contextOf());
    for (const { name, version } of backingServices) {
      const [, tag = ''] = composeService(compose, name, variables).image.split(':');
      expect(tag, name).toMatch(/^\d+\.\d+(\.\d+)?$/);
      expect(`${tag}.`, name).toContain(`${version}.`);
    }
  });

  test('publishes each service where its address says', async () => {
    const context = await contextOf();
    for (const service of backingServices) {
      const described = composeService(compose, service.name, composeVariables(context));
      expect(described.ports.map(({ host }) => host)).toContain(context.ports[service.name]);
      expect(service.address(context)).toContain(`127.0.0.1:${context.ports[service.name]}`);
    }
    const { environment } = composeService(compose, 'kafka', composeVariables(context));
    expect(environment.KAFKA_ADVERTISED_LISTENERS).toContain(`HOST://127.0.0.1:${ports.kafka},`);
  });

  test('is read as Compose reads it: a password of digits stays as it is', () => {
    const variables = { ...anyValues, LOCKSTEP_POSTGRES_ADMIN_PASSWORD: '12e4' };
    expect(composeService(compose, 'postgres', variables).environment.POSTGRES_PASSWORD).toBe('12e4');
  });

  const anyValues = Object.fromEntries([...compose.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, '1']));
  test.each([
    ['a variable without a value', compose, {}, /has no value/],
    ['a key that tests would pass over', compose.replace('user: "0"', 'privileged: true'), anyValues, /privileged/],
    ['a port open to the network', compose.replaceAll('- 127.0.0.1:', '- 0.0.0.0:'), anyValues, /127/],
  ])('%s is an error', (_, text, variables, message) => {
    expect(() => names.map((name) => composeService(text, name, variables))).toThrow(message);
  });
});

describe('a test run where an engine answers', () => {
  let engine: FakeEngine;
  let socketDir: string;
  const environment = { ...process.env };
  beforeAll(async () => {
    socketDir = await mkdtemp(join(tmpdir(), 'lockstep-engine-'));
    engine = await startFakeEngine(join(socketDir, 'engine.sock'));
    process.env.DOCKER_HOST = `unix://${join(socketDir, 'engine.sock')}`;
    process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1'; // these tests may run in a container themselves
  });
  afterAll(async () => {
    process.env = environment;
    engine.stop();
    await rm(socketDir, { recursive: true });
  });

  let container: Server | undefined;
  afterEach(() => container?.close());
  const answerAsContainer = () =>
    new Promise<void>((resolve) => {
      container = createServer((_, response) => response.end()).listen(ports.kafka, '127.0.0.1', resolve);
    });

  // Kafka's description and address, with something at hand instead of Kafka.
  const service: BackingService = {
    ...(backingServices.find(({ name }) => name === 'kafka') ?? expect.fail()),
    readyWithinMs: 20_000,
    async probe(address) {
      await fetch(`http://${address}`);
    },
    async startLocal(context) {
      const program = fileURLToPath(new URL('../support/small-process.ts', import.meta.url));
      const env = { ...process.env, SMALL_PROCESS_PORT: String(context.ports.kafka) };
      const log = join(context.dataDir, 'small.out');
      return { identity: await startDaemon({ command: process.execPath, args: [program], env, log }), log };
    },
    async afterwards() {},
  };
  const engineAnswers = Promise.resolve(undefined);

  test('gets the container of the compose file, on the loopback only, with its data in memory', async () => {
    engine.will('works');
    await answerAsContainer();
    const context = await contextOf();
    expect(await provide(service, context, engineAnswers)).toBe(`127.0.0.1:${ports.kafka}`);
    const described = composeService(compose, 'kafka', composeVariables(context));
    expect(engine.created.at(-1)).toMatchObject({
      Image: described.image,
      Env: Object.entries(described.environment).map(([name, value]) => `${name}=${value}`),
      HostConfig: {
        PortBindings: { '9092/tcp': [{ HostPort: String(ports.kafka), HostIp: '127.0.0.1' }] },
        Tmpfs: { '/var/lib/kafka/data': 'rw' },
      },
    });
    expect(await recordedInstance(service, dataDir)).toMatchObject({ way: 'test-container', id: 'c1' });
  });

  test('leaves the container to Ryuk, and so does whoever comes to share it', async () => {
    engine.will('works');
    await answerAsContainer();
    await provide(service, await contextOf(), engineAnswers);
    expect(engine.created.at(-1)?.Labels).toMatchObject({ 'org.testcontainers.session-id': fakeSession });
    const [before, told] = [engine.created.length, engine.toldRyuk.length];
    await provide(service, await contextOf(), engineAnswers);
    expect(engine.created).toHaveLength(before);
    await expect.poll(() => engine.toldRyuk.length).toBeGreaterThan(told);
    expect(engine.toldRyuk.at(-1)).toBe(`label=org.testcontainers.session-id=${fakeSession}`);
  });

  test.each([
    ['refuses', /Docker: .*no room for another container/],
    ['ends-at-once', /Docker: .*failed to start/],
  ] as const)('takes a local process and says why when the engine %s', async (behaviour, why) => {
    engine.will(behaviour);
    const notes: string[] = [];
    const address = await provide(service, await contextOf(notes), engineAnswers);
    expect(address).toBe(`127.0.0.1:${ports.kafka}`);
    expect(notes.join('\n')).toMatch(why);
    const instance = await recordedInstance(service, dataDir);
    if (instance?.way !== 'process') return expect.fail('no local process');
    await endProcess(instance.identity, {});
  });

  test('that is interrupted starts nothing else', async () => {
    engine.will('works'); // and nothing answers on the port
    const interruption = new AbortController();
    const context = { ...(await contextOf()), signal: interruption.signal };
    const before = engine.created.length;
    const provided = provide(service, context, engineAnswers);
    await expect.poll(() => engine.created.length).toBeGreaterThan(before);
    interruption.abort();
    await expect(provided).rejects.toThrow(/abort/);
    expect(await recordedInstance(service, dataDir)).toBeUndefined();
    await answerAsContainer(); // ends what the library still waits for
  });
});
