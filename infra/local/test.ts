import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { down } from './down.ts';
import { describeFailure, exitCode, LocalFailure } from './failure.ts';
import { interruption } from './interruption.ts';
import { defaultCacheDir } from './layout.ts';
import { type Provisioned, provisionLocal } from './provision.ts';
import { createReporter } from './report.ts';
import { timeSkippingServerPath } from './temporal-test-server.ts';
import { type Lane, lanes, needsServices, runChecks, runLane } from './test-lanes.ts';
import { sum, type Tally } from './test-tally.ts';

const signal = interruption();
const report = createReporter(process.stdout);
const cacheDir = defaultCacheDir(process.env);

/** Services of their own in a directory of their own: a test run never meets the data of `npm start`. */
async function provisionForTests(scratch: string): Promise<Provisioned> {
  return provisionLocal({ dataDir: join(scratch, 'data'), cacheDir, report, profile: 'test', signal });
}

function environmentOf({ temporal, kafka, postgres }: Provisioned): Record<string, string> {
  return {
    LOCKSTEP_TEMPORAL_ADDRESS: temporal.address,
    LOCKSTEP_TEMPORAL_NAMESPACE: temporal.namespace,
    LOCKSTEP_KAFKA_BROKERS: kafka.brokers.join(','),
    LOCKSTEP_POSTGRES_URL: postgres.adminUrl,
  };
}

async function runAll(chosen: readonly Lane[], scratch: string): Promise<Tally> {
  const tallies: Tally[] = [];
  if (chosen.includes('check')) tallies.push(await runChecks(report, signal));
  // A lane that can't fetch what it needs says so itself, test by test.
  if (chosen.includes('workflows')) await timeSkippingServerPath(cacheDir, report).catch(tell);
  let services: Provisioned | undefined;
  try {
    for (const lane of chosen) {
      if (lane === 'check' || signal.aborted) continue;
      if (needsServices(lane)) services ??= await provisionForTests(scratch);
      report.line(`\n── ${lane} ──`);
      tallies.push(await runLane({ lane, scratch, env: services ? environmentOf(services) : {}, signal }));
    }
  } catch (error) {
    tell(error); // the lanes that wanted services did not run: that is a failure, not a skip
    tallies.push({ passed: 0, failures: ['services of the lanes that need them'], skipped: 0 });
  } finally {
    await services?.stop();
  }
  return sum(tallies);
}

const tell = (error: unknown) => void process.stderr.write(describeFailure(error));

function chooseLanes(args: string[]): readonly Lane[] {
  if (args.length === 0) return lanes;
  const unknown = args.filter((arg) => !lanes.some((lane) => lane === arg));
  if (unknown.length === 0) return lanes.filter((lane) => args.includes(lane));
  throw new LocalFailure(
    { zh: `没有这样的测试: ${unknown.join(' ')}`, en: `There is no such lane: ${unknown.join(' ')}` },
    { zh: `可选 ${lanes.join(' ')}`, en: `choose from ${lanes.join(' ')}` },
    exitCode.usage,
  );
}

try {
  const chosen = chooseLanes(process.argv.slice(2));
  const scratch = await mkdtemp(join(tmpdir(), 'lockstep-npm-test-'));
  try {
    const { passed, failures, skipped } = await runAll(chosen, scratch);
    if (signal.aborted) process.exitCode = 130;
    else {
      // Here, since of half an hour of output people and machines are often shown the end alone.
      for (const each of failures) process.stdout.write(`\n✗ ${each}\n`);
      process.stdout.write(`\n${passed} passed, ${failures.length} failed, ${skipped} skipped\n`);
      process.exitCode = failures.length > 0 ? exitCode.failed : 0;
    }
  } finally {
    const dataDir = join(scratch, 'data');
    await down({ dataDir, purge: true }).catch(() => {}); // nothing there where no lane wanted services
    await rm(scratch, { recursive: true, force: true });
  }
} catch (error) {
  tell(error);
  process.exitCode = error instanceof LocalFailure ? error.exitCode : exitCode.failed;
}
process.exit();
