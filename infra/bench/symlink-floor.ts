import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inParallel } from './in-parallel.ts';

const READERS = 8;

/**
 * How fast files can become public on this machine at all: `directories` directories, each with these files, are put in
 * place by one atomic symlink switch each, one after another, and then every file is read once over HTTP. Milliseconds
 * from the first switch to the last answer, one per run.
 */
export async function measureSymlinkFloor(
  files: readonly Uint8Array[],
  { directories, runs }: { directories: number; runs: number },
): Promise<number[]> {
  const root = await mkdtemp(join(tmpdir(), 'lockstep-floor-'));
  const server = fork(join(import.meta.dirname, 'static-server.ts'), [root], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {},
  });
  try {
    const [port] = await once(server, 'message');
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1)
      times.push(await runOnce(root, String(run), Number(port), files, directories));
    return times;
  } finally {
    server.kill('SIGKILL');
    await rm(root, { recursive: true, force: true });
  }
}

async function runOnce(root: string, run: string, port: number, files: readonly Uint8Array[], directories: number) {
  const names = Array.from({ length: directories }, (_, each) => `${run}-${each}`);
  for (const name of names) {
    await mkdir(join(root, `made-${name}`));
    for (const [at, bytes] of files.entries()) await writeFile(join(root, `made-${name}`, String(at)), bytes);
    await symlink(`made-${name}`, join(root, `next-${name}`)); // what waits for its switch is prepared, here as there
  }
  const agent = new Agent({ keepAlive: true, maxSockets: READERS });
  try {
    const from = performance.now();
    for (const name of names) await rename(join(root, `next-${name}`), join(root, name));
    const paths = names.flatMap((name) => files.map((_, at) => `/${name}/${at}`));
    await inParallel(paths, READERS, (path) => read(port, path, agent));
    return performance.now() - from;
  } finally {
    agent.destroy();
  }
}

const read = (port: number, path: string, agent: Agent) =>
  new Promise<void>((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${path} was not there`)),
      );
    });
    request.once('error', reject);
  });
