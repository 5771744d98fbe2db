import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

const root = join(import.meta.dirname, '..', '..');
const workflowsPath = join(root, 'workflows', 'index.ts');

/** Digest of all that may go into the bundle: our sources, and the lockfile for everything else. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['workflows', 'activities', 'schemas']) {
    const files = (await readdir(join(root, folder), { recursive: true }))
      .filter((file) => file.endsWith('.ts'))
      .sort();
    for (const file of files) hash.update(`${folder}/${file}\0`).update(await readFile(join(root, folder, file)));
  }
  return hash.update(await readFile(join(root, 'package-lock.json'))).digest('hex');
}

/**
 * The workflow code that a Worker loads. Bundling takes seconds of processor time, and several processes want the same
 * bundle at every start, so it is made once and kept at `cachePath` until a source changes.
 */
export async function workflowBundle(cachePath?: string): Promise<WorkflowBundleOption> {
  if (!cachePath) return bundleWorkflowCode({ workflowsPath, logger: quiet });
  const stamp = `// ${await sourcesDigest()}\n`;
  const cached = await readFile(cachePath, 'utf8').catch(() => '');
  if (cached.startsWith(stamp)) return { code: cached.slice(stamp.length) };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  await mkdir(dirname(cachePath), { recursive: true });
  await writeFile(`${cachePath}.${process.pid}`, stamp + code);
  await rename(`${cachePath}.${process.pid}`, cachePath); // whoever comes second writes the same
  return { code };
}

const quiet = { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
