import { join } from 'node:path';
import type { Profile, ServiceContext, ServiceName } from './backing-service.ts';
import { run, telling } from './command.ts';
import { dataDirName, repositoryRoot } from './layout.ts';

export const composeFile = join(repositoryRoot, 'infra/local/compose.yaml');

/** Undefined when containers can be started; else why not. A docker command without an engine is common. */
export async function dockerUnusable(profile: Profile = 'start'): Promise<string | undefined> {
  const engine = await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeoutMs: 5_000 });
  if (engine.status === 'missing') return '未安装 Docker not installed';
  if (engine.status === 'failed') return 'Docker 引擎无应答 engine does not answer';
  if (profile === 'test') return undefined; // testcontainers speaks to the engine itself
  const compose = await run('docker', ['compose', 'version'], { timeoutMs: 5_000 });
  return compose.status === 'ok' ? undefined : '没有 docker compose 插件 plugin missing';
}

/** The variables of the compose file. */
export const composeVariables = ({ ports, secrets }: Pick<ServiceContext, 'ports' | 'secrets'>) => ({
  LOCKSTEP_PORT_TEMPORAL: String(ports.temporal),
  LOCKSTEP_PORT_TEMPORAL_UI: String(ports.temporalUi),
  LOCKSTEP_PORT_KAFKA: String(ports.kafka),
  LOCKSTEP_PORT_POSTGRES: String(ports.postgres),
  LOCKSTEP_POSTGRES_ADMIN_PASSWORD: secrets.postgresAdmin,
});

/** Creates and starts one service of the compose file; the image is pulled first where it is not there. */
export async function startContainer(name: ServiceName, context: ServiceContext): Promise<void> {
  const { dataDir, step, signal } = context;
  const env = { ...process.env, ...composeVariables(context) };
  step.progress('docker compose up');
  const result = await run('docker', [...compose(dataDir), 'up', '--detach', '--no-deps', name], {
    env,
    timeoutMs: 300_000, // a registry out of reach is given up, and the local process takes over
    onLine: (line) => step.progress(`docker: ${line.trim().slice(0, 60)}`),
    ...(signal && { signal }),
  });
  if (result.status !== 'ok') throw new Error(telling(result));
}

/** Stops one container and keeps its volume. */
export async function stopContainer(name: ServiceName, dataDir: string): Promise<void> {
  await run('docker', [...compose(dataDir), 'stop', name], { env: composeDefaults(), timeoutMs: 60_000 });
}

/** Removes the container of a test run with all it held. One that has gone by itself is no failure. */
export async function removeContainer(id: string): Promise<void> {
  await run('docker', ['rm', '--force', '--volumes', id], { timeoutMs: 60_000 });
}

/** Removes containers and volumes of this data directory. */
export async function removeContainers(dataDir: string): Promise<void> {
  await run('docker', [...compose(dataDir), 'down', '--volumes'], { env: composeDefaults(), timeoutMs: 60_000 });
}

// One compose project, and so one set of volumes, per data directory.
const compose = (dataDir: string): string[] => ['compose', '-p', dataDirName(dataDir), '-f', composeFile];

// Compose wants every variable of the file also when it only stops things.
const composeDefaults = (): NodeJS.ProcessEnv => ({
  ...process.env,
  LOCKSTEP_PORT_TEMPORAL: '1',
  LOCKSTEP_PORT_TEMPORAL_UI: '2',
  LOCKSTEP_PORT_KAFKA: '3',
  LOCKSTEP_PORT_POSTGRES: '4',
  LOCKSTEP_POSTGRES_ADMIN_PASSWORD: '-',
});
