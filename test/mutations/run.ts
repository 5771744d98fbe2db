import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { rememberedHome } from '../../infra/local/postgres-account.ts';
import { provisionPostgres } from '../../infra/local/provision.ts';
import { createReporter } from '../../infra/local/report.ts';
import { type Mutation, suites } from './mutation.ts';
import { mutations } from './mutations.ts';
import { misplaced } from './places.ts';
import { type Result, tableOf } from './table.ts';
import { createTests, type Verdict } from './tests.ts';

/**
 * Takes each guard out, one at a time, in a copy, and runs the tests that should notice: `npm run mutations`, or
 * `npm run mutations -- rules.ts` for the guards of one file, or with the name of a suite. Prints the test that noticed each; fails where a guard that
 * nobody explained was missed, and, before anything runs, where the text of a guard has changed and its entry has not.
 */
const root = join(import.meta.dirname, '..', '..');
const parts = ['activities', 'examples', 'infra', 'schemas', 'services', 'test', 'workflows'];
const wanted = process.argv.slice(2);
const chosen = mutations.filter(({ file, guard, tests }) =>
  wanted.every((word) => `${file} ${guard} ${tests}`.includes(word)),
);
/** Most guards are noticed within a few hundred lives; only what outlives those gets as many as `npm test` runs. */
const lives = [400, 10_000];

const copy = await mkdtemp(join(tmpdir(), 'lockstep-mutations-'));
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
let stopServices = async () => {};
let missed = 0;
const results: Result[] = [];
try {
  for (const part of [...parts, 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const strayed = await misplaced(chosen, copy);
  if (strayed.length > 0) throw new Error(`The text of these guards has changed:\n${strayed.join('\n')}`);

  const tests = createTests({ directory: copy, environment: await services(), signal: ended.signal });
  for (const suite of new Set(chosen.map((mutation) => mutation.tests))) {
    const named = chosen.flatMap((mutation) => (mutation.tests === suite ? [mutation.only] : []));
    const only = named.includes(undefined) ? undefined : named.join('|');
    const sound = await certain(suite, () => tests.run(suite, { only, lives: lives[0] }));
    if (sound.kind !== 'missed') throw new Error(`With every guard in its place, ${suite}: ${JSON.stringify(sound)}`);
  }
  for (const mutation of chosen) {
    const verdict = await tried(mutation, tests);
    if (!['noticed', 'endless'].includes(verdict.kind) && !mutation.explained) missed += 1;
    const { guard, file } = mutation;
    results.push({ guard, file, by: said(verdict, mutation) });
    process.stderr.write(`${file}, ${guard}: ${results.at(-1)?.by}\n`);
  }
} finally {
  await stopServices();
  await rm(copy, { recursive: true, force: true });
}
process.stdout.write(`${tableOf(results)}\n${chosen.length - missed} of ${chosen.length} noticed or explained\n`);
process.exitCode = missed === 0 ? 0 : 1;

/** One database server for all; the tests of the core ask for nothing else. */
async function services(): Promise<Record<string, string>> {
  if (!chosen.some((mutation) => suites[mutation.tests].project === 'integration')) return {};
  const report = createReporter(process.stderr);
  const cacheDir = defaultCacheDir(process.env);
  const dataDir = join(copy, 'postgres');
  const { postgres, stop } = await provisionPostgres({
    ...{ dataDir, cacheDir, report, profile: 'test', signal: ended.signal },
  });
  stopServices = async () => {
    await stop();
    const home = await rememberedHome(dataDir); // under root it lies outside of the copy
    if (home) await rm(home, { recursive: true, force: true });
  };
  const nowhere = '127.0.0.1:9';
  return {
    ...{ LOCKSTEP_TEMPORAL_ADDRESS: nowhere, LOCKSTEP_KAFKA_BROKERS: nowhere },
    LOCKSTEP_POSTGRES_URL: postgres.adminUrl,
  };
}

async function tried(mutation: Mutation, tests: ReturnType<typeof createTests>): Promise<Verdict> {
  const { file, find, replace, tests: suite, only } = mutation;
  const path = join(copy, file);
  const sound = await readFile(path, 'utf8');
  await writeFile(
    path,
    sound.replace(find, () => replace),
  );
  try {
    for (const some of suite === 'model' ? lives : lives.slice(0, 1)) {
      const verdict = await certain(suite, () => tests.run(suite, { only, lives: some }));
      if (verdict.kind !== 'missed') return verdict;
    }
    return { kind: 'missed' };
  } finally {
    await writeFile(path, sound);
  }
}

/** On a busy machine the test server may outlast the patience of a test: twice is no accident. */
async function certain(suite: Mutation['tests'], run: () => Promise<Verdict>): Promise<Verdict> {
  const verdict = await run();
  return suites[suite].project === 'workflows' && verdict.kind === 'noticed' ? run() : verdict;
}

function said(verdict: Verdict, { tests, explained }: Mutation): string {
  if (verdict.kind === 'noticed') return `${tests} › “${verdict.by}”`;
  if (verdict.kind === 'endless') return `${tests}: they never end`;
  if (explained) return `*not by ${tests}*: ${explained}`;
  return verdict.kind === 'broken' ? `**no test ran**: ${verdict.why}` : '**nothing**';
}
