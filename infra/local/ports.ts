import { createServer } from 'node:net';
import { z } from 'zod';
import { exitCode, LocalFailure } from './failure.ts';
import { readJson, writeJson } from './files.ts';

/** Preferred ports lie below 32768, where systems do not take ports for outgoing connections. */
const preferred = {
  temporal: 17233,
  temporalUi: 18233,
  kafka: 19092,
  kafkaController: 19093,
  postgres: 15432,
  api: 18080,
  website: 18081,
  wechat: 18082,
  mail: 18083,
  smtp: 18025,
  workerHealth: 18090,
  newMediaHealth: 18091,
  pressHealth: 18092,
} as const;

export type PortName = keyof typeof preferred;
export type Ports = Record<PortName, number>;
export const portNames = Object.keys(preferred) as PortName[];

const backing: readonly PortName[] = ['temporal', 'temporalUi', 'kafka', 'kafkaController', 'postgres'];
/** Ports of our own processes, as opposed to the backing services'. */
export const applicationPorts = portNames.filter((name) => !backing.includes(name));

/** `<dataDir>/ports.json`. */
export const RememberedPorts = z.partialRecord(z.enum(portNames), z.int().min(1).max(65535));

/** `temporalUi` → `LOCKSTEP_PORT_TEMPORAL_UI` */
export const portVariable = (name: PortName): string =>
  `LOCKSTEP_PORT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Free on both loopbacks; a machine without IPv6 has one. */
export const isFree = async (port: number): Promise<boolean> =>
  (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));

interface Choice {
  path: string;
  env: Record<string, string | undefined>;
  /** Ports that our own running processes hold: theirs, not taken. */
  inUseByUs: ReadonlySet<number>;
  /** Test runs take any port, so that they never stand in the way of a start. */
  anyPort: boolean;
  /** Told once, with all of them, when remembered ports had to be replaced. */
  onMoved(moves: { name: PortName; from: number; to: number }[]): void;
}

/**
 * Chooses all ports at once and remembers them, so that addresses stay the same from start to start. A remembered
 * port that a stranger took is replaced, and said so; one that the user fixed is never replaced.
 */
export async function choosePorts({ path, env, inUseByUs, anyPort, onMoved }: Choice): Promise<Ports> {
  const remembered = (await readJson(path, RememberedPorts)) ?? {};
  const chosen: Partial<Ports> = {};
  const moves: { name: PortName; from: number; to: number }[] = [];
  const usable = async (port: number) =>
    !Object.values(chosen).includes(port) && (inUseByUs.has(port) || (await isFree(port)));
  for (const name of portNames) {
    const fixed = fixedPort(name, env);
    if (fixed !== undefined) {
      if (!(await usable(fixed))) throw taken(name, fixed);
      chosen[name] = fixed;
      continue;
    }
    const first = remembered[name] ?? (anyPort ? undefined : preferred[name]);
    let port = first;
    while (port === undefined || !(await usable(port))) port = 20_000 + Math.floor(Math.random() * 12_000);
    const before = remembered[name];
    if (before !== undefined && port !== before) moves.push({ name, from: before, to: port });
    chosen[name] = port;
  }
  if (moves.length > 0) onMoved(moves);
  await writeJson(path, chosen);
  return chosen as Ports;
}

function fixedPort(name: PortName, env: Record<string, string | undefined>): number | undefined {
  const text = env[portVariable(name)];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new LocalFailure(
    { zh: `${portVariable(name)}=${text} 不是端口号`, en: `${portVariable(name)}=${text} is not a port` },
    { zh: '填 1 到 65535 之间的整数，或去掉这个变量', en: 'give a whole number from 1 to 65535, or unset it' },
    exitCode.usage,
  );
}

const taken = (name: PortName, port: number) =>
  new LocalFailure(
    {
      zh: `${portVariable(name)} 指定的端口 ${port} 已被别的程序占用`,
      en: `Port ${port}, fixed by ${portVariable(name)}, is taken by another program`,
    },
    {
      zh: `停掉占用它的程序，换一个端口，或去掉 ${portVariable(name)} 让系统自选`,
      en: `stop that program, give another port, or unset ${portVariable(name)} to have one chosen`,
    },
  );
