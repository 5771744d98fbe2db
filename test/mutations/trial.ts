import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mutation, suites } from './mutation.ts';
import { createTests, type Verdict } from './tests.ts';

const parts = ['activities', 'examples', 'infra', 'schemas', 'services', 'test', 'workflows'];
/** Most guards are noticed within a few hundred lives; only what outlives those gets as many as `npm test` runs. */
const lives = [400, 10_000];

type Deps = { root: string; directory: string; environment: Record<string, string>; signal: AbortSignal };
/** A copy in which one guard at a time is taken out and put back. */
export async function createTrial({ root, directory, environment, signal }: Deps) {
  await mkdir(directory);
  for (const part of [...parts, 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(root, part), join(directory, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const tests = createTests({ directory, environment, signal });

  /** On a busy machine the test server may outlast the patience of a test: twice is no accident. */
  async function certain(suite: Mutation['tests'], run: () => Promise<Verdict>): Promise<Verdict> {
    const verdict = await run();
    return suites[suite].project === 'workflows' && verdict.kind === 'noticed' ? run() : verdict;
  }

  return {
    /** With every guard in its place nothing may be noticed, or a verdict says nothing. */
    async sound(suite: Mutation['tests'], only: string | undefined): Promise<void> {
      const verdict = await certain(suite, () => tests.run(suite, { only, lives: lives[0] }));
      if (verdict.kind !== 'missed')
        throw new Error(`With every guard in its place, ${suite}: ${JSON.stringify(verdict)}`);
    },

    async without({ file, find, replace, tests: suite, only }: Mutation): Promise<Verdict> {
      const path = join(directory, file);
      const guarded = await readFile(path, 'utf8');
      await writeFile(
        path,
        guarded.replace(find, () => replace),
      );
      try {
        for (const some of suite === 'model' ? lives : lives.slice(0, 1)) {
          const verdict = await certain(suite, () => tests.run(suite, { only, lives: some }));
          if (verdict.kind !== 'missed') return verdict;
        }
        return { kind: 'missed' };
      } finally {
        await writeFile(path, guarded);
      }
    },
  };
}
