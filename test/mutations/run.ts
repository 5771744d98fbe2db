import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutation, mutations, suites } from './mutations.ts';

/**
 * Takes each guard out, one at a time, in a copy, and runs the tests that should notice: `npm run mutations`, or
 * `npm run mutations -- rules.ts` for the guards of one file. Prints the table; fails where a guard that nobody explained
 * was missed, and where the text of a guard has changed and its entry has not.
 */
const root = join(import.meta.dirname, '..', '..');
const parts = ['activities', 'examples', 'infra', 'schemas', 'services', 'test', 'workflows'];
const wanted = process.argv.slice(2);
const chosen = mutations.filter(({ file, guard }) => wanted.every((word) => `${file} ${guard}`.includes(word)));

const copy = await mkdtemp(join(tmpdir(), 'lockstep-mutations-'));
let missed = 0;
try {
  for (const part of [...parts, 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const suite of new Set(chosen.map(({ tests }) => tests)))
    if (!(await succeeds(argsOf(suite)))) throw new Error(`The ${suite} fail with every guard in its place`);
  process.stdout.write('| Guard | File | Noticed by |\n| --- | --- | --- |\n');
  for (const mutation of chosen) {
    const verdict = await tried(mutation);
    const explained = mutation.explained ? `*not by ${mutation.tests}*: ${mutation.explained}` : '**nothing**';
    if (verdict === 'missed' && !mutation.explained) missed += 1;
    const by = verdict === 'noticed' ? mutation.tests : explained;
    process.stdout.write(`| ${mutation.guard} | ${mutation.file} | ${by} |\n`);
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
process.stdout.write(`\n${chosen.length - missed} of ${chosen.length} noticed or explained\n`);
process.exitCode = missed === 0 ? 0 : 1;

async function tried({ file, find, replace, tests, only }: Mutation): Promise<'noticed' | 'missed'> {
  const path = join(copy, file);
  const sound = await readFile(path, 'utf8');
  if (sound.split(find).length !== 2)
    throw new Error(`${file} has this ${sound.split(find).length - 1} times: ${find}`);
  await writeFile(
    path,
    sound.replace(find, () => replace),
  );
  try {
    return (await succeeds(argsOf(tests, only))) ? 'missed' : 'noticed';
  } finally {
    await writeFile(path, sound);
  }
}

function argsOf(suite: Mutation['tests'], only?: string): string[] {
  const { project, files } = suites[suite];
  return ['run', '--project', project, '--bail=1', ...files, ...(only ? ['-t', only] : [])];
}

function succeeds(args: string[]): Promise<boolean> {
  const env = { ...process.env, LOCKSTEP_MODEL_RUNS: process.env.LOCKSTEP_MODEL_RUNS ?? '1500' };
  const child = spawn(join(copy, 'node_modules', '.bin', 'vitest'), args, { cwd: copy, env, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === null ? reject(new Error('The tests were stopped')) : resolve(code === 0)));
  });
}
