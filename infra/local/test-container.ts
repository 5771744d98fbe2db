import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  GenericContainer,
  getContainerRuntimeClient,
  getReaper,
  LABEL_TESTCONTAINERS_SESSION_ID,
  StartupCheckStrategy,
  type StartupStatus,
} from 'testcontainers';
import type { BackingService, ServiceContext } from './backing-service.ts';
import { composeService } from './compose-service.ts';
import { composeFile, composeVariables } from './docker.ts';

// Loads a package that only developers have: imported where a test run has found an engine, and nowhere else.

/** What has to be recorded, so that another process can share the container and end it. */
export interface TestContainer {
  id: string;
  session: string;
}

/** A registry out of reach is given up, and the local process takes over. */
const pullWithinMs = 300_000;

/**
 * Starts a service as `compose.yaml` describes it, with its data in memory, and returns when it answers. Ryuk, the
 * companion of testcontainers, removes it when this process and all that share it are gone, however they ended.
 */
export async function startTestContainer(service: BackingService, context: ServiceContext): Promise<TestContainer> {
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  if (host !== 'localhost' && host !== '127.0.0.1') {
    throw new Error(`引擎在另一台机器上，本机端口到不了 the engine is on ${host}, its ports are not on this machine`);
  }
  const described = composeService(await readFile(composeFile, 'utf8'), service.name, composeVariables(context));
  const container = new LoopbackContainer(described.image)
    .withEnvironment(described.environment)
    .withExposedPorts(...described.ports)
    .withTmpFs(Object.fromEntries(described.volumes.map((path) => [path, 'rw'])))
    .withWaitStrategy(new Answering(service, context).withStartupTimeout(service.readyWithinMs));
  if (described.command) container.withCommand(described.command);
  if (described.user) container.withUser(described.user);
  context.step.progress(`testcontainers: ${described.image}`);
  const started = await orGivenUp(container.start(), context.signal);
  return { id: started.getId(), session: started.getLabels()[LABEL_TESTCONTAINERS_SESSION_ID] ?? '' };
}

/** Makes Ryuk keep a container also after the process that started it has left. */
export async function shareTestContainer({ session }: { session: string }): Promise<void> {
  const reaper = await getReaper(await getContainerRuntimeClient());
  reaper.addSession(session);
}

/** The library would publish to the whole network what Kafka and Temporal give to anybody who asks. */
class LoopbackContainer extends GenericContainer {
  protected override async beforeContainerCreated(): Promise<void> {
    const bindings: Record<string, { HostIp?: string }[]> = this.hostConfig.PortBindings ?? {};
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1';
  }
}

/** Ready is what answers in its own protocol; an open port, or a line in a log, comes too early. */
class Answering extends StartupCheckStrategy {
  readonly #service: BackingService;
  readonly #address: string;

  constructor(service: BackingService, context: ServiceContext) {
    super();
    this.#service = service;
    this.#address = service.address(context);
  }

  override async checkStartupState(
    engine: Parameters<StartupCheckStrategy['checkStartupState']>[0],
    id: string,
  ): Promise<StartupStatus> {
    if (!(await engine.getContainer(id).inspect()).State.Running) return 'FAIL';
    return this.#service.probe(this.#address).then(
      () => 'SUCCESS',
      () => 'PENDING',
    );
  }
}

/** The library cannot be interrupted. What it still starts after we gave up goes with Ryuk. */
async function orGivenUp<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const limit = AbortSignal.any([AbortSignal.timeout(pullWithinMs), ...(signal ? [signal] : [])]);
  limit.throwIfAborted();
  const givenUp = once(limit, 'abort').then(() => Promise.reject(limit.reason));
  return Promise.race([work, givenUp]);
}
