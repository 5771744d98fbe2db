import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackingService, ServiceContext } from './backing-service.ts';
import { startDaemon } from './daemon.ts';
import { dataLayout } from './layout.ts';
import { cliVersion, temporalBinary } from './temporal-binary.ts';

/** The namespace every Temporal server has. */
export const defaultNamespace = 'default';

/** What lists of bundles are filtered and sorted by: state, 发文字号, T0. */
const searchAttributes = {
  LockstepState: 'Keyword',
  LockstepDocumentNumber: 'Keyword',
  LockstepReleaseAt: 'Datetime',
} as const;

/** The numbers of temporal.api.enums.v1.IndexedValueType, in which the operator service speaks. */
const valueTypes = { Keyword: 2, Datetime: 6 } as const;

/** Temporal's own development server, with its state in one SQLite file. */
export const temporal: BackingService = {
  name: 'temporal',
  title: 'Temporal',
  version: cliVersion,
  variable: 'LOCKSTEP_TEMPORAL_ADDRESS',
  readyWithinMs: 60_000,
  stopSignal: 'SIGTERM',
  address: ({ ports }) => `127.0.0.1:${ports.temporal}`,
  probe: (address) => withConnection(address, async () => {}),
  async startLocal(context) {
    const binary = await temporalBinary(context);
    const { temporal: dir, logs } = dataLayout(context.dataDir);
    await mkdir(dir, { recursive: true });
    const log = join(logs, 'temporal.out');
    context.step.progress('启动 starting');
    const env = { ...process.env, GOMEMLIMIT: '400MiB' };
    return { identity: await startDaemon({ command: binary, args: serverArguments(context, dir), log, env }), log };
  },
  afterwards: (address, { env }) =>
    ensureSearchAttributes(address, env.LOCKSTEP_TEMPORAL_NAMESPACE || defaultNamespace),
};

// These queues read at most 20 times a second by default, which costs every task of a workflow 50 ms.
const pollRates = ['transfer', 'timer', 'visibility'].map((queue) => `history.${queue}ProcessorMaxPollRPS=2000`);

const serverArguments = ({ ports, profile }: ServiceContext, dir: string): string[] => [
  ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.temporal)],
  ...['--db-filename', join(dir, 'temporal.db')],
  ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
  ...pollRates.flatMap((rate) => ['--dynamic-config-value', rate]),
  ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ...(profile === 'test' ? ['--headless'] : ['--ui-port', String(ports.temporalUi)]),
  ...['--log-level', 'warn'],
];

async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  // Loaded here and not at the top: the gRPC client takes half a second, in which the servers can already start.
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: 3_000 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
type Connection = Awaited<ReturnType<typeof import('@temporalio/client')['Connection']['connect']>>;

/** Registers what is missing, also on a server that somebody else runs; there it needs the right to. */
async function ensureSearchAttributes(address: string, namespace: string): Promise<void> {
  await withConnection(address, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(searchAttributes).filter(([name]) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, valueTypes[type]])),
    });
  });
}
