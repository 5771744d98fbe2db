import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { withLock } from '../local/lock.ts';

const root = join(import.meta.dirname, '..', '..');
/** What every sandbox of ours loads first. */
export const preloadModules = [join(import.meta.dirname, 'sandbox-without-promise-traces.ts')];
const options = {
  workflowsPath: join(root, 'workflows', 'index.ts'),
  preloadModules,
  logger: { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
};

/** Digest of all that goes into the bundle: of activities only types, so nothing; the lockfile stands for all packages. */
async function stampOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['workflows', 'schemas']) {
    const files = (await readdir(join(root, folder), { recursive: true }))
      .filter((file) => file.endsWith('.ts'))
      .sort();
    for (const file of files) hash.update(`${folder}/${file}\0`).update(await readFile(join(root, folder, file)));
  }
  for (const file of [...preloadModules, join(root, 'package-lock.json')]) hash.update(await readFile(file));
  return `// ${hash.digest('hex')}\n`;
}

/**
 * The workflow code that a Worker loads. Bundling takes seconds of processor time and 200 MB, and several processes want
 * the same bundle at every start: so one of them makes it, in a process that ends with it, and it is kept at `cachePath`
 * until a source changes.
 */
export async function workflowBundle(cachePath?: string): Promise<WorkflowBundleOption> {
  if (!cachePath) return bundleWorkflowCode(options);
  const kept = () => readFile(cachePath, 'utf8').catch(() => '');
  const code = (file: string) => ({ code: file.slice(file.indexOf('\n') + 1) });
  const stamp = await stampOfSources();
  const early = await kept();
  if (early.startsWith(stamp)) return code(early);
  await withLock(`${cachePath}.lock`, async () => {
    if ((await kept()).startsWith(stamp)) return;
    await promisify(execFile)(process.execPath, [import.meta.filename, cachePath]);
  });
  return code(await readFile(cachePath, 'utf8'));
}

/** Written aside and renamed, so that a kill in the middle leaves nothing that looks like a bundle. */
async function makeBundle(cachePath: string): Promise<void> {
  const stamp = await stampOfSources(); // before the sources are read: a change meanwhile has it made anew next time
  const { code } = await bundleWorkflowCode(options);
  await writeFile(`${cachePath}.${process.pid}`, stamp + code);
  await rename(`${cachePath}.${process.pid}`, cachePath);
}

if (process.argv[1] === import.meta.filename && process.argv[2]) {
  await makeBundle(process.argv[2]);
  process.exit(); // the bundler may leave timers behind
}
