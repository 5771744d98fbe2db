import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { rememberedHome } from '../../infra/local/postgres-account.ts';
import { provisionPostgres } from '../../infra/local/provision.ts';
import { createReporter } from '../../infra/local/report.ts';
import { type Mutation, suites } from './mutation.ts';
import { mutations } from './mutations.ts';
import { misplaced } from './places.ts';
import { type Result, tableOf } from './table.ts';
import type { Verdict } from './tests.ts';
import { createTrial } from './trial.ts';

/**
 * Takes each guard out, one at a time, in a copy, and runs the tests that should notice: `npm run mutations`, or
 * `npm run mutations -- rules.ts` for the guards of one file, or with the name of a suite. Prints the test that noticed each; fails where a guard that
 * nobody explained was missed, and, before anything runs, where the text of a guard has changed and its entry has not.
 */
const root = join(import.meta.dirname, '..', '..');
const wanted = process.argv.slice(2);
const chosen = mutations.filter(({ file, guard, tests }) =>
  wanted.every((word) => `${file} ${guard} ${tests}`.includes(word)),
);
const strayed = await misplaced(chosen, root);
if (strayed.length > 0) throw new Error(`The text of these guards has changed:\n${strayed.join('\n')}`);

const scratch = await mkdtemp(join(tmpdir(), 'lockstep-mutations-'));
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
let stopServices = async () => {};
let missed = 0;
const results = new Map<Mutation, Result>();
try {
  const environment = await services();
  const trials = await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), chosen.length) }, (_, at) =>
      createTrial({ root, directory: join(scratch, `copy-${at}`), environment, signal: ended.signal }),
    ),
  );
  /** As many at once as there are copies; the first error ends it. */
  const each = async <T>(all: Iterable<T>, use: (trial: (typeof trials)[number], one: T) => Promise<void>) => {
    const rest = all[Symbol.iterator]();
    await Promise.all(
      trials.map(async (trial) => {
        for (let next = rest.next(); !next.done; next = rest.next()) await use(trial, next.value);
      }),
    );
  };

  await each(new Set(chosen.map(({ tests }) => tests)), (trial, suite) => {
    const named = chosen.flatMap((mutation) => (mutation.tests === suite ? [mutation.only] : []));
    return trial.sound(suite, named.includes(undefined) ? undefined : named.join('|'));
  });
  await each(chosen, async (trial, mutation) => {
    const began = Date.now();
    const verdict = await trial.without(mutation);
    if (!['noticed', 'endless'].includes(verdict.kind) && !mutation.explained) missed += 1;
    const { guard, file } = mutation;
    const by = said(verdict, mutation);
    results.set(mutation, { guard, file, by });
    process.stderr.write(`${Math.round((Date.now() - began) / 1000)} s, ${file}, ${guard}: ${by}\n`);
  });
} finally {
  ended.abort(); // where one failed, the others need not end first
  await stopServices();
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}
process.stdout.write(`${tableOf(chosen.flatMap((mutation) => results.get(mutation) ?? []))}\n`);
process.stdout.write(`${chosen.length - missed} of ${chosen.length} noticed or explained\n`);
process.exitCode = missed === 0 ? 0 : 1;

/** One database server for all; the tests of the core ask for nothing else. */
async function services(): Promise<Record<string, string>> {
  if (!chosen.some((mutation) => suites[mutation.tests].project === 'integration')) return {};
  const report = createReporter(process.stderr);
  const cacheDir = defaultCacheDir(process.env);
  const dataDir = join(scratch, 'postgres');
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

function said(verdict: Verdict, { tests, explained }: Mutation): string {
  if (verdict.kind === 'noticed') return `${tests} › “${verdict.by}”`;
  if (verdict.kind === 'endless') return `${tests}: they never end`;
  if (explained) return `*not by ${tests}*: ${explained}`;
  return verdict.kind === 'broken' ? `**no test ran**: ${verdict.why}` : '**nothing**';
}
