import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalFailure } from '../../infra/local/failure.ts';
import { choosePorts, type PortName } from '../../infra/local/ports.ts';

let dir: string;
const strangers: Server[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-ports-'));
});
afterEach(async () => {
  for (const server of strangers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

function takePort(port: number): Promise<void> {
  const server = createServer();
  strangers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

const choose = (options: { env?: Record<string, string>; inUseByUs?: number[]; moved?: PortName[] } = {}) =>
  choosePorts({
    path: join(dir, 'ports.json'),
    env: options.env ?? {},
    inUseByUs: new Set(options.inUseByUs),
    anyPort: true,
    onMoved: (moves) => options.moved?.push(...moves.map(({ name }) => name)),
  });

test('ports stay the same from start to start, and no two are the same', async () => {
  const first = await choose();
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
  expect(await choose()).toEqual(first);
});

test('a remembered port that a stranger took is replaced, and said so', async () => {
  const first = await choose();
  await takePort(first.kafka);
  const moved: PortName[] = [];
  const second = await choose({ moved });
  expect(moved).toEqual(['kafka']);
  expect(second).toEqual({ ...first, kafka: second.kafka });
  expect(second.kafka).not.toBe(first.kafka);
});

test('a port that our own running instance holds is kept', async () => {
  const first = await choose();
  await takePort(first.postgres);
  expect((await choose({ inUseByUs: [first.postgres] })).postgres).toBe(first.postgres);
});

test('a port that the user fixed is never replaced: a taken one is an error that names its variable', async () => {
  const { website } = await choose();
  await takePort(website);
  const failure = await choose({ env: { LOCKSTEP_PORT_WEBSITE: String(website) } }).catch((error) => error);
  expect(failure).toBeInstanceOf(LocalFailure);
  expect(failure.mend.en).toContain('LOCKSTEP_PORT_WEBSITE');
});

test('a fixed port that is no port is a usage error', async () => {
  await expect(choose({ env: { LOCKSTEP_PORT_TEMPORAL_UI: 'eighty' } })).rejects.toMatchObject({ exitCode: 2 });
});
